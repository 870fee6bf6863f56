// What the encoders here take on, as far as size and format tell. Without the engine, because the process that answers
// everybody asks too, to know what a picture will cost.
import type { ImageFacts } from './types.ts'

// libaom holds 30 to 45 bytes for every pixel: 870 MB at 24 MP, 1.7 GB at 50 MP.
const MAX_AVIF_PIXELS = 25_000_000

// Frames together. Animations that large (300 frames of 480×320 are twice this) are films that no still-picture format makes
// small.
const MAX_ANIMATED_PIXELS = 25_000_000

// GIF as GIF takes 50 to 250 ms for a megapixel on one thread with the least effort, most where every pixel moves; and it
// saves next to nothing.
const MAX_ANIMATED_GIF_PIXELS = 16_000_000

const MAX_SIDE = { avif: 16_384, webp: 16_383 } as const

/** Why a source without operations stays as it is, without a look at its pixels; undefined where that needs one. */
export function whyUndecoded({
  format,
  pages,
  pixels,
}: Pick<ImageFacts, 'format' | 'pages' | 'pixels'>): 'too_costly' | 'unsupported_format' | undefined {
  if (pages > 1 && pixels > MAX_ANIMATED_PIXELS) return 'too_costly'
  if (format === 'avif' && pixels > MAX_AVIF_PIXELS) return 'too_costly'
  return format === 'tiff' ? 'unsupported_format' : undefined
}

/** Why a source that can become another format does not get a new file of its own. */
export function whyNotSame({
  format,
  pages,
  pixels,
}: Pick<ImageFacts, 'format' | 'pages' | 'pixels'>): 'too_costly' | undefined {
  return format === 'gif' && pages > 1 && pixels > MAX_ANIMATED_GIF_PIXELS ? 'too_costly' : undefined
}

/** Whether a picture can become one of another format. */
export function fits(
  target: 'webp' | 'avif',
  { width, height, pages, pixels }: Pick<ImageFacts, 'width' | 'height' | 'pages' | 'pixels'>,
): boolean {
  if (Math.max(width, height) > MAX_SIDE[target]) return false
  return target === 'webp' || (pages === 1 && pixels <= MAX_AVIF_PIXELS)
}
