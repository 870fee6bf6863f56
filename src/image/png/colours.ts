import { randomBytes } from 'node:crypto'

/** What a picture's pixels need of a PNG. */
export interface ColourNeeds {
  /** Every pixel is fully opaque. */
  opaque: boolean
  /** Red, green and blue are equal everywhere. */
  grey: boolean
  /** Different colours (with alpha), as `pixelValue` gives them, in order of appearance; undefined above MAX_PALETTE. */
  palette: Uint32Array | undefined
  /** How many different colours there are, counted no further than `COUNT_CAP`. */
  colours: number
}

export const MAX_PALETTE = 256

// Graphics that hold up in 256 colours have fewer to begin with (corpus: at most 7,000 of them; the next, which do not hold
// up, begin at 11,000 and photographs at 60,000). Counting stops soon after, so that photographs cost little.
export const COUNT_CAP = 10_000

const TABLE_BITS = 15

/**
 * A map from pixel value to the order in which it was first seen. Each table has a random multiplier of its own: whatever the
 * picture, two of its colours meet in a list with a chance of at most 2 in 32,768 (Dietzfelbinger and others, "A reliable
 * randomized algorithm for the closest-pair problem", 1997), so none can be made to keep it busy. Lists, because where the
 * next free place is taken instead, that chance says little. What the table answers does not depend on the multiplier.
 */
export class ColourTable {
  private readonly multiplier = randomBytes(4).readUInt32LE() | 1
  /** Both count from 1: 0 is the end of a list. */
  private readonly first = new Uint16Array(1 << TABLE_BITS)
  private readonly following = new Uint16Array(COUNT_CAP + 2)
  private readonly values = new Uint32Array(COUNT_CAP + 2)
  count = 0
  /** Places looked at so far in all lists. */
  steps = 0

  /** Index of a colour, adding it if it is new; for COUNT_CAP + 1 colours at most. */
  indexOf(value: number): number {
    const slot = Math.imul(value, this.multiplier) >>> (32 - TABLE_BITS)
    const head = this.first[slot] ?? 0
    for (let at = head; at !== 0; at = this.following[at] ?? 0) {
      this.steps++
      if (this.values[at] === value) return at - 1
    }
    const added = ++this.count
    this.values[added] = value
    this.following[added] = head
    this.first[slot] = added
    return added - 1
  }
}

/**
 * RGBA bytes as one number per pixel. A pixel that cannot be seen has no colour: it becomes transparent black in place,
 * which is what makes it compress. (Byte order of the number is the machine's; only equality matters.)
 */
export function toPixels(rgba: Uint8Array): Uint32Array {
  const pixels = new Uint32Array(rgba.buffer, rgba.byteOffset, rgba.byteLength >> 2)
  for (let i = 0, alpha = 3; i < pixels.length; i++, alpha += 4) if (rgba[alpha] === 0) pixels[i] = 0
  return pixels
}

/** Looks at every pixel once. `rgba` and `pixels` are two views of the same memory. */
export function colourNeeds(rgba: Uint8Array, pixels: Uint32Array): ColourNeeds {
  const table = new ColourTable()
  const palette: number[] = []
  let last = -1
  for (const value of pixels) {
    if (value === last) continue
    last = value
    if (table.indexOf(value) === palette.length && palette.length <= MAX_PALETTE) palette.push(value)
    if (table.count > COUNT_CAP) break
  }
  let opaque = true
  let grey = true
  for (let i = 0; i < rgba.length && (opaque || grey); i += 4) {
    if (rgba[i + 3] !== 255) opaque = false
    if (rgba[i] !== rgba[i + 1] || rgba[i] !== rgba[i + 2]) grey = false
  }
  return {
    opaque,
    grey,
    palette: table.count <= MAX_PALETTE ? Uint32Array.from(palette) : undefined,
    colours: table.count,
  }
}

/** For every pixel its place in the palette. */
export function indexPixels(pixels: Uint32Array, palette: Uint32Array): Uint8Array {
  const table = new ColourTable()
  for (const value of palette) table.indexOf(value)
  const indices = new Uint8Array(pixels.length)
  let last = -1
  let index = 0
  for (let i = 0; i < pixels.length; i++) {
    const value = pixels[i] ?? 0
    if (value !== last) {
      index = table.indexOf(value)
      last = value
    }
    indices[i] = index
  }
  return indices
}

/** Copies `keep` of the four channels of every pixel. */
export function channels(rgba: Uint8Array, keep: readonly number[]): Uint8Array {
  const out = new Uint8Array((rgba.length / 4) * keep.length)
  let at = 0
  for (let i = 0; i < rgba.length; i += 4) for (const channel of keep) out[at++] = rgba[i + channel] as number
  return out
}
