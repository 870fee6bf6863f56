import { promisify } from 'node:util'
import { constants, deflate } from 'node:zlib'
import { PNG_SIGNATURE } from '../container/png.ts'
import { crc32 } from '../metadata/crc32.ts'
import { channels, colourNeeds, indexPixels, toPixels } from './colours.ts'
import type { ColourNeeds } from './colours.ts'
import { adaptive, unfiltered } from './filter.ts'

const deflateAsync = promisify(deflate)

/** How pixels are laid out in rows: colour type and bit depth as in IHDR. */
interface Layout {
  colourType: 0 | 2 | 3 | 4 | 6
  depth: 1 | 2 | 4 | 8
  rows: Uint8Array
  stride: number
  /** Bytes of a pixel as filters count them. */
  step: number
  chunks: Buffer[]
}

export function pngChunk(type: string, data: Uint8Array): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data])
  const whole = Buffer.alloc(body.length + 8)
  whole.writeUInt32BE(data.length, 0)
  whole.set(body, 4)
  whole.writeUInt32BE(crc32(body), body.length + 4)
  return whole
}

/** Fewest bits in which `count` values can be numbered. */
function depthFor(count: number): 1 | 2 | 4 | 8 {
  if (count <= 2) return 1
  if (count <= 4) return 2
  return count <= 16 ? 4 : 8
}

/** One value per pixel, packed to `depth` bits; each row begins on a byte. */
function pack(values: Uint8Array, width: number, depth: 1 | 2 | 4 | 8): { rows: Uint8Array; stride: number } {
  if (depth === 8) return { rows: values, stride: width }
  const stride = Math.ceil((width * depth) / 8)
  const height = values.length / width
  const rows = new Uint8Array(stride * height)
  const perByte = 8 / depth
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const at = y * stride + Math.floor(x / perByte)
      rows[at] = (rows[at] as number) | ((values[y * width + x] as number) << (8 - depth - (x % perByte) * depth))
    }
  return { rows, stride }
}

/** Palette entries as bytes, those with alpha first so that the tRNS chunk stays short, then by brightness. */
function sortedPalette(palette: Uint32Array): { values: Uint32Array; bytes: Uint8Array } {
  const rgba = new Uint8Array(palette.buffer, palette.byteOffset, palette.byteLength)
  const key = (i: number): number => {
    const [r = 0, g = 0, b = 0, a = 255] = rgba.subarray(4 * i, 4 * i + 4)
    return (a === 255 ? 1e6 : a * 1e3) + 0.299 * r + 0.587 * g + 0.114 * b
  }
  const order = Array.from(palette.keys()).sort((x, y) => key(x) - key(y))
  const values = Uint32Array.from(order, (i) => palette[i] as number)
  return { values, bytes: new Uint8Array(values.buffer) }
}

/** Greys that fit into fewer bits: 17 apart for 4 bits, 85 for 2, 255 for 1. */
function greyDepth(palette: Uint32Array): 1 | 2 | 4 | 8 {
  const levels = new Uint8Array(palette.buffer, palette.byteOffset, palette.byteLength).filter((_, i) => i % 4 === 0)
  for (const depth of [1, 2, 4] as const) {
    const apart = 255 / (2 ** depth - 1)
    if (levels.every((level) => level % apart === 0)) return depth
  }
  return 8
}

function layout(rgba: Uint8Array, pixels: Uint32Array, width: number, needs: ColourNeeds): Layout {
  const { palette, opaque, grey } = needs
  if (grey && opaque) {
    const depth = palette === undefined ? 8 : greyDepth(palette)
    // A palette of n greys may need fewer bits than the greys themselves do.
    if (palette === undefined || depth <= depthFor(palette.length)) {
      const values = channels(rgba, [0])
      if (depth < 8) for (let i = 0; i < values.length; i++) values[i] = (values[i] as number) >> (8 - depth)
      return { colourType: 0, depth, ...pack(values, width, depth), step: 1, chunks: [] }
    }
  }
  if (palette !== undefined) {
    const depth = depthFor(palette.length)
    const { values, bytes } = sortedPalette(palette)
    const chunks = [pngChunk('PLTE', channels(bytes, [0, 1, 2]))]
    const alpha = channels(bytes, [3])
    const seeThrough = alpha.findLastIndex((a) => a !== 255) + 1
    if (seeThrough > 0) chunks.push(pngChunk('tRNS', alpha.subarray(0, seeThrough)))
    return { colourType: 3, depth, ...pack(indexPixels(pixels, values), width, depth), step: 1, chunks }
  }
  if (grey) return { colourType: 4, depth: 8, rows: channels(rgba, [0, 3]), stride: width * 2, step: 2, chunks: [] }
  if (opaque)
    return { colourType: 2, depth: 8, rows: channels(rgba, [0, 1, 2]), stride: width * 3, step: 3, chunks: [] }
  return { colourType: 6, depth: 8, rows: rgba, stride: width * 4, step: 4, chunks: [] }
}

export interface PngEffort {
  /** zlib level, 1 to 9. */
  level: number
  /** Filter ways to try; the smaller file wins. */
  filters: readonly ('none' | 'adaptive')[]
}

/**
 * The smallest lossless PNG of 8-bit RGBA pixels within the effort given: fewest channels and bits that hold them,
 * palette where there are 256 colours or fewer. Colours of pixels that are fully transparent are not kept (`rgba` is changed).
 * `extra` chunks (profile, gamma) go behind the header.
 */
export async function writePng(
  rgba: Uint8Array,
  width: number,
  effort: PngEffort,
  extra: readonly Buffer[] = [],
): Promise<{ bytes: Buffer; settings: string }> {
  const pixels = toPixels(rgba)
  const plan = layout(rgba, pixels, width, colourNeeds(rgba, pixels))
  const header = Buffer.alloc(13)
  header.writeUInt32BE(width, 0)
  header.writeUInt32BE(pixels.length / width, 4)
  header[8] = plan.depth
  header[9] = plan.colourType
  let best: { data: Buffer; filter: string } | undefined
  for (const filter of effort.filters) {
    const rows = filter === 'none' ? unfiltered(plan.rows, plan.stride) : adaptive(plan.rows, plan.stride, plan.step)
    const strategy = constants.Z_DEFAULT_STRATEGY
    const data = await deflateAsync(rows, { level: effort.level, memLevel: 9, strategy })
    if (best === undefined || data.length < best.data.length) best = { data, filter }
  }
  if (best === undefined) throw new RangeError('Expected at least one filter way, got none')
  const bytes = Buffer.concat([
    PNG_SIGNATURE,
    pngChunk('IHDR', header),
    ...extra,
    ...plan.chunks,
    pngChunk('IDAT', best.data),
    pngChunk('IEND', Buffer.alloc(0)),
  ])
  const kinds = { 0: 'grey', 2: 'rgb', 3: 'palette', 4: 'grey+alpha', 6: 'rgba' }
  return { bytes, settings: `png lossless ${kinds[plan.colourType]}${plan.depth} ${best.filter} level${effort.level}` }
}
