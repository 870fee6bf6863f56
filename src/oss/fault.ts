/**
 * What can go wrong with a bucket, told apart because each is answered differently.
 * missing: no such object. denied: the role may not, or the key or token is not accepted. conflict / precondition: somebody
 * else changed it. throttled: OSS asks to slow down. timeout, network: no (whole) answer. damaged: bytes that are not the
 * object's. misconfigured: the bucket is not there. server: any other 4xx/5xx.
 */
export type OssFaultKind =
  | 'missing'
  | 'denied'
  | 'conflict'
  | 'precondition'
  | 'throttled'
  | 'timeout'
  | 'network'
  | 'damaged'
  | 'misconfigured'
  | 'server'

export class OssFault extends Error {
  readonly kind: OssFaultKind
  /** The OSS error code and request id where the service gave them. */
  readonly code: string | undefined
  readonly ossRequestId: string | undefined

  constructor(
    kind: OssFaultKind,
    message: string,
    facts: { code?: string | undefined; ossRequestId?: string | undefined } = {},
  ) {
    super(message)
    this.name = 'OssFault'
    this.kind = kind
    this.code = facts.code
    this.ossRequestId = facts.ossRequestId
  }
}

/** Passing faults, for which a second try within the deadline makes sense. */
export function isPassing(fault: OssFault): boolean {
  return ['throttled', 'timeout', 'network', 'damaged', 'server'].includes(fault.kind)
}

interface ClientError {
  name?: string
  code?: string
  status?: number
  requestId?: string
  message?: string
}

/**
 * An error of ali-oss → OssFault. Nothing of the original is kept: `err.params` holds the whole request, body and
 * credentials included, and the message of a truncated read holds object bytes.
 */
export function toOssFault(thrown: unknown, what: string): OssFault {
  if (thrown instanceof OssFault) return thrown
  const error = (typeof thrown === 'object' && thrown !== null ? thrown : {}) as ClientError
  const code = error.code ?? error.name ?? 'unknown'
  const facts = { code, ossRequestId: error.requestId }
  const status = error.status === undefined ? '' : ` (status ${error.status})`
  return new OssFault(kindOf(error), `${what}: ${code}${status}${UNREACHED.test(code) ? `. ${HINT}` : ''}`, facts)
}

const UNREACHED = /^(ConnectionTimeout(Error)?|ENOTFOUND|EAI_AGAIN|ENETUNREACH|EHOSTUNREACH)$/
const HINT =
  'Expected OSS to be reachable, got no connection. An internal endpoint is one only inside Alibaba Cloud: elsewhere set OSS_ENDPOINT to https://oss-<region>.aliyuncs.com'

/** No connection came about: there is no way to this address from here, most often an internal one used from outside. */
export function isUnreached(fault: OssFault): boolean {
  return UNREACHED.test(fault.code ?? '')
}

function kindOf({ name = '', code = '', status }: ClientError): OssFaultKind {
  if (/Timeout/i.test(name) || code === 'RequestTimeout') return 'timeout'
  if (code === 'NoSuchBucket') return 'misconfigured'
  if (status === undefined || status <= 0) return 'network'
  if (status === 404) return 'missing'
  if (status === 403) return 'denied'
  if (status === 409) return 'conflict'
  if (status === 412) return 'precondition'
  if (status === 429 || status === 503) return 'throttled'
  // 200 with an error: the body ended before its announced length.
  if (status === 200) return 'damaged'
  return 'server'
}
