// What a source will cost is guessed from its first bytes, here and without the engine: a picture made to break a decoder
// must not be opened in the process that answers everybody.
import { avifSize, inProportion } from '../image/container/avif-size.ts'
import { SNIFF_BYTES, sniff } from '../image/sniff.ts'
import type { ImageFormat } from '../image/types.ts'

/** A guess, good enough to plan with; the worker finds out the truth. */
export interface Look {
  format: ImageFormat | undefined
  /** Of one frame. */
  width: number
  height: number
  frames: number
  /** All frames together. */
  pixels: number
  /** Bytes held for each pixel while it is decoded; 0 where lines come out one by one. */
  heldBytes: number
  /** Without loss: such pictures are written without loss more often than not, which takes longer. */
  lossless: boolean
  /** It is known by now that it will not be decoded. */
  undecodable?: true
}

/** Of an AVIF, for each coded pixel. */
const AVIF_HELD_BYTES = 12

/**
 * Chunks, segments or pages that are looked at: bytes could be made to keep the process that answers everybody here for
 * seconds. As many frames are more than any limit on pixels lets through.
 */
const MOST_STEPS = 10_000

/** The same for GIF, whose pixels come in blocks of 255 bytes: 64 MiB of full ones have fewer. */
const MOST_BLOCKS = 300_000

/** Where the header cannot be read: most pictures are smaller, and what has no size is soon given up. */
const UNKNOWN: Found = { width: 4000, height: 3000 }

export function look(source: Buffer): Look {
  const { format } = sniff(source.subarray(0, SNIFF_BYTES))
  const found = format === undefined ? undefined : READERS[format]?.(source)
  const { width, height, frames = 1, heldBytes = 4, lossless = false } = found ?? UNKNOWN
  if (!(width * height > 0)) return { format, ...UNKNOWN, frames: 1, pixels: 12_000_000, heldBytes, lossless }
  const seen = { format, width, height, frames, pixels: width * height * frames, heldBytes, lossless }
  return found?.undecodable === true ? { ...seen, undecodable: true } : seen
}

interface Found {
  width: number
  height: number
  frames?: number
  heldBytes?: number
  lossless?: boolean
  undecodable?: true
}

const READERS: Partial<Record<ImageFormat, (source: Buffer) => Found | undefined>> = {
  jpeg,
  png,
  gif,
  webp,
  avif,
  tiff,
}

/** Up to the frame header. https://www.w3.org/Graphics/JPEG/itu-t81.pdf, annex B */
function jpeg(source: Buffer): Found | undefined {
  let at = 2
  for (let step = 0; step < MOST_STEPS && at + 10 <= source.length; step++) {
    const marker = source[at + 1] ?? 0
    if (source[at] !== 0xff) return undefined
    if (marker === 0xff || marker === 0x01 || (marker >= 0xd0 && marker <= 0xd8)) {
      at += marker === 0xff ? 1 : 2
      continue
    }
    if (marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc) {
      const components = source[at + 9] ?? 3
      // One byte of sampling factors for luma, and then for chroma three bytes further.
      const halved = components === 3 && source[at + 11] !== source[at + 14]
      const samples = halved ? 1.5 : components
      return {
        height: source.readUInt16BE(at + 5),
        width: source.readUInt16BE(at + 7),
        // Coefficients have two bytes; where chroma is whole, the pixels are looked at to see whether it has to be.
        heldBytes: (marker === 0xc2 ? 2 * samples : 0) + (halved || components === 1 ? 0 : components),
      }
    }
    at += 2 + source.readUInt16BE(at + 2)
  }
  return undefined
}

/** IHDR. https://www.w3.org/TR/png-3/#11IHDR */
function png(source: Buffer): Found | undefined {
  if (source.length < 29) return undefined
  const channels = [1, 1, 3, 3, 2, 2, 4][source[25] ?? 2] ?? 4
  return {
    width: source.readUInt32BE(16),
    height: source.readUInt32BE(20),
    heldBytes: source[28] === 1 ? channels * ((source[24] ?? 8) > 8 ? 2 : 1) : 0,
    lossless: true,
  }
}

/** Every image descriptor is one frame. https://www.w3.org/Graphics/GIF/spec-gif89a.txt */
function gif(source: Buffer): Found | undefined {
  if (source.length < 13) return undefined
  const table = (flags: number) => ((flags & 0x80) === 0 ? 0 : 3 << ((flags & 7) + 1))
  let blocks = 0
  const afterBlocks = (from: number) => {
    let at = from
    for (; blocks < MOST_BLOCKS && at < source.length && source[at] !== 0; blocks++) at += 1 + (source[at] ?? 0)
    return at + 1
  }
  let frames = 0
  let at = 13 + table(source[10] ?? 0)
  for (; blocks < MOST_BLOCKS && at < source.length; blocks++) {
    if (source[at] === 0x21) at = afterBlocks(at + 2)
    else if (source[at] === 0x2c) {
      frames++
      at = afterBlocks(at + 11 + table(source[at + 9] ?? 0))
    } else break
  }
  return { width: source.readUInt16LE(6), height: source.readUInt16LE(8), frames: Math.max(1, frames), lossless: true }
}

/** https://www.rfc-editor.org/rfc/rfc9649 */
function webp(source: Buffer): Found | undefined {
  if (source.length < 30) return undefined
  const chunk = source.toString('latin1', 12, 16)
  if (chunk === 'VP8 ') {
    return { width: source.readUInt16LE(26) & 0x3fff, height: source.readUInt16LE(28) & 0x3fff }
  }
  if (chunk === 'VP8L') {
    const bits = source.readUInt32LE(21)
    return { width: (bits & 0x3fff) + 1, height: ((bits >>> 14) & 0x3fff) + 1, lossless: true }
  }
  if (chunk !== 'VP8X') return undefined
  let frames = 0
  // What stands behind the end that the file claims is nobody's frame.
  const end = Math.min(source.length, 8 + source.readUInt32LE(4))
  for (let at = 12, step = 0; step < MOST_STEPS && at + 8 <= end; step++) {
    if (source.toString('latin1', at, at + 4) === 'ANMF') frames++
    const size = source.readUInt32LE(at + 4)
    at += 8 + size + (size & 1)
  }
  return { width: source.readUIntLE(24, 3) + 1, height: source.readUIntLE(27, 3) + 1, frames: Math.max(1, frames) }
}

/** What an AVIF says of itself counts as far as what is coded in it bears it out; inspect.ts refuses the others. */
function avif(source: Buffer): Found {
  const size = avifSize(source)
  if (size === undefined || !inProportion(size)) return { ...UNKNOWN, undecodable: true }
  const { width, height, codedPixels } = size
  return { width, height, heldBytes: AVIF_HELD_BYTES * Math.max(1, codedPixels / (width * height)) }
}

/** The first page, times the pages. https://www.itu.int/itudoc/itu-t/com16/tiff-fx/docs/tiff6.pdf */
function tiff(source: Buffer): Found | undefined {
  const little = source.toString('latin1', 0, 2) === 'II'
  const u16 = (at: number) => (little ? source.readUInt16LE(at) : source.readUInt16BE(at))
  const u32 = (at: number) => (little ? source.readUInt32LE(at) : source.readUInt32BE(at))
  const tags = new Map<number, number>()
  let frames = 0
  const seen = new Set<number>()
  let at = source.length >= 8 ? u32(4) : 0
  for (; frames < MOST_STEPS && at > 0 && at + 6 <= source.length && !seen.has(at); frames++) {
    seen.add(at)
    const count = u16(at)
    const next = at + 2 + count * 12
    if (next + 4 > source.length) break
    for (let entry = at + 2; entry < next; entry += 12) {
      if (frames === 0) tags.set(u16(entry), u16(entry + 2) === 3 ? u16(entry + 8) : u32(entry + 8))
    }
    at = u32(next)
  }
  const width = tags.get(256)
  const height = tags.get(257)
  if (width === undefined || height === undefined) return undefined
  return { width, height, frames: Math.max(1, frames), heldBytes: 8, lossless: true }
}
