/**
 * Why a picture could not be inspected or made.
 * The bytes' own fault, the same on every try: `undecodable`, `unsupported`, `source_too_large`, `result_too_large`.
 * Passing, may succeed a moment later: `encoder_fault`, `out_of_time`.
 */
export type ImageFaultCode =
  | 'undecodable'
  | 'unsupported'
  | 'source_too_large'
  | 'result_too_large'
  | 'encoder_fault'
  | 'out_of_time'

/** The one error this room throws. `message` may reach a reader; `cause` (the engine's own words) only the log. */
export class ImageFault extends Error {
  readonly code: ImageFaultCode

  constructor(code: ImageFaultCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'ImageFault'
    this.code = code
  }

  /** True where another try with the same bytes may end differently: such a fault is never stored. */
  get passing(): boolean {
    return this.code === 'encoder_fault' || this.code === 'out_of_time'
  }
}
