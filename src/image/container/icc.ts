/** ICC profiles (ICC.1:2022), read as far as the choice "drop, keep or convert" needs. */
export interface IccFacts {
  bytes: number
  /** Four letters: 'RGB ', 'GRAY', 'CMYK' … */
  space: string
  /** Three primaries and three curves, no lookup tables: numbers mean what they look like. */
  matrix: boolean
  /** Same colours as sRGB within what 8 bits can show. */
  srgb: boolean
}

// Bradford-adapted to D50, as profiles store them (IEC 61966-2-1 and ICC.1).
const SRGB_PRIMARIES: readonly (readonly [string, readonly number[]])[] = [
  ['rXYZ', [0.4361, 0.2225, 0.0139]],
  ['gXYZ', [0.3851, 0.7169, 0.0971]],
  ['bXYZ', [0.1431, 0.0606, 0.7141]],
]
const PRIMARY_TOLERANCE = 0.003
// One step of 8 bits is 0.004; half a step cannot be seen.
const CURVE_TOLERANCE = 0.002

function srgbCurve(x: number): number {
  return x <= 0.04045 ? x / 12.92 : ((x + 0.055) / 1.055) ** 2.4
}

function fixed(tag: Buffer, at: number): number {
  return tag.readInt32BE(at) / 65536
}

/** Value of a 'curv' or 'para' tag at x; NaN for anything else. Section 10.6 and 10.18. */
function curveAt(tag: Buffer, x: number): number {
  const type = tag.toString('latin1', 0, 4)
  if (type === 'curv') {
    const count = tag.readUInt32BE(8)
    if (count === 0) return x
    if (count === 1) return x ** (tag.readUInt16BE(12) / 256)
    const position = x * (count - 1)
    const low = Math.min(Math.floor(position), count - 2)
    const a = tag.readUInt16BE(12 + 2 * low) / 65535
    const b = tag.readUInt16BE(14 + 2 * low) / 65535
    return a + (b - a) * (position - low)
  }
  if (type === 'para') {
    const kind = tag.readUInt16BE(8)
    const [g = 1, a = 1, b = 0, c = 0, d = 0, e = 0, f = 0] = Array.from(
      { length: [1, 3, 4, 5, 7][kind] ?? 0 },
      (_, i) => fixed(tag, 12 + 4 * i),
    )
    if (kind === 0) return x ** g
    if (kind === 1) return x >= -b / a ? (a * x + b) ** g : 0
    if (kind === 2) return x >= -b / a ? (a * x + b) ** g + c : c
    if (kind === 3) return x >= d ? (a * x + b) ** g : c * x
    if (kind === 4) return x >= d ? (a * x + b) ** g + e : c * x + f
  }
  return Number.NaN
}

function tagsOf(icc: Buffer): Map<string, Buffer> {
  const tags = new Map<string, Buffer>()
  const count = Math.min(icc.readUInt32BE(128), 100)
  for (let i = 0; i < count && 132 + 12 * (i + 1) <= icc.length; i++) {
    const at = 132 + 12 * i
    const start = icc.readUInt32BE(at + 4)
    tags.set(icc.toString('latin1', at, at + 4), icc.subarray(start, start + icc.readUInt32BE(at + 8)))
  }
  return tags
}

function isSrgb(tags: Map<string, Buffer>): boolean {
  for (const [name, wanted] of SRGB_PRIMARIES) {
    const tag = tags.get(name)
    if (tag === undefined) return false
    if (wanted.some((value, i) => Math.abs(fixed(tag, 8 + 4 * i) - value) > PRIMARY_TOLERANCE)) return false
  }
  for (const name of ['rTRC', 'gTRC', 'bTRC']) {
    const tag = tags.get(name)
    if (tag === undefined) return false
    for (let i = 0; i <= 32; i++)
      if (!(Math.abs(curveAt(tag, i / 32) - srgbCurve(i / 32)) <= CURVE_TOLERANCE)) return false
  }
  return true
}

/** undefined where the bytes are not a profile: browsers then show the picture as sRGB. */
export function readIcc(icc: Buffer): IccFacts | undefined {
  if (icc.length < 132 || icc.toString('latin1', 36, 40) !== 'acsp') return undefined
  try {
    const tags = tagsOf(icc)
    const space = icc.toString('latin1', 16, 20)
    const matrix = space === 'RGB ' && tags.has('rXYZ') && tags.has('gXYZ') && tags.has('bXYZ') && !tags.has('A2B0')
    return { bytes: icc.length, space, matrix, srgb: matrix && isSrgb(tags) }
  } catch {
    return undefined
  }
}
