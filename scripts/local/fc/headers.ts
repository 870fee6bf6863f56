import type { IncomingMessage, OutgoingHttpHeaders } from 'node:http'

/** Header names in any case, with every value in the order it came. */
export type HeaderList = [name: string, value: string][]

// Function Compute, "Web functions": a caller's x-fc-*, connection and keep-alive are not passed on. The rest describes
// one connection (RFC 9110 section 7.6.1) or is written anew by whoever frames the message.
const NOT_PASSED = new Set([
  'connection',
  'keep-alive',
  'proxy-connection',
  'transfer-encoding',
  'content-length',
  'te',
  'trailer',
  'upgrade',
  'expect',
])

// The same page, what a function cannot set on its answer.
const NOT_ANSWERED = new Set([
  'connection',
  'content-length',
  'date',
  'keep-alive',
  'server',
  'transfer-encoding',
  'trailer',
  'upgrade',
  'proxy-connection',
])

/** The headers of a message as pairs, exactly as they came. */
export function headerList(message: IncomingMessage): HeaderList {
  const list: HeaderList = []
  const raw = message.rawHeaders
  for (let at = 0; at + 1 < raw.length; at += 2) list.push([raw[at] ?? '', raw[at + 1] ?? ''])
  return list
}

/** Size of a header block in bytes, with the colon, space and line end of each field. */
export function headerBytes(headers: HeaderList): number {
  return headers.reduce((sum, [name, value]) => sum + Buffer.byteLength(name, 'latin1') + value.length + 4, 0)
}

/** What of a caller's headers reaches the function. */
export function passedToFunction(headers: HeaderList): HeaderList {
  return headers.filter(([name]) => {
    const lower = name.toLowerCase()
    return !lower.startsWith('x-fc-') && !NOT_PASSED.has(lower)
  })
}

/** What of a function's headers reaches the caller. `attachment`: the default domain's forced download. */
export function passedToCaller(headers: HeaderList, attachment: boolean): HeaderList {
  const kept = headers.filter(([name, value]) => {
    const lower = name.toLowerCase()
    if (lower.startsWith('x-fc-') || NOT_ANSWERED.has(lower)) return false
    if (lower !== 'content-disposition') return true
    return !attachment && !/^\s*attachment\s*(;|$)/i.test(value)
  })
  if (attachment) kept.push(['Content-Disposition', 'attachment'])
  return kept
}

/** Pairs as node:http takes them: repeated names stay separate lines. */
export function outgoing(headers: HeaderList): OutgoingHttpHeaders {
  const out: Record<string, string | string[]> = {}
  const spelled = new Map<string, string>()
  for (const [name, value] of headers) {
    const key = spelled.get(name.toLowerCase()) ?? name
    spelled.set(name.toLowerCase(), key)
    const before = out[key]
    out[key] = before === undefined ? value : [...(Array.isArray(before) ? before : [before]), value]
  }
  return out
}

/**
 * Go's spelling of a header name: a capital at the start and after each hyphen, the rest small; a name with a character
 * that is no token stays as it is. Source: net/textproto.CanonicalMIMEHeaderKey.
 */
export function goHeaderName(name: string): string {
  if (!/^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/.test(name)) return name
  return name.toLowerCase().replace(/(^|-)[a-z]/g, (start) => start.toUpperCase())
}
