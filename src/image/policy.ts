import type { Quality } from './types.ts'

/** Version of the policy: changes whenever the bytes of any answer may change. Stored with every object. */
export const RECIPE = '9'

/** Larger SVGs are a download: nobody waits for such a drawing, and looking at all of it takes its time. */
export const MAX_SVG_BYTES = 4_194_304

/**
 * Encoder settings that look alike: the mean over 20 photographs, each at web size and at native size, is the same for every
 * format within half a point (calc-s2-rust: 68, 83 and 87). On the scale of SSIMULACRA2 2.1 that is about 65, 79 and 83 at web
 * size. `balanced` stands above its target of 75 on purpose: it is the lowest JPEG quality whose worst camera photograph is no
 * worse than the worst of sharp's own JPEG 80. All numbers: `npm run bench -- quality encoders`, docs/benchmarks.md.
 *
 * JPEG is mozjpeg with its own quantisation table 3. Table 2 was tried with a second metric and not confirmed, bytes at equal
 * score near 75 against table 3, 20 photographs: web size −2 % (SSIMULACRA2), +5 % (Butteraugli 3-norm); native size −4 % and
 * +4 %; worst where colours are saturated.
 */
export const QUALITY: Record<Quality, { jpeg: number; webp: number; avif: number }> = {
  eco: { jpeg: 60, webp: 62, avif: 48 },
  balanced: { jpeg: 84, webp: 87, avif: 67 },
  high: { jpeg: 88, webp: 91, avif: 76 },
}

/**
 * Smallest share of bytes that a lossy re-encode of a lossy source has to save. Each generation costs 3 to 5 points of
 * SSIMULACRA2 whatever the settings, which is more than a tenth of the bytes is worth.
 * WebP and AVIF have no estimate of the source's quality behind them, so there the saving itself must show that it was higher.
 */
export const MIN_SAVING: Record<'jpeg' | 'webp' | 'avif', number> = { jpeg: 0.1, webp: 0.2, avif: 0.2 }

/**
 * Quality for re-encoding a JPEG whose own quality (IJG scale) is `source`: as wanted where the source is well above it, a
 * little higher where it is close, because the source's own damage adds up; undefined where there is nothing to gain.
 * Measured against lossless originals, source to 84: of 90, −37 % and 9 points; of 85, −15 % and 5 points; of 80, −3 % and 4.
 */
export function requality(source: number, wanted: number): number | undefined {
  if (source <= wanted) return undefined
  return wanted + Math.max(0, Math.round((wanted + 8 - source) / 4))
}
