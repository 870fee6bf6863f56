import { isStyle } from './allow.ts'
import { stepsBeforeSettling } from './auto.ts'
import { bytesToBase64url } from './base64url.ts'
import { MARKER } from './dialects/marker.ts'
import { joinSigned } from './dialects/signed.ts'
import { joinStyle } from './dialects/style.ts'
import { KeyFault, quote } from './fault.ts'
import { readKey, writeKey, type ReadKey } from './read.ts'
import type { KeySettings } from './settings.ts'

/** HMAC-SHA-256, 32 bytes. Passed in, so that this room depends on no runtime. */
export type Hmac = (secret: string, message: string) => Uint8Array

export interface Signing {
  /** Newest first: the first one signs, all of them verify, so that a key can be replaced while old links still work. */
  readonly keys: readonly string[]
  readonly hmac: Hmac
}

const SIGNED_BYTES = 16

/**
 * The key with its signature, in the spelling in which it is accepted: a chain canonically, a style by its name.
 * @throws KeyFault if the key is wrong, or plain (then it needs none).
 */
export function signKey(requestedKey: string, settings: KeySettings & { readonly signing: Signing }): string {
  const key = readKey(requestedKey, settings)
  const [secret] = settings.signing.keys
  if (secret === undefined) throw new RangeError('Expected a signing key, got none')
  if (key.dialect === 'plain') {
    throw new KeyFault('bad_signature', `Expected a key with operations, got ${quote(requestedKey)}, which needs none`)
  }
  return joinSigned({
    key: key.dialect === 'suffix' ? key.canonicalKey : key.unsignedKey,
    signature: signature(secret, messageOf(key), settings.signing.hmac),
  })
}

/**
 * What is signed is the meaning, not the spelling. A style is signed by its name, so that its links outlive a change of
 * what it does; everything else by its canonical key. The two never coincide: a canonical key ends in a step, and the
 * name of a style cannot.
 */
function messageOf(key: ReadKey): string {
  return key.style === undefined ? key.canonicalKey : joinStyle({ sourceKey: key.sourceKey, style: key.style })
}

/** Half of the HMAC, 128 bits (RFC 2104 section 5), behind a label that keeps it apart from other uses of the secret. */
function signature(secret: string, message: string, hmac: Hmac): string {
  return bytesToBase64url(hmac(secret, `oss-image-origin key 1\n${message}`).subarray(0, SIGNED_BYTES))
}

/**
 * Refuses a key with operations that is not signed with one of the keys; without signing, refuses any signature, which
 * would only be one more spelling of the same picture.
 *
 * @throws KeyFault `bad_signature`.
 */
export function checkSignature(key: ReadKey, settings: KeySettings): void {
  const { signing } = settings
  if (!signing || key.dialect === 'plain') {
    if (key.signature === undefined) return
    throw new KeyFault('bad_signature', `Expected no signature on ${signing ? 'a plain key' : 'any key'}, got one`)
  }
  if (key.signature === undefined) {
    throw new KeyFault('bad_signature', `Expected a signed key (…${MARKER}sig,…), got ${quote(key.requestedKey)}`)
  }
  if (!isSigned(key, key.signature, settings, signing)) {
    throw new KeyFault('bad_signature', 'Expected the signature of this key, got another one')
  }
  // Else one signature would be good for as many stored objects as its chain has spellings.
  if (key.dialect === 'suffix' && key.unsignedKey !== key.canonicalKey) {
    throw new KeyFault('bad_signature', `Expected the canonical spelling ${quote(key.canonicalKey)}, got another one`)
  }
}

function isSigned(key: ReadKey, given: string, settings: KeySettings, { keys, hmac }: Signing): boolean {
  const messages = acceptedMessages(key, settings)
  // Every pair is computed, so that the time does not tell which one came close.
  let found = false
  for (const secret of keys) {
    for (const message of messages) {
      if (areEqual(signature(secret, message, hmac), given)) found = true
    }
  }
  return found
}

/** The edge settles `f_auto`, and turns a style that contains it into a chain; the signature of what it was still holds. */
function acceptedMessages(key: ReadKey, settings: KeySettings): string[] {
  if (key.style !== undefined) return [messageOf(key)]
  const chains = stepsBeforeSettling(key.steps).map((steps) => writeKey(key.sourceKey, steps, settings))
  const styles = Object.keys(settings.styles).filter((style) => isStyle(key, style, settings))
  return [...chains, ...styles.map((style) => joinStyle({ sourceKey: key.sourceKey, style }))]
}

/** In time that depends on the length alone. */
function areEqual(a: string, b: string): boolean {
  let difference = a.length ^ b.length
  for (let i = 0; i < a.length; i++) difference |= a.charCodeAt(i) ^ b.charCodeAt(i)
  return difference === 0
}
