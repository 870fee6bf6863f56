/**
 * The order in which OSS lists: bytes of UTF-8. JavaScript's own comparison differs where one key has a character beyond
 * U+FFFF (two surrogates, 0xD800 to 0xDFFF) and the other one from U+E000 on in the same place.
 * @returns below, equal to or above zero.
 */
export function compareKeys(a: string, b: string): number {
  if (a === b) return 0
  const length = Math.min(a.length, b.length)
  for (let at = 0; at < length; at++) {
    const x = a.charCodeAt(at)
    const y = b.charCodeAt(at)
    if (x !== y) return weight(x) - weight(y)
  }
  return a.length - b.length
}

/** Surrogates behind everything else. */
function weight(unit: number): number {
  if (unit < 0xd800) return unit
  return unit < 0xe000 ? unit + 0x2000 : unit - 0x800
}
