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
const TABLE_SIZE = 1 << TABLE_BITS

function slotOf(value: number): number {
  return Math.imul(value, 0x9e3779b1) >>> (32 - TABLE_BITS)
}

/** An open-addressed map from pixel value to the order in which it was first seen. */
class ColourTable {
  private readonly values = new Uint32Array(TABLE_SIZE)
  private readonly order = new Int32Array(TABLE_SIZE).fill(-1)
  count = 0

  /** Index of a colour, adding it if it is new. */
  indexOf(value: number): number {
    let slot = slotOf(value)
    for (;;) {
      const found = this.order[slot] ?? -1
      if (found < 0) {
        this.values[slot] = value
        this.order[slot] = this.count
        return this.count++
      }
      if (this.values[slot] === value) return found
      slot = (slot + 1) & (TABLE_SIZE - 1)
    }
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
