// How hard each encoder may try, best first (`chooseRung`). Times are of one thread, measured on photographs of 1 to 100
// megapixels; small ones cost up to a third more a megapixel, which is in them.
import type { JpegOptions } from 'sharp'

import type { Rung } from '../effort.ts'

/**
 * What `mozjpeg: true` switches on, without the table and the scans, which callers choose. On 24 MP: 54 ms per megapixel, 37
 * and 1 % larger, 17 and 2 % larger; busier pictures lose up to 10 %.
 */
export const JPEG_RUNGS = [
  {
    name: 'mozjpeg',
    msPerMegapixel: 70,
    options: { trellisQuantisation: true, overshootDeringing: true, optimiseScans: true },
  },
  { name: 'mozjpeg notrellis', msPerMegapixel: 45, options: { optimiseScans: true } },
  { name: 'mozjpeg quick', msPerMegapixel: 25, options: {} },
] as const satisfies readonly (Rung & { name: string; options: JpegOptions })[]

/** Method 6 saves 2 to 5 % more for 2.5 times the time; below 2 nothing is gained that a large picture would notice. */
export const WEBP_LOSSY_RUNGS = [
  { effort: 6, msPerMegapixel: 350, unhurried: true },
  { effort: 4, msPerMegapixel: 140 },
  { effort: 2, msPerMegapixel: 70 },
  { effort: 0, msPerMegapixel: 40 },
] as const satisfies readonly (Rung & { effort: number })[]

export const WEBP_LOSSLESS_RUNGS = [
  { effort: 6, msPerMegapixel: 1800, unhurried: true },
  { effort: 5, msPerMegapixel: 900, maxMegapixels: 1 },
  { effort: 4, msPerMegapixel: 600 },
  { effort: 2, msPerMegapixel: 350 },
  { effort: 0, msPerMegapixel: 120 },
] as const satisfies readonly (Rung & { effort: number })[]

/** Bytes at equal score against plain JPEG: e3 −38 %, e2 −36 %, e1 −33 %, e0 −28 %. e4 gives 3 % more for five times the time. */
export const AVIF_RUNGS = [
  { effort: 4, msPerMegapixel: 3700, unhurried: true },
  { effort: 3, msPerMegapixel: 640, unhurried: true },
  { effort: 3, msPerMegapixel: 570, maxMegapixels: 1 },
  { effort: 2, msPerMegapixel: 310, maxMegapixels: 4 },
  { effort: 1, msPerMegapixel: 180 },
  { effort: 0, msPerMegapixel: 100 },
] as const satisfies readonly (Rung & { effort: number })[]

/**
 * Effort is spent on choosing colours: where palettes are those of the source, 4 gives the same bytes as 7 and 10. Anew, 7 takes
 * three times as long as 4 and saves 1 to 2 %.
 */
export const GIF_RUNGS = [
  { effort: 7, msPerMegapixel: 1100, unhurried: true },
  { effort: 4, msPerMegapixel: 380 },
  { effort: 1, msPerMegapixel: 280 },
] as const satisfies readonly (Rung & { effort: number })[]

/** zlib-ng on photographs; from level 9 down a picture grows by 1, 2 and 6 %. */
export const PNG_RUNGS = [
  { level: 9, msPerMegapixel: 650 },
  { level: 8, msPerMegapixel: 400 },
  { level: 7, msPerMegapixel: 190 },
  { level: 6, msPerMegapixel: 110 },
  { level: 4, msPerMegapixel: 75 },
  { level: 2, msPerMegapixel: 60 },
] as const satisfies readonly (Rung & { level: number })[]
