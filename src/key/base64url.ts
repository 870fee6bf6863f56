/**
 * URL-safe Base64 without padding (RFC 4648 section 5), on text. OSS writes watermark text, fonts and object names so.
 * Works on `atob`/`btoa`, which Node and edge runtimes share.
 */
export function toBase64url(text: string): string {
  return bytesToBase64url(new TextEncoder().encode(text))
}

export function bytesToBase64url(bytes: Uint8Array): string {
  let binary = ''
  for (const byte of bytes) binary += String.fromCharCode(byte)
  return btoa(binary).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')
}

// Bytes that are not UTF-8 come out as U+FFFD, and then do not encode back to what was given.
const utf8 = new TextDecoder('utf-8', { ignoreBOM: true })

/**
 * The text, or undefined for anything but the one encoding of well-formed UTF-8. Correct padding is tolerated (links to
 * other image services carry it); bits left over at the end must be zero, or one text would have several spellings.
 *
 * A consequence that the suffix dialect relies on: `__` cannot occur in such a value. Twelve one-bits in a row always
 * cover the byte FF or FE, which UTF-8 never contains. Therefore no value contains the marker `__op__`.
 */
export function fromBase64url(encoded: string): string | undefined {
  const match = /^([\w-]*)(={0,2})$/.exec(encoded)
  const body = match?.[1]
  if (body === undefined) return undefined
  if (match?.[2] !== '' && encoded.length % 4 !== 0) return undefined
  try {
    const binary = atob(body.replaceAll('-', '+').replaceAll('_', '/'))
    const text = utf8.decode(Uint8Array.from(binary, (c) => c.charCodeAt(0)))
    return toBase64url(text) === body ? text : undefined
  } catch {
    return undefined
  }
}
