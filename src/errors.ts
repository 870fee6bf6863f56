/**
 * Every way a request can end other than with a picture, and the status it is answered with.
 * OSS stores 200 and 206, hands on 404, and turns everything else into 424 MirrorFailed
 * (https://www.alibabacloud.com/help/en/oss/user-guide/mirroring-based-back-to-origin).
 */
export const STATUS_OF = {
  bad_event: 400,
  bad_key: 400,
  bad_operation: 400,
  impossible: 400,
  result_too_large: 400,
  not_allowed: 403,
  bad_signature: 403,
  wrong_secret: 403,
  not_found: 404,
  no_such_style: 404,
  not_passed_through: 404,
  method_not_allowed: 405,
  source_too_large: 413,
  answer_too_large: 413,
  not_an_image: 415,
  undecodable: 422,
  unexpected: 500,
  bucket_denied: 502,
  bucket_failed: 502,
  bad_original: 502,
  no_credentials: 502,
  encoder_fault: 503,
  overloaded: 503,
  out_of_time: 503,
  bucket_timeout: 504,
} as const

export type ErrorCode = keyof typeof STATUS_OF

/**
 * The one error that may reach the outside. `message` is shown to the caller («Expected …, got …»);
 * `cause` never is: it may carry bucket names, request contents or credentials of a library's error.
 */
export class AppError extends Error {
  readonly code: ErrorCode

  constructor(code: ErrorCode, publicMessage: string, options?: ErrorOptions) {
    super(publicMessage, options)
    this.name = 'AppError'
    this.code = code
  }

  get status(): number {
    return STATUS_OF[this.code]
  }
}

/** Anything thrown → AppError; what was not foreseen becomes a 500 that tells the caller nothing. */
export function toAppError(thrown: unknown): AppError {
  if (thrown instanceof AppError) return thrown
  return new AppError('unexpected', 'Something failed that should not have; the log has the reason.', { cause: thrown })
}
