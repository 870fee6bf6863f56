import type { WebpOptions } from 'sharp'

/**
 * For drawings with saturated edges that come from a lossy file. Lossy WebP halves the chroma whatever its quality: red text on
 * blue scores 37 (SSIMULACRA2) at 86 and 38 at 92, nearly lossless 100 for 14 % more bytes. Other drawings take twice the bytes and
 * more that way, photographs three times: there it is not used.
 */
export const NEARLY = { nearLossless: true, quality: 20 } as const satisfies WebpOptions

/** Worth at most so many times the bytes of the lossy way. */
export const MAX_NEARLY_RATIO = 1.3

export const MAX_NEARLY_PIXELS = 4_000_000

/** Above it the nearly lossless way finds nothing more. */
export const MOST_NEARLY_EFFORT = 4
