/** An answer of the OSS API other than success. `detail` becomes extra XML elements such as Key, BucketName, Condition. */
export class OssError extends Error {
  readonly status: number
  readonly code: string
  readonly detail: Record<string, string>
  /** The documented EC number, e.g. 0026-00000001, where known. */
  readonly ec: string | undefined

  constructor(status: number, code: string, message: string, detail: Record<string, string> = {}, ec?: string) {
    super(message)
    this.name = 'OssError'
    this.status = status
    this.code = code
    this.detail = detail
    this.ec = ec
  }
}
