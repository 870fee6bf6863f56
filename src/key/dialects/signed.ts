import { MARKER } from './marker.ts'

/** A key and its signature taken apart. */
export interface SignedKey {
  readonly key: string
  /** 22 characters of URL-safe Base64; not verified here. */
  readonly signature: string | undefined
}

/**
 * The signature is the last thing in a key of any dialect: `photo.jpg!thumb__op__sig,<22 characters>`. Last, because
 * everything made from an original must keep its name as prefix (that is how derivatives are found again), and in the
 * form of a step, because no style name, size or step can be mistaken for it.
 */
const SIGNATURE = new RegExp(`${MARKER}sig,([\\w-]{22})$`)

export function splitSigned(key: string): SignedKey {
  const match = SIGNATURE.exec(key)
  return match ? { key: key.slice(0, match.index), signature: match[1] } : { key, signature: undefined }
}

export function joinSigned({ key, signature }: SignedKey): string {
  return signature === undefined ? key : `${key}${MARKER}sig,${signature}`
}
