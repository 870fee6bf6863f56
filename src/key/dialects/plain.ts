import { MARKER } from './marker.ts'

/**
 * The escape of all dialects: a key that ends in `__op__` names the original in front of it, exactly as it stands there.
 * So `photo.jpg!thumb__op__` is an original called `photo.jpg!thumb`, and `100*100/a.jpg__op__` one in a directory called
 * `100*100`. Nothing in the name is rewritten: everything made from an original keeps that original's name as its prefix.
 *
 * @returns the original's name, or undefined for a key without the escape.
 */
export function readEscaped(key: string): string | undefined {
  return key.endsWith(MARKER) ? key.slice(0, -MARKER.length) : undefined
}

export function writeEscaped(sourceKey: string): string {
  return sourceKey + MARKER
}
