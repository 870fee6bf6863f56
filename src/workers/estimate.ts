// What a picture will cost, from a look at its header. Measured on the encoders of this project; see the pool for what
// happens when it is wrong.
import { fits, whyNotSame, whyUndecoded } from '../image/encodable.ts'
import type { ImageFormat } from '../image/types.ts'
import type { Look } from './look.ts'
import type { Task } from './messages.ts'

export interface Estimate {
  /** One thread, with as much effort as there ever is, and with the least. */
  mostMs: number
  leastMs: number
  /** Of a worker, on top of what it has when idle, and of our own copy of the source. */
  needBytes: number
}

interface Cost {
  /** Of one thread per megapixel: with as much effort as there ever is, and with the least. */
  most: number
  least: number
  /** Bytes of memory a pixel takes at the worst moment. */
  bytes: number
}

/** Reading, starting, sending: a picture of one pixel takes this. */
const FIXED_MS = 8
const FIXED_BYTES = 12_000_000

// Milliseconds of one thread per megapixel, and bytes per pixel: measured on a photograph at 1, 12, 24, 50 and 100 megapixels,
// as processor time and as peak of a worker that had been idle (2026-07, sharp 0.35.5, node 20).
const DECODE: Partial<Record<ImageFormat, number>> = { jpeg: 9, png: 12, webp: 13, avif: 55, gif: 15, tiff: 15 }

/** libjpeg decodes at an eighth to a half of the size straight away, which is what most results of operations need. */
const DECODE_SHRUNK = 4

const ENCODE = {
  jpeg: { most: 60, least: 14, bytes: 7 },
  png: { most: 700, least: 75, bytes: 10 },
  webp: { most: 120, least: 32, bytes: 12 },
  losslessWebp: { most: 900, least: 120, bytes: 14 },
  avif: { most: 570, least: 65, bytes: 34 },
  gif: { most: 400, least: 250, bytes: 6 },
  other: { most: 60, least: 10, bytes: 4 },
} as const satisfies Record<string, Cost>

export function estimateOf(task: Task, seen: Look, sourceBytes: number): Estimate {
  const { limits } = task.options
  const copies = 2 * sourceBytes + FIXED_BYTES
  if (seen.format === 'svg') return svgEstimate(sourceBytes, copies)
  if (seen.pixels > limits.maxSourcePixels || staysUndecoded(task, seen))
    return { mostMs: FIXED_MS, leastMs: FIXED_MS, needBytes: copies }
  const written = task.kind === 'render' ? resultPixels(task, seen) : seen.pixels
  const shrunk = seen.format === 'jpeg' && written < seen.pixels / 4
  const decode = shrunk ? DECODE_SHRUNK : (DECODE[seen.format ?? 'jpeg'] ?? 15)
  const encodes = encodings(task, seen)
  const sum = (of: 'most' | 'least') =>
    FIXED_MS + (decode * seen.pixels + encodes.reduce((total, cost) => total + cost[of], 0) * written) / 1e6
  // A rendered picture is held whole between decoding and encoding.
  const raster = task.kind === 'render' ? 4 * written : 0
  return {
    mostMs: sum('most'),
    leastMs: sum('least'),
    needBytes:
      copies +
      seen.heldBytes * (shrunk ? written : seen.pixels) +
      raster +
      Math.max(...encodes.map(({ bytes }) => bytes)) * written,
  }
}

/** Answered from the header: the fault, the original or the facts. */
function staysUndecoded(task: Task, { format, frames: pages, pixels, undecodable }: Look): boolean {
  if (undecodable === true || format === undefined || DECODE[format] === undefined) return true
  if (task.kind === 'compress') {
    if (whyUndecoded({ format, pages, pixels }) !== undefined) return true
    return task.options.format === 'keep' && whyNotSame({ format, pages, pixels }) !== undefined
  }
  return task.operations[0]?.action === 'info'
}

/** SVG is read as text, not decoded: up to two seconds for each megabyte of markup, and much of what large ones have is pictures. */
function svgEstimate(sourceBytes: number, copies: number): Estimate {
  const leastMs = FIXED_MS + sourceBytes / 10_000
  return {
    mostMs: leastMs + Math.min(1000, sourceBytes / 500),
    leastMs,
    needBytes: copies + 10 * sourceBytes + 60_000_000,
  }
}

/** Of all frames: what resizing makes of them, as far as that can be told without planning it all. */
function resultPixels({ operations, options }: Task & { kind: 'render' }, seen: Look): number {
  let { width, height } = seen
  for (const operation of operations) {
    if (operation.action === 'crop') {
      width = Math.min(width, operation.w)
      height = Math.min(height, operation.h)
    }
    if (operation.action !== 'resize') continue
    const { w, h, l, s, p } = operation
    const scales = [
      w === undefined ? [] : w / width,
      h === undefined ? [] : h / height,
      l === undefined ? [] : l / Math.max(width, height),
      s === undefined ? [] : s / Math.min(width, height),
      p === undefined ? [] : p / 100,
    ].flat()
    if (scales.length === 0) continue
    // Whatever is scaled or cut on the way: the result is as large as what was asked for.
    if (operation.m !== 'lfit' && operation.m !== 'mfit' && (w ?? h ?? l ?? s) !== undefined) {
      const most = (side: number, of: number) => (operation.limit === 1 ? Math.min(side, of) : side)
      const asked = Math.max(w ?? 0, h ?? 0, l ?? 0, s ?? 0)
      width = most(w ?? asked, width)
      height = most(h ?? asked, height)
      continue
    }
    const scale = operation.m === 'lfit' ? Math.min(...scales) : Math.max(...scales)
    width *= operation.limit === 1 ? Math.min(1, scale) : scale
    height *= operation.limit === 1 ? Math.min(1, scale) : scale
  }
  return Math.min(width * height * seen.frames, options.limits.maxOutputPixels)
}

/** The encoders that will run, one after the other. */
function encodings(task: Task, seen: Look): Cost[] {
  const { format, lossless } = seen
  const webp = lossless ? ENCODE.losslessWebp : ENCODE.webp
  const of = (name: string | undefined): Cost => {
    if (name === 'webp') return webp
    return name !== undefined && name in ENCODE ? ENCODE[name as keyof typeof ENCODE] : ENCODE.other
  }
  const own = of(format)
  if (task.kind === 'compress') {
    const { format: target } = task.options
    return target === 'keep' || !fits(target, { ...seen, pages: seen.frames }) ? [own] : [own, of(target)]
  }
  const asked = task.operations.find((operation) => operation.action === 'format')?.value
  if (asked === undefined) return [own]
  if (asked === 'auto') return [own, webp]
  return [of(asked === 'jpg' ? 'jpeg' : asked)]
}
