import { KeyFault, quote } from './fault.ts'

/**
 * Longest object name, in bytes of UTF-8.
 * @see https://help.aliyun.com/zh/oss/user-guide/object-naming-conventions
 */
export const MAX_KEY_BYTES = 1023

const utf8 = new TextEncoder()

/** Length of a key in bytes of UTF-8, the unit of OSS's limit. */
export function keyBytes(key: string): number {
  return utf8.encode(key).length
}

/**
 * The requested key from a raw, still percent-encoded URL path (leading `/` removed, query cut off).
 *
 * Decoded exactly once and strictly: a `%` that is still there afterwards belongs to the name. `+` stays `+` (only forms
 * make it a space). Anything outside ASCII must arrive percent-encoded: what a server makes of raw bytes depends on the
 * server, and two readings of one URL would be two objects.
 *
 * @throws KeyFault `bad_key` for a query, bad escapes, bytes that are not UTF-8 (overlong forms and surrogates included)
 *   and everything that `checkKey` refuses.
 */
export function decodeKey(rawPath: string): string {
  if (rawPath.includes('?')) {
    throw new KeyFault('bad_key', `Expected a path without its query, got ${quote(rawPath)}`)
  }
  // Everything that is not printable ASCII, the space included: none of it may stand unescaped in a URL (RFC 3986).
  if (/[^!-~]/.test(rawPath)) {
    throw new KeyFault(
      'bad_key',
      `Expected everything but printable ASCII to be percent-encoded, got ${quote(rawPath)}`,
    )
  }
  let key: string
  try {
    key = decodeURIComponent(rawPath)
  } catch {
    throw new KeyFault('bad_key', `Expected percent-encoded UTF-8, got ${quote(rawPath)}`)
  }
  checkKey(key)
  return key
}

/**
 * Refuses what cannot be an object's name; for names that arrive decoded (events, the command line, watermarks).
 *
 * Backslashes: OSS allows them inside a name, and tools on Windows do upload `trip\photo.jpg`, so such originals stay
 * reachable. But URL parsers take `\` for `/`, therefore a name neither begins with one nor has a dot segment by either
 * separator.
 *
 * @throws KeyFault `bad_key`: empty; over 1,023 bytes; control characters (C0, DEL, C1: XML listings cannot carry most of
 *   them); lone surrogates; a leading separator; `.` and `..` segments, which URL parsers resolve, so that a signed
 *   request for `a/../../x` would leave the bucket.
 */
export function checkKey(key: string): void {
  if (key === '') throw new KeyFault('bad_key', 'Expected the name of an object, got nothing')
  const bytes = keyBytes(key)
  if (bytes > MAX_KEY_BYTES) {
    throw new KeyFault('bad_key', `Expected a key of at most ${MAX_KEY_BYTES} bytes, got ${bytes}`)
  }
  // oxlint-disable-next-line no-control-regex -- finding them is the purpose
  if (/[\u0000-\u001f\u007f-\u009f]/.test(key)) {
    throw new KeyFault('bad_key', `Expected a key without control characters, got ${quote(key)}`)
  }
  if (/\p{Surrogate}/u.test(key)) {
    throw new KeyFault('bad_key', `Expected well-formed Unicode, got ${quote(key)}`)
  }
  if (/^[/\\]/.test(key)) {
    throw new KeyFault('bad_key', `Expected a key that does not begin with a slash, got ${quote(key)}`)
  }
  if (/(?:^|[/\\])\.\.?(?:$|[/\\])/.test(key)) {
    throw new KeyFault('bad_key', `Expected a key without "." and ".." segments, got ${quote(key)}`)
  }
}
