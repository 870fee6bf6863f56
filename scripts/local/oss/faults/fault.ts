import { OssError } from '../error.ts'

/** What a request does, as faults see it; `mirror` is the mirror's own request to its origin. */
export type FaultOperation = 'read' | 'put' | 'copy' | 'list' | 'delete' | 'head' | 'mirror'

export const faultOperations: readonly FaultOperation[] = ['read', 'put', 'copy', 'list', 'delete', 'head', 'mirror']

/**
 * | kind | effect on a request | effect on the mirror's request |
 * |---|---|---|
 * | slow | waits `ms` before anything happens; with `bytes`, `ms` before each so many body bytes | same |
 * | stall | no answer until the client leaves; with `bytes`, the body stops after so many | same |
 * | reset | connection reset before anything happens; with `bytes`, after so many body bytes | same |
 * | short | the body ends after `bytes` (none: 0), the headers promise it all | same |
 * | corrupt | the body's byte at `bytes` (none: 0) is changed, headers stay honest | same |
 * | wrong-crc | `x-oss-hash-crc64ecma` does not fit the bytes | – (an origin sends none) |
 * | status | an error of `status` (none: 500) | the origin answers `status` |
 * | slowdown | 503 SlowDown | the origin answers 503 |
 * | denied | 403 AccessDenied | the origin answers 403 |
 * | token-expired | 403 SecurityTokenExpired | the origin answers 403 |
 * | clock-skew | 403 RequestTimeTooSkewed, server time `ms` (none: an hour) ahead | the origin answers 403 |
 * | refused | connection reset before anything happens | no connection |
 */
export type FaultKind =
  | 'slow'
  | 'stall'
  | 'reset'
  | 'short'
  | 'corrupt'
  | 'wrong-crc'
  | 'status'
  | 'slowdown'
  | 'denied'
  | 'token-expired'
  | 'clock-skew'
  | 'refused'

export const faultKinds: readonly FaultKind[] = [
  'slow',
  'stall',
  'reset',
  'short',
  'corrupt',
  'wrong-crc',
  'status',
  'slowdown',
  'denied',
  'token-expired',
  'clock-skew',
  'refused',
]

/** A fault to inject. All given parts of `match` must fit; an empty `match` fits every request, the mirror's included. */
export interface Fault {
  match: { operation?: FaultOperation; bucket?: string; keyPrefix?: string }
  kind: FaultKind
  /** How often it happens before it is used up; absent: for ever. */
  times?: number
  /** 0 to 1, drawn per request by a generator that starts from `seed`; absent: 1. */
  probability?: number
  /** Absent: 1. */
  seed?: number
  /** `after`, for reset and stall: the request is carried out and only its answer is lost or held back. */
  when?: 'before' | 'after'
  ms?: number
  status?: number
  bytes?: number
}

/** A fault from outside. @throws OssError 400 InvalidArgument «Expected …, got …» */
export function parseFault(value: unknown): Fault {
  const input = object(value, 'a fault')
  const match = object(input['match'] ?? {}, 'match')
  if (input['when'] === 'after' && input['kind'] !== 'reset' && input['kind'] !== 'stall') {
    refuse('kind', 'reset or stall for when: after', input['kind'])
  }
  return {
    match: {
      ...optional('operation', choice(match['operation'], faultOperations, 'match.operation')),
      ...optional('bucket', text(match['bucket'], 'match.bucket')),
      ...optional('keyPrefix', text(match['keyPrefix'], 'match.keyPrefix')),
    },
    kind: choice(input['kind'], faultKinds, 'kind') ?? refuse('kind', faultKinds.join(' or '), undefined),
    ...optional('times', amount(input['times'], 'times')),
    ...optional('probability', probability(input['probability'])),
    ...optional('seed', amount(input['seed'], 'seed')),
    ...optional('when', choice(input['when'], ['before', 'after'] as const, 'when')),
    ...optional('ms', amount(input['ms'], 'ms')),
    ...optional('status', status(input['status'])),
    ...optional('bytes', amount(input['bytes'], 'bytes')),
  }
}

function optional<Name extends string, Value>(name: Name, value: Value | undefined): { [name in Name]?: Value } {
  return value === undefined ? {} : ({ [name]: value } as { [name in Name]?: Value })
}

function object(value: unknown, name: string): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return refuse(name, 'an object', value)
  return value as Record<string, unknown>
}

function text(value: unknown, name: string): string | undefined {
  if (value !== undefined && typeof value !== 'string') return refuse(name, 'a string', value)
  return value
}

function choice<Value extends string>(value: unknown, values: readonly Value[], name: string): Value | undefined {
  if (value === undefined) return undefined
  return values.find((known) => known === value) ?? refuse(name, values.join(' or '), value)
}

function amount(value: unknown, name: string): number | undefined {
  if (value === undefined) return undefined
  if (!Number.isSafeInteger(value) || (value as number) < 0) return refuse(name, 'an integer of at least 0', value)
  return value as number
}

function probability(value: unknown): number | undefined {
  if (value === undefined) return undefined
  if (typeof value !== 'number' || !(value >= 0 && value <= 1)) return refuse('probability', 'between 0 and 1', value)
  return value
}

function status(value: unknown): number | undefined {
  const code = amount(value, 'status')
  if (code !== undefined && (code < 200 || code > 599)) return refuse('status', 'from 200 to 599', value)
  return code
}

function refuse(name: string, expected: string, got: unknown): never {
  const message = `Expected ${name} to be ${expected}, got ${JSON.stringify(got) ?? 'nothing'}.`
  throw new OssError(400, 'InvalidArgument', message)
}
