import { decodeKey } from '../../src/key/decode.ts'
import { BCE_PARAMETER } from '../../src/key/query/bce.ts'
import { CDN_PARAMETER } from '../../src/key/query/cdn.ts'
import { OSS_PARAMETER } from '../../src/key/query/oss.ts'

/** What was typed, taken apart. */
export interface Asked {
  /** Decoded. */
  key: string
  /** Still encoded, with its `?`; empty where there is none. */
  query: string
}

const PROCESS = new RegExp(`[?&](?:${OSS_PARAMETER}|${BCE_PARAMETER}|${CDN_PARAMETER})=`)

/**
 * A key as it is, an address as it stands in a browser, or a path beginning with `/`; the latter two are decoded. In a key a
 * `?` is a letter like any other, unless one of the queries that ask for operations follows.
 *
 * @param bucket the compressed bucket: on localhost its name is the first part of the path.
 * @throws KeyFault
 */
export function takeApart(text: string, bucket: string): Asked {
  if (/^https?:\/\/./i.test(text) || text.startsWith('/')) {
    const { hostname, pathname, search } = new URL(text.startsWith('/') ? `http://reader${text}` : text)
    const path = pathname.slice(1)
    const pathStyle = hostname === 'localhost' || /^[\d.]+$/.test(hostname)
    const rawKey = pathStyle && path.startsWith(`${bucket}/`) ? path.slice(bucket.length + 1) : path
    return { key: decodeKey(rawKey), query: search }
  }
  const at = text.indexOf('?')
  return at >= 0 && PROCESS.test(text.slice(at))
    ? { key: text.slice(0, at), query: text.slice(at) }
    : { key: text, query: '' }
}
