import { MARKER } from './marker.ts'

/** Characters and length of a style's name, as in OSS. */
const STYLE_NAME = /^[\w.-]{1,63}$/

/** A name that contained the marker of the suffix dialect could be read in two ways. */
export function isStyleName(name: string): boolean {
  return STYLE_NAME.test(name) && !name.includes(MARKER)
}

export interface StyleKey {
  readonly sourceKey: string
  readonly style: string
}

/**
 * `photo.jpg!thumb`, and `photo.jpg@!thumb` as on OSS's older domains: what follows the last `!` of the last path segment.
 * Whether the style exists is the caller's question: if not, the whole key is the name of an object.
 *
 * @returns undefined if the key cannot name a style.
 */
export function splitStyle(key: string): StyleKey | undefined {
  const at = key.lastIndexOf('!')
  const style = key.slice(at + 1)
  if (at < 0 || !isStyleName(style)) return undefined
  const sourceKey = key[at - 1] === '@' ? key.slice(0, at - 1) : key.slice(0, at)
  return sourceKey === '' || sourceKey.endsWith('/') ? undefined : { sourceKey, style }
}

/** The key of a style in its one spelling. */
export function joinStyle({ sourceKey, style }: StyleKey): string {
  // An original that ends in @ needs the other form, or its @ would be taken for part of the mark.
  return sourceKey.endsWith('@') ? `${sourceKey}@!${style}` : `${sourceKey}!${style}`
}
