import { performance } from 'node:perf_hooks'
import type { Sharp } from 'sharp'
import { decoding, encoding, open } from './engine.ts'
import { ImageFault } from './fault.ts'
import { checkSource, readFacts } from './inspect.ts'
import { SNIFF_BYTES, sniff } from './sniff.ts'
import type { ImageFacts, ImageFormat, Limits, Quality } from './types.ts'

/** Version of the policy: changes whenever the bytes of any answer may change. */
export const RECIPE = '1'

export interface CompressOptions {
  quality: Quality
  format: 'keep' | 'webp' | 'avif'
  limits: Limits
  /** Encoder effort may follow it, never what is answered. */
  msLeft: number
}

export type KeptReason =
  | 'not_smaller'
  | 'undecodable'
  | 'unsupported_format'
  | 'source_too_large'
  | 'active_content'
  | 'animation'
  | 'not_an_image'

export interface Compressed {
  bytes: Buffer
  /** 'other': an image type this room has no name for, such as PSD. */
  format: ImageFormat | 'other'
  contentType: string
  width: number
  height: number
  pages: number
  outcome: 'compressed' | 'original'
  reason?: KeptReason
  settings: string
  sourceWidth: number
  sourceHeight: number
  metadataCut: boolean
  inspectMs: number
  renderMs: number
}

const JPEG_QUALITY: Record<Quality, number> = { eco: 70, balanced: 80, high: 88 }

async function render(
  source: Buffer,
  facts: ImageFacts,
  options: CompressOptions,
): Promise<{ bytes: Buffer; settings: string }> {
  const q = JPEG_QUALITY[options.quality]
  const picture: Sharp = open(source, {
    animated: facts.pages > 1,
    maxPixels: options.limits.maxSourcePixels,
  }).autoOrient()
  if (facts.space === 'b-w' || facts.space === 'grey16') picture.toColourspace('b-w')
  switch (facts.format) {
    case 'jpeg':
      picture.jpeg({ quality: q, mozjpeg: true, quantisationTable: 2 })
      return { bytes: await picture.toBuffer(), settings: `mozjpeg q${q} 4:2:0 table2` }
    case 'png':
      picture.png({ compressionLevel: 9, adaptiveFiltering: true })
      return { bytes: await picture.toBuffer(), settings: 'png level9' }
    case 'webp':
      picture.webp({ quality: q, effort: 4 })
      return { bytes: await picture.toBuffer(), settings: `webp q${q} e4` }
    case 'avif':
      picture.avif({ quality: q - 20, effort: 1 })
      return { bytes: await picture.toBuffer(), settings: `avif q${q - 20} e1` }
    case 'gif':
      picture.gif({ reuse: true, effort: 7 })
      return { bytes: await picture.toBuffer(), settings: 'gif e7' }
    default:
      throw new ImageFault('unsupported', 'no encoder')
  }
}

/** The way without operations: the picture smaller in its own format (or the one asked for), or the original with the reason. */
export async function compress(source: Buffer, options: CompressOptions): Promise<Compressed> {
  const started = performance.now()
  let inspected = started
  const seen = sniff(source.subarray(0, SNIFF_BYTES))
  const original = (reason: KeptReason, facts?: ImageFacts): Compressed => ({
    bytes: source,
    format: seen.format ?? 'other',
    contentType: seen.contentType,
    width: facts?.width ?? 0,
    height: facts?.height ?? 0,
    pages: facts?.pages ?? 1,
    outcome: 'original',
    reason,
    settings: 'original',
    sourceWidth: facts?.width ?? 0,
    sourceHeight: facts?.height ?? 0,
    metadataCut: false,
    inspectMs: inspected - started,
    renderMs: performance.now() - inspected,
  })
  let facts: ImageFacts | undefined
  try {
    facts = await readFacts(source)
    inspected = performance.now()
    checkSource(facts, options.limits)
    const known = facts
    await decoding(() => open(source, { animated: known.pages > 1 }).stats())
    const made = await encoding(() => render(source, known, options))
    if (made.bytes.length >= source.length) return original('not_smaller', facts)
    const { reason: _reason, ...rest } = original('not_smaller', facts)
    return { ...rest, bytes: made.bytes, outcome: 'compressed', settings: made.settings }
  } catch (error) {
    if (!(error instanceof ImageFault) || error.passing) throw error
    if (error.code === 'source_too_large') return original('source_too_large', facts)
    if (error.code === 'undecodable') return original('undecodable', facts)
    return original(seen.media === 'active' ? 'active_content' : 'unsupported_format', facts)
  }
}
