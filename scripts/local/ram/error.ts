/** An answer that is not 200, as the RAM API words it: JSON with Code and Message. */
export class RamError extends Error {
  readonly status: number
  /** As documented, e.g. EntityNotExist.Role. */
  readonly code: string
  readonly detail: Readonly<Record<string, unknown>>

  constructor(status: number, code: string, message: string, detail: Readonly<Record<string, unknown>> = {}) {
    super(message)
    this.name = 'RamError'
    this.status = status
    this.code = code
    this.detail = detail
  }
}
