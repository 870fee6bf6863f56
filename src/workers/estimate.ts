// What a picture will cost, from a look at its header. Measured on the encoders of this project; see the pool for what
// happens when it is wrong.
import type { ImageFormat } from '../image/types.ts'
import { type Look, look } from './look.ts'
import type { Task } from './messages.ts'

export interface Estimate {
  /** One thread, with the effort that the time left will allow. */
  costMs: number
  /** With the least effort there is. */
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
const FIXED_BYTES = 24_000_000

const DECODE: Partial<Record<ImageFormat, number>> = { jpeg: 12, png: 25, webp: 20, avif: 40, gif: 15, tiff: 20 }

const ENCODE: Record<'jpeg' | 'png' | 'webp' | 'avif' | 'gif' | 'other', Cost> = {
  jpeg: { most: 110, least: 45, bytes: 4 },
  png: { most: 1500, least: 100, bytes: 12 },
  webp: { most: 900, least: 50, bytes: 8 },
  avif: { most: 600, least: 70, bytes: 12 },
  gif: { most: 250, least: 100, bytes: 6 },
  other: { most: 60, least: 10, bytes: 4 },
}

/** Effort is chosen so that its estimated time fits into this part of what is left (image/effort.ts). */
const EFFORT_SHARE = 0.5

export function estimate(task: Task, source: Buffer): Estimate {
  return estimateOf(task, look(source), source.length)
}

export function estimateOf(task: Task, seen: Look, sourceBytes: number): Estimate {
  const { msLeft, limits } = task.options
  const copies = 2 * sourceBytes + FIXED_BYTES
  // Nothing of it will be decoded.
  if (seen.pixels > limits.maxSourcePixels) return { costMs: FIXED_MS, leastMs: FIXED_MS, needBytes: copies }
  const megapixels = seen.pixels / 1e6
  const decode = (DECODE[seen.format ?? 'jpeg'] ?? 20) * megapixels
  const costs = encodings(task, seen)
  const written = task.kind === 'render' ? Math.min(megapixels, limits.maxOutputPixels / 1e6) : megapixels
  const sum = (of: 'most' | 'least') => costs.reduce((total, cost) => total + cost[of], 0) * written
  const leastMs = FIXED_MS + decode + sum('least')
  const most = FIXED_MS + decode + sum('most')
  return {
    costMs: Math.max(leastMs, Math.min(most, msLeft * EFFORT_SHARE)),
    leastMs,
    needBytes: copies + seen.pixels * (wholeBytes(seen) + Math.max(...costs.map(({ bytes }) => bytes))),
  }
}

/** What is held of a source that cannot be decoded line by line: coefficients or pixels. */
function wholeBytes({ whole, format, pixelBytes }: Look): number {
  if (!whole) return 0
  return format === 'jpeg' ? 2 * pixelBytes : pixelBytes
}

/** The encoders that will run, one after the other. */
function encodings(task: Task, { format }: Look): Cost[] {
  const own = ENCODE[format === 'tiff' || format === undefined || !(format in ENCODE) ? 'other' : (format as 'jpeg')]
  if (task.kind === 'compress') return task.options.format === 'keep' ? [own] : [own, ENCODE[task.options.format]]
  const asked = task.operations.find((operation) => operation.action === 'format')?.value
  if (asked === undefined) return [own]
  if (asked === 'auto') return [own, ENCODE.webp]
  if (asked === 'jpg') return [ENCODE.jpeg]
  return [asked === 'tiff' || asked === 'bmp' ? ENCODE.other : ENCODE[asked]]
}
