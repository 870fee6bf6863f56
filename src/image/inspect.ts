import type { Metadata } from 'sharp'
import { avifSize, inProportion } from './container/avif-size.ts'
import { readJpeg } from './container/jpeg.ts'
import { decoding, engineName, open } from './engine.ts'
import { ImageFault } from './fault.ts'
import { SNIFF_BYTES, sniff } from './sniff.ts'
import type { ImageFacts, ImageFormat, Limits } from './types.ts'

const DEPTH_BITS: Record<string, number> = { uchar: 8, char: 8, ushort: 16, short: 16, uint: 32, int: 32, float: 32 }

/** Only these have frames that are shown one after the other, or pages; libvips counts thumbnails of an AVIF as pages. */
const PAGED = new Set<ImageFormat>(['gif', 'webp', 'tiff'])

function factsOf(format: ImageFormat, contentType: string, found: Metadata): ImageFacts {
  const pages = PAGED.has(format) ? (found.pages ?? 1) : 1
  const turned = found.orientation !== undefined && found.orientation >= 5 && found.orientation <= 8
  const stored = { width: found.width, height: found.pageHeight ?? found.height }
  const width = turned ? stored.height : stored.width
  const height = turned ? stored.width : stored.height
  const orientation = found.orientation ?? 1
  const facts: ImageFacts = {
    format,
    contentType,
    width,
    height,
    pages,
    pixels: width * height * pages,
    orientation: orientation >= 1 && orientation <= 8 ? orientation : 1,
    hasAlpha: found.hasAlpha,
    hasProfile: found.hasProfile,
    depth: found.bitsPerSample ?? DEPTH_BITS[found.depth as string] ?? 8,
    space: found.space,
  }
  if (pages > 1 && found.loop !== undefined) facts.loop = found.loop
  if (pages > 1 && found.delay !== undefined) facts.delay = found.delay
  return facts
}

export interface Header {
  facts: ImageFacts
  /** The embedded colour profile, unread. */
  icc?: Buffer
}

/** Headers only, without limits. Throws ImageFault `unsupported`, `undecodable` or `encoder_fault`. */
export async function readHeader(source: Buffer): Promise<Header> {
  const { contentType, format } = sniff(source.subarray(0, SNIFF_BYTES))
  const name = engineName(format)
  if (format === undefined || name === undefined)
    throw new ImageFault('unsupported', `Expected JPEG, PNG, WebP, AVIF, GIF or TIFF, got ${contentType}`)
  const found = await decoding(() => open(source, { animated: PAGED.has(format) }).metadata())
  if (found.format !== name) throw new ImageFault('undecodable', `Expected ${contentType} all through, got a mixture`)
  const facts = factsOf(format, contentType, found)
  return found.icc === undefined ? { facts } : { facts, icc: found.icc }
}

// What formats other than PNG and TIFF can express. A picture of one column and 20 million rows is within any limit on pixels
// and takes 15 s, because every row costs something of its own.
const MAX_SIDE = 65_535

// Every scan of a progressive JPEG runs over all of its pixels again; encoders write about ten. 883 scans over 64 MP take 12 s.
const MAX_SCANS_AT_LIMIT = 20

/**
 * Throws ImageFault `undecodable` where an AVIF does not hold what it says: the decoder would say so, too, but maybe not
 * before it has decoded all of it, with whatever time and memory that takes.
 */
function checkAvif({ pixels }: ImageFacts, source: Buffer): void {
  const size = avifSize(source)
  if (size !== undefined && inProportion(size) && pixels <= size.width * size.height) return
  const coded = size === undefined ? 'what cannot be followed' : `${size.codedPixels} coded`
  throw new ImageFault('undecodable', `Expected an AVIF of ${pixels} pixels, got ${coded}`)
}

/**
 * Throws ImageFault `source_too_large`: more pixels than allowed in all frames together, a side that no decoder takes in
 * reasonable time, or a JPEG of so many scans that it costs as much as a far larger one; `undecodable`: an AVIF that holds far
 * more than it says. Decided by the bytes alone.
 */
export function checkSource(facts: ImageFacts, source: Buffer, limits: Limits): void {
  const refuse = (what: string): never => {
    throw new ImageFault('source_too_large', `Expected ${what}`)
  }
  if (facts.pixels > limits.maxSourcePixels)
    refuse(`at most ${limits.maxSourcePixels} pixels in all frames, got ${facts.pixels}`)
  const side = Math.max(facts.width, facts.height)
  if (side > MAX_SIDE) refuse(`sides of at most ${MAX_SIDE} pixels, got ${side}`)
  if (facts.format === 'avif') checkAvif(facts, source)
  if (facts.format !== 'jpeg') return
  const scans = readJpeg(source)?.scans ?? 1
  if (scans * facts.pixels > MAX_SCANS_AT_LIMIT * limits.maxSourcePixels)
    refuse(`a JPEG of fewer scans, got ${scans} of ${facts.pixels} pixels`)
}

/**
 * What a picture's headers say; no pixel is decoded, so it is safe on files that claim enormous sizes.
 * Throws ImageFault: `unsupported` (not an image, or one this engine cannot read), `undecodable`, `source_too_large`.
 */
export async function inspect(source: Buffer, limits: Limits): Promise<ImageFacts> {
  const { facts } = await readHeader(source)
  checkSource(facts, source, limits)
  return facts
}
