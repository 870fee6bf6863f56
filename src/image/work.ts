import type { Sharp } from 'sharp'
import type { ColourPlan } from './colour.ts'
import { decoding, encoding, open } from './engine.ts'
import type { ImageFacts, OutputFormat, Quality } from './types.ts'

/** Why the original goes out instead of a new picture. */
export type KeptReason =
  | 'not_smaller'
  | 'saving_too_small'
  | 'already_compressed'
  | 'undecodable'
  | 'unsupported_format'
  | 'source_too_large'
  | 'active_content'
  | 'animation'
  | 'high_dynamic_range'
  | 'too_costly'
  | 'not_an_image'

/** One source on its way to one result. */
export interface Work {
  source: Buffer
  facts: ImageFacts
  colour: ColourPlan
  /** The profile's bytes, where `colour` is 'keep'. */
  icc?: Buffer
  quality: Quality
  /** performance.now() at which the result is wanted: decides effort, never what is answered. */
  wantedAt: number
}

export interface Encoded {
  bytes: Buffer
  format: OutputFormat
  settings: string
  /** True where it has to earn its place with its saving, because some of what the source shows is gone. */
  lossy: boolean
}

export function isGrey(facts: ImageFacts): boolean {
  return facts.space === 'b-w' || facts.space === 'grey16'
}

/** The source upright, in the colours it will have, ready for an encoder. */
export function prepared(work: Work): Sharp {
  const { facts, colour } = work
  const picture = open(work.source, {
    animated: facts.pages > 1,
    maxPixels: facts.pixels,
    ignoreIcc: colour !== 'convert',
  }).autoOrient()
  if (isGrey(facts)) picture.toColourspace('b-w')
  // sharp takes 16-bit pictures through Display P3; without this second step they would come out untagged in P3.
  else if (colour === 'convert' && facts.depth === 16) picture.withIccProfile('srgb', { attach: false })
  return picture
}

/** `prepared`, with the profile going along where it is kept. For encoders that read from the source itself. */
export function preparedWithProfile(work: Work): Sharp {
  if (work.colour !== 'keep') return prepared(work)
  // keepIccProfile() needs the profile not to be ignored on the way in; it leaves the numbers alone by itself.
  const picture = open(work.source, { animated: work.facts.pages > 1, maxPixels: work.facts.pixels })
  picture.autoOrient().keepIccProfile()
  if (isGrey(work.facts)) picture.toColourspace('b-w')
  return picture
}

/** Pixels in memory: 8 bits a channel, upright. `channels` is 3 without alpha and 4 with; grey has three equal ones. */
export interface Pixels {
  data: Buffer
  width: number
  height: number
  channels: 3 | 4
}

/** Decodes the whole source. Throws ImageFault `undecodable` or `encoder_fault`. */
export async function decodePixels(work: Work, alpha: boolean): Promise<Pixels> {
  const { data, info } = await decoding(() => {
    const picture = prepared(work).toColourspace('srgb')
    return (alpha ? picture.ensureAlpha() : picture.removeAlpha())
      .raw({ depth: 'uchar' })
      .toBuffer({ resolveWithObject: true })
  })
  return { data, width: info.width, height: info.height, channels: alpha ? 4 : 3 }
}

/**
 * Reads every row and keeps next to nothing: tells a source that cannot be decoded from an encoder that failed. In its full
 * height as stored, which is its width when it lies on its side: rows that nobody asks for are not read.
 */
export async function proveDecodable(work: Work): Promise<void> {
  const { width, height, orientation } = work.facts
  const [columns, rows] = orientation >= 5 ? [width, 8] : [8, height]
  await decoding(() =>
    prepared(work).resize(columns, rows, { fit: 'fill', kernel: 'nearest', fastShrinkOnLoad: false }).raw().toBuffer(),
  )
}

/** Decodes and encodes in one go, which is fastest; only where that fails, finds out which of the two it was. */
export async function inOneGo<T>(work: Work, run: () => Promise<T>): Promise<T> {
  try {
    return await run()
  } catch (error) {
    await proveDecodable(work)
    return await encoding(() => Promise.reject(error instanceof Error ? error : new Error(String(error))))
  }
}
