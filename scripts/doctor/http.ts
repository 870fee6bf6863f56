// Requests as a reader or the mirror sends them: plain, timed, never following a redirect.

export interface Answer {
  status: number
  headers: Headers
  body: Buffer
  /** From sending to the last byte. */
  ms: number
}

/** No answer at all: DNS, connection, TLS, time. */
export class NoAnswer extends Error {
  override readonly name = 'NoAnswer'
  /** Of the system: ENOTFOUND, ECONNREFUSED, …; TIMEOUT where nothing came in time. */
  readonly code: string

  constructor(code: string, message: string) {
    super(message)
    this.code = code
  }
}

/**
 * @param timeoutMs for the whole of it.
 * @throws NoAnswer
 */
export async function ask(url: string, timeoutMs: number, init: RequestInit = {}): Promise<Answer> {
  const started = performance.now()
  try {
    const response = await fetch(url, { redirect: 'manual', ...init, signal: AbortSignal.timeout(timeoutMs) })
    const body = Buffer.from(await response.arrayBuffer())
    return { status: response.status, headers: response.headers, body, ms: Math.round(performance.now() - started) }
  } catch (error) {
    throw noAnswer(error, timeoutMs)
  }
}

/** fetch hides what happened in its error's cause. */
function noAnswer(error: unknown, timeoutMs: number): NoAnswer {
  const { name, message, cause } = Object(error) as { name?: string; message?: string; cause?: unknown }
  if (name === 'TimeoutError') return new NoAnswer('TIMEOUT', `no answer within ${timeoutMs} ms`)
  const { code, message: reason } = Object(cause) as { code?: string; message?: string }
  const known = REASONS[code ?? '']
  return new NoAnswer(code ?? 'FAILED', known ?? (reason === undefined || reason === '' ? `${message}` : reason))
}

const REASONS: Readonly<Record<string, string>> = {
  ENOTFOUND: 'the name has no address (DNS)',
  EAI_AGAIN: 'the name could not be looked up (DNS)',
  ECONNREFUSED: 'the connection is refused',
  ECONNRESET: 'the connection breaks off',
  UND_ERR_SOCKET: 'the connection breaks off',
  UND_ERR_CONNECT_TIMEOUT: 'no connection comes about',
  CERT_HAS_EXPIRED: 'its TLS certificate has expired',
  ERR_TLS_CERT_ALTNAME_INVALID: 'its TLS certificate is for another name',
}

/** Key → path: every segment percent-encoded, slashes kept. */
export function pathOf(key: string): string {
  return key.split('/').map(encodeURIComponent).join('/')
}

/** A key's address where readers get it. */
export function addressOf(base: string, key: string): string {
  return `${base}${pathOf(key)}`
}

/** The code an answer names itself: `<Code>` of OSS, `code` of the function, `ErrorCode` of Function Compute. */
export function codeOf({ body }: Pick<Answer, 'body'>): string | undefined {
  const text = body.subarray(0, 4096).toString('utf8')
  return /<Code>([^<]*)<\/Code>/.exec(text)?.[1] ?? /"(?:code|ErrorCode)"\s*:\s*"([^"]*)"/.exec(text)?.[1]
}

export function messageOf({ body }: Pick<Answer, 'body'>): string | undefined {
  const text = body.subarray(0, 4096).toString('utf8')
  return (
    /<Message>([^<]*)<\/Message>/.exec(text)?.[1] ??
    /"(?:message|ErrorMessage|errorMessage)"\s*:\s*"((?:[^"\\]|\\.)*)"/.exec(text)?.[1]
  )
}

/** «424 MirrorFailed: …», for people. */
export function inWords(answer: Pick<Answer, 'status' | 'body'>): string {
  const [code, message] = [codeOf(answer), messageOf(answer)]
  return [String(answer.status), code].filter(Boolean).join(' ') + (message === undefined ? '' : `: ${message}`)
}
