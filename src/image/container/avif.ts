/** AVIF (https://aomediacodec.github.io/av1-avif/): what re-encoding through 8 bits of sRGB would lose. */
export interface AvifFacts {
  /** An image sequence: the engine reads its first frame at best. */
  animated: boolean
  /** Carries a gain map ('tmap' item), which the engine would drop. */
  gainMap: boolean
  /** Colour is coded for high dynamic range (PQ or HLG), or in a gamut that only the container names. */
  codedColour: boolean
}

// ITU-T H.273: 1 is BT.709, 2 unspecified, 13 sRGB, 5 and 6 BT.601 (which browsers show with 709's curve).
const PLAIN_PRIMARIES = new Set([1, 2])
const PLAIN_TRANSFERS = new Set([1, 2, 6, 13])

export function readAvif(source: Buffer): AvifFacts {
  const head = source.subarray(0, 64 << 10)
  const ftypSize = Math.min(head.length >= 8 ? head.readUInt32BE(0) : 0, 256)
  const brands = head.toString('latin1', 8, ftypSize)
  let codedColour = false
  for (let at = head.indexOf('colrnclx'); at >= 0 && at + 12 <= head.length; at = head.indexOf('colrnclx', at + 8)) {
    const primaries = head.readUInt16BE(at + 8)
    const transfer = head.readUInt16BE(at + 10)
    if (!PLAIN_PRIMARIES.has(primaries) || !PLAIN_TRANSFERS.has(transfer)) codedColour = true
  }
  return { animated: brands.includes('avis'), gainMap: brands.includes('tmap') || head.includes('tmap'), codedColour }
}
