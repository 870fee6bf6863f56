import type { GatewaySwitches } from './spec.ts'

/** What went wrong outside an ordinary answer of the function. */
export type FailureKind =
  | 'argument'
  | 'method'
  | 'trigger'
  | 'throttled'
  | 'start'
  | 'initializer'
  | 'exit'
  | 'exception'
  | 'invalid-answer'
  | 'answer-too-large'
  | 'bad-response'
  | 'redirect'
  | 'connection'
  | 'timeout'
  | 'canceled'

/** A failure the platform answers itself. `message` goes to the caller, as the real service's does. */
export class PlatformFailure extends Error {
  readonly kind: FailureKind
  /** Error document of a handler that threw, passed on as it is. */
  readonly body: Buffer | undefined

  constructor(kind: FailureKind, message: string, body?: Buffer) {
    super(message)
    this.name = 'PlatformFailure'
    this.kind = kind
    this.body = body
  }
}

interface Answered {
  status: (switches: GatewaySwitches) => number
  errorType: string
  /** ErrorCode of a request error; absent for function errors, whose document has errorMessage alone. */
  code?: string
}

// Function Compute, "HTTP trigger errors" (document_detail/85445), "Error types" (2512969) and the pages on limits and hooks.
// Status numbers that the documents leave open come from the switches.
const ANSWERED: Record<FailureKind, Answered> = {
  argument: { status: () => 400, errorType: 'FcCommonError', code: 'InvalidArgument' },
  method: { status: () => 403, errorType: 'FcCommonError', code: 'AccessDenied' },
  trigger: { status: () => 404, errorType: 'FcCommonError', code: 'TriggerNotFound' },
  throttled: { status: (s) => s.throttleStatus, errorType: 'FcCommonError', code: 'ResourceThrottled' },
  start: { status: (s) => s.startFailureStatus, errorType: 'UnhandledInvocationError', code: 'FunctionNotStarted' },
  initializer: { status: (s) => s.initializerStatus, errorType: 'InitializationError' },
  exit: { status: (s) => s.exitStatus, errorType: 'UnhandledInvocationError' },
  exception: { status: (s) => s.exceptionStatus, errorType: 'UnhandledInvocationError' },
  'invalid-answer': { status: (s) => s.exceptionStatus, errorType: 'UnhandledInvocationError' },
  'answer-too-large': { status: () => 502, errorType: 'UnhandledInvocationError', code: 'BadResponse' },
  'bad-response': { status: () => 502, errorType: 'UnhandledInvocationError', code: 'BadResponse' },
  redirect: { status: () => 400, errorType: 'FcCommonError', code: 'ExternalRedirectForbidden' },
  connection: { status: () => 502, errorType: 'UnhandledInvocationError', code: 'BadResponse' },
  timeout: { status: (s) => s.timeoutStatus, errorType: 'UnhandledInvocationError' },
  // Nobody is left to read it; the number only shows in the record of invocations (499: client closed the request).
  canceled: { status: () => 499, errorType: 'FcCommonError', code: 'InvocationCanceled' },
}

/** The platform's own answer to a failure: status, X-Fc-Error-Type and the JSON document. */
export function failureAnswer(
  failure: PlatformFailure,
  requestId: string,
  switches: GatewaySwitches,
): { status: number; errorType: string; body: Buffer } {
  const { status, errorType, code } = ANSWERED[failure.kind]
  const document = code
    ? { RequestId: requestId, ErrorCode: code, ErrorMessage: failure.message }
    : { errorMessage: failure.message }
  return { status: status(switches), errorType, body: failure.body ?? Buffer.from(JSON.stringify(document)) }
}

/** Anything thrown on the way of a request, as a failure; what is not one already is a broken connection. */
export function asFailure(error: unknown): PlatformFailure {
  if (error instanceof PlatformFailure) return error
  return new PlatformFailure('connection', error instanceof Error ? error.message : 'connection broken')
}
