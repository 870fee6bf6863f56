import sharp from 'sharp'
import type { Sharp, SharpOptions } from 'sharp'
import { ImageFault } from './fault.ts'
import type { ImageFormat } from './types.ts'

// libvips keeps recent operations with their pixels; requests never repeat one, so this is memory for nothing.
sharp.cache(false)

/** What the prebuilt sharp decodes, by the name its metadata gives. */
const ENGINE_NAMES: Partial<Record<ImageFormat, string>> = {
  jpeg: 'jpeg',
  png: 'png',
  webp: 'webp',
  avif: 'heif',
  gif: 'gif',
  tiff: 'tiff',
}

/** libvips' name for a format it can decode; undefined where it cannot. */
export function engineName(format: ImageFormat | undefined): string | undefined {
  return format === undefined ? undefined : ENGINE_NAMES[format]
}

export interface OpenOptions {
  /** Refuses to decode more; all frames together. `inspect` has said no before, this is the second lock. */
  maxPixels?: number
  /** All frames, stacked. */
  animated?: boolean
  /** Take the numbers as they are; the caller keeps or drops the profile. */
  ignoreIcc?: boolean
}

/**
 * Opens a source for decoding. `failOn: 'warning'` is on purpose: a picture that libvips has to guess at is never
 * re-encoded, because what it guessed would be stored for ever. Of 340 files of the corpus that refuses only the damaged ones
 * (bad checksums, stray bytes between segments, early ends): browsers show some of them, and so does the original.
 */
export function open(source: Buffer, options: OpenOptions = {}): Sharp {
  const settings: SharpOptions = { failOn: 'warning', limitInputPixels: options.maxPixels ?? false }
  if (options.animated !== undefined) settings.animated = options.animated
  if (options.ignoreIcc !== undefined) settings.ignoreIcc = options.ignoreIcc
  return sharp(source, settings)
}

// Words that libvips and the codecs use when the machine, not the picture, is at fault. Only ever read in this direction:
// an unknown message is not taken for the picture's fault without a second try (see `decoding`).
const MACHINE_WORDS = /memory|alloc|thread|resource temporarily|too many open|timeout|no space|killed/i

// libheif calls sizes that no file may claim «Memory allocation error: Security limit exceeded»: that is the bytes' doing.
const CLAIMS = /security limit exceeded/i

/** True where an engine error is about the machine: trying again later may help. */
export function isMachineFault(error: unknown): boolean {
  if (!(error instanceof Error)) return true
  return error instanceof RangeError || (MACHINE_WORDS.test(error.message) && !CLAIMS.test(error.message))
}

/**
 * Runs a step that decodes the source. What it throws becomes `undecodable` only if the bytes themselves are to blame:
 * the same step fails a second time, in the same words, and they are not about the machine. Anything else is `encoder_fault`,
 * because a wrong `undecodable` would be stored for ever and a wrong `encoder_fault` costs one 503.
 */
export async function decoding<T>(step: () => Promise<T>): Promise<T> {
  try {
    return await step()
  } catch (first) {
    if (first instanceof ImageFault) throw first
    if (isMachineFault(first))
      throw new ImageFault('encoder_fault', 'The picture could not be read now', { cause: first })
    try {
      return await step()
    } catch (second) {
      if (!isMachineFault(second) && (first as Error).message === (second as Error).message)
        throw new ImageFault('undecodable', 'Expected an intact picture, got one that cannot be decoded', {
          cause: second,
        })
      throw new ImageFault('encoder_fault', 'The picture could not be read now', { cause: second })
    }
  }
}

/** Runs a step that only encodes pixels already decoded: whatever goes wrong there is not the picture's fault. */
export async function encoding<T>(step: () => Promise<T>): Promise<T> {
  try {
    return await step()
  } catch (error) {
    if (error instanceof ImageFault) throw error
    throw new ImageFault('encoder_fault', 'The picture could not be made now', { cause: error })
  }
}
