import { performance } from 'node:perf_hooks'
import { readAvif } from './container/avif.ts'
import { readIcc } from './container/icc.ts'
import { readJpeg } from './container/jpeg.ts'
import { readPng } from './container/png.ts'
import { readWebp } from './container/webp.ts'
import { planColour } from './colour.ts'
import { fits, whyNotSame, whyUndecoded } from './encodable.ts'
import { encodeAvif } from './encode/avif.ts'
import { encodeGif } from './encode/gif.ts'
import { encodeJpeg } from './encode/jpeg.ts'
import { encodePng } from './encode/png.ts'
import { encodeWebp } from './encode/webp.ts'
import { ImageFault } from './fault.ts'
import { checkSource, readHeader } from './inspect.ts'
import { cutMetadata } from './metadata/cut.ts'
import { MIN_SAVING, RECIPE } from './policy.ts'
import { kindOf } from './probe/kind.ts'
import { SNIFF_BYTES, sniff } from './sniff.ts'
import { harmlessSvg } from './svg/svg.ts'
import type { ImageFacts, ImageFormat, Limits, Quality } from './types.ts'
import type { Encoded, KeptReason, Work } from './work.ts'

export { RECIPE }
export type { KeptReason }

export interface CompressOptions {
  quality: Quality
  /** 'keep': the source's own; 'webp', 'avif': that one where it is smaller than what 'keep' gives. */
  format: 'keep' | 'webp' | 'avif'
  limits: Limits
  /** Encoder effort may follow it, never what is answered. */
  msLeft: number
}

export interface Compressed {
  bytes: Buffer
  /** 'other': an image type this room has no name for, such as PSD. */
  format: ImageFormat | 'other'
  contentType: string
  /** A browser could run it, and it could not be made harmless: to be saved, never to be shown. */
  download?: true
  /** As displayed, one frame; 0 where the header could not be read. */
  width: number
  height: number
  pages: number
  /** 'original': the source's own pixels, with personal metadata cut where that is lossless. */
  outcome: 'compressed' | 'original'
  /** Why the original went out. */
  reason?: KeptReason
  /** For the log, e.g. "mozjpeg q80 4:2:0 table3". */
  settings: string
  sourceWidth: number
  sourceHeight: number
  metadataCut: boolean
  inspectMs: number
  renderMs: number
}

/** What `keep` does with a source: a new file of the same format, or the reason why not. */
function encodeSame(work: Work): Promise<Encoded | KeptReason> | KeptReason {
  const { source, facts } = work
  const reason = whyNotSame(facts)
  if (reason !== undefined) return reason
  switch (facts.format) {
    case 'jpeg':
      return encodeJpeg(work, readJpeg(source))
    case 'png':
      return encodePng(work, readPng(source))
    case 'webp':
      return encodeWebp(work, { lossless: readWebp(source).lossless, fullChroma: false })
    case 'avif':
      return encodeAvif(work)
    case 'gif':
      return encodeGif(work)
    default:
      return 'unsupported_format'
  }
}

/**
 * Share of the original below which another format wins without a look at what the same format would give: mozjpeg and
 * lossless PNG were never that much smaller than AVIF or WebP of the same picture, and the look costs a whole encode.
 */
const CLEAR_WIN = { avif: 0.6, webp: 0.4 } as const

/** Sources that no encoder here can follow without losing something that shows. */
function whyLeave(facts: ImageFacts, source: Buffer): KeptReason | undefined {
  const { format, contentType, depth } = facts
  const undecoded = whyUndecoded(facts)
  if (undecoded !== undefined) return undecoded
  if (format === 'png') {
    const found = readPng(source)
    if (found?.frames !== undefined) return 'animation'
    if (found?.codingPoints === true) return 'high_dynamic_range'
  }
  if (format === 'avif') {
    const found = readAvif(source)
    if (found.animated) return 'animation'
    if (found.gainMap || found.codedColour || depth > 8) return 'high_dynamic_range'
  }
  return contentType.startsWith('image/') ? undefined : 'unsupported_format'
}

async function encodeAs(target: 'webp' | 'avif', work: Work): Promise<Encoded | undefined> {
  const { facts, source } = work
  if (!fits(target, facts)) return undefined
  // Nothing but PNG carries gAMA and cHRM, and nothing but JPEG a gain map: there the format stays.
  if (facts.format === 'png' && (readPng(source)?.gamma.length ?? 0) > 0) return undefined
  if (facts.format === 'jpeg' && readJpeg(source)?.gainMap === true) return undefined
  if (target === 'avif') return encodeAvif(work)
  const kind = await kindOf(work)
  return encodeWebp(work, { lossless: kind.graphic, fullChroma: kind.fullChroma })
}

/** Whether a re-encode of the same format is worth sending instead of `bytes` bytes of original. */
function worth(made: Encoded, facts: ImageFacts, bytes: number): KeptReason | undefined {
  if (made.bytes.length >= bytes) return 'not_smaller'
  if (!made.lossy || made.format !== facts.format) return undefined
  const least = made.format === 'png' || made.format === 'gif' ? 0 : MIN_SAVING[made.format]
  return made.bytes.length > bytes * (1 - least) ? 'saving_too_small' : undefined
}

/** Frames, delays and loop count as the original's; what browsers show as 100 ms counts as 100 ms. */
async function sameAnimation(made: Encoded, facts: ImageFacts): Promise<boolean> {
  if (facts.pages === 1) return true
  const { facts: found } = await readHeader(made.bytes)
  const shown = (delay: number[] | undefined): string => (delay ?? []).map((ms) => (ms <= 10 ? 100 : ms)).join()
  return found.pages === facts.pages && found.loop === facts.loop && shown(found.delay) === shown(facts.delay)
}

/** The best file for the options, or the reason to send the original. `bytes`: what the original would cost. */
async function best(work: Work, format: CompressOptions['format'], bytes: number): Promise<Encoded | KeptReason> {
  const reason = whyLeave(work.facts, work.source)
  if (reason !== undefined) return reason
  const target = format === 'keep' || format === work.facts.format ? undefined : format
  let other = target && (await encodeAs(target, work))
  if (other !== undefined && !(await sameAnimation(other, work.facts))) other = undefined
  if (target !== undefined && other !== undefined && other.bytes.length <= bytes * CLEAR_WIN[target]) return other

  const made = await encodeSame(work)
  let same = typeof made === 'string' ? made : (worth(made, work.facts, bytes) ?? made)
  if (typeof same !== 'string' && !(await sameAnimation(same, work.facts))) same = 'animation'
  const least = typeof same === 'string' ? bytes : same.bytes.length
  return other !== undefined && other.bytes.length < least ? other : same
}

function reasonOf(fault: ImageFault, media: string): KeptReason {
  if (fault.code === 'source_too_large') return 'source_too_large'
  if (fault.code === 'undecodable') return 'undecodable'
  if (media === 'active') return 'active_content'
  return media === 'image' ? 'unsupported_format' : 'not_an_image'
}

const CONTENT_TYPES = {
  jpeg: 'image/jpeg',
  png: 'image/png',
  webp: 'image/webp',
  avif: 'image/avif',
  gif: 'image/gif',
} as const

const DOWNLOAD = { contentType: 'application/octet-stream', download: true } as const

/** SVG is not decoded here, and its size is whatever it is drawn at. */
async function compressSvg(source: Buffer, contentType: string, started: number): Promise<Compressed> {
  const made = await harmlessSvg(source)
  const shared = {
    format: 'svg',
    width: 0,
    height: 0,
    pages: 1,
    sourceWidth: 0,
    sourceHeight: 0,
    inspectMs: 0,
  } as const
  const renderMs = performance.now() - started
  const kept = { outcome: 'original', settings: 'original', metadataCut: false } as const
  if (made === undefined) return { ...shared, ...kept, ...DOWNLOAD, bytes: source, reason: 'active_content', renderMs }
  const { bytes, settings } = made
  if (settings === 'original') return { ...shared, ...kept, contentType, bytes, reason: 'not_smaller', renderMs }
  return { ...shared, contentType, bytes, outcome: 'compressed', settings, metadataCut: true, renderMs }
}

/**
 * The way without operations: the picture smaller, in its own format or the one asked for; otherwise the original's pixels
 * with the reason. Never larger than the original. An SVG is made harmless, or is marked as a download. Which of the two it is depends on the bytes and options alone.
 * Throws ImageFault only for faults that may pass: `encoder_fault`, `out_of_time`.
 */
export async function compress(source: Buffer, options: CompressOptions): Promise<Compressed> {
  const started = performance.now()
  let inspected = started
  const seen = sniff(source.subarray(0, SNIFF_BYTES))
  if (seen.format === 'svg') return compressSvg(source, seen.contentType, started)
  let facts: ImageFacts | undefined
  const cut = cutMetadata(source, seen.format ?? '')

  const answer = (result: Encoded | KeptReason): Compressed => {
    const size = { width: facts?.width ?? 0, height: facts?.height ?? 0 }
    const shared = {
      ...size,
      pages: facts?.pages ?? 1,
      sourceWidth: size.width,
      sourceHeight: size.height,
      inspectMs: inspected - started,
      renderMs: performance.now() - inspected,
    }
    if (typeof result === 'string')
      return {
        ...shared,
        bytes: cut.bytes,
        format: seen.format ?? 'other',
        ...(seen.media === 'active' ? DOWNLOAD : { contentType: seen.contentType }),
        outcome: 'original',
        reason: result,
        settings: cut.removed.includes('gain map') ? 'original without gain map' : 'original',
        metadataCut: cut.changed,
      }
    const { bytes, format, settings } = result
    return {
      ...shared,
      bytes,
      format,
      contentType: CONTENT_TYPES[format],
      outcome: 'compressed',
      settings,
      metadataCut: true,
    }
  }

  try {
    const header = await readHeader(source)
    facts = header.facts
    inspected = performance.now()
    checkSource(facts, source, options.limits)
    const colour = planColour(facts, header.icc === undefined ? undefined : readIcc(header.icc))
    const work: Work = { source, facts, colour, quality: options.quality, wantedAt: started + options.msLeft }
    if (header.icc !== undefined) work.icc = header.icc
    return answer(await best(work, options.format, cut.bytes.length))
  } catch (error) {
    // A mistake of ours is no property of the bytes either: it must not store an original for ever.
    if (!(error instanceof ImageFault))
      throw new ImageFault('encoder_fault', 'The picture could not be made now', { cause: error })
    if (error.passing) throw error
    return answer(reasonOf(error, seen.media))
  }
}
