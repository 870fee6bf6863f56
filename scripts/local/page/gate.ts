// Who may use the page. It holds an owner's rights over both buckets, and every web page in the same browser can send
// requests to loopback; nothing but our own page may get through.
import { timingSafeEqual } from 'node:crypto'
import type { IncomingMessage } from 'node:http'

export interface Refused {
  status: number
  /** Shown as it is. */
  message: string
}

/** Names of this machine: a name elsewhere that is pointed at loopback (DNS rebinding) arrives in Host as itself. */
const LOCAL_HOST = /^(127\.0\.0\.1|localhost|\[::1\])(:\d{1,5})?$/i

/** Header of the token; an image, which cannot have one, carries it in its query as `t`. */
export const TOKEN_HEADER = 'x-page-token'

/**
 * Every request: the name it came by, and no other site's script, form, frame or picture behind it.
 * A link to the page itself may come from anywhere.
 * https://developer.mozilla.org/en-US/docs/Web/HTTP/Headers/Sec-Fetch-Site
 */
export function refusedAtDoor({ headers }: IncomingMessage, path: string): Refused | undefined {
  if (!LOCAL_HOST.test(headers.host ?? '')) return { status: 421, message: 'Expected a name of this machine in Host.' }
  const site = headers['sec-fetch-site']
  const isVisit = path === '/' && headers['sec-fetch-mode'] === 'navigate' && headers['sec-fetch-dest'] === 'document'
  if (site !== undefined && site !== 'same-origin' && site !== 'none' && !isVisit) {
    return { status: 403, message: 'Expected a request of this page, got one of another.' }
  }
  const { origin } = headers
  if (origin !== undefined && origin !== `http://${headers.host}`) {
    return { status: 403, message: 'Expected a request of this page, got one of another.' }
  }
  return undefined
}

/** Everything but the page's own files: only who could read the page knows the token, and no other site can read it. */
export function refusedWithoutToken({ headers }: IncomingMessage, url: URL, token: string): Refused | undefined {
  const given = headers[TOKEN_HEADER] ?? url.searchParams.get('t') ?? ''
  if (areEqual(String(given), token)) return undefined
  return { status: 401, message: 'Expected the token of this page. Load the page anew.' }
}

function areEqual(one: string, other: string): boolean {
  const [a, b] = [Buffer.from(one), Buffer.from(other)]
  return a.length === b.length && timingSafeEqual(a, b)
}
