// Table K.1 of ITU-T T.81 in zigzag order, as in the file: the luma table that libjpeg scales by its quality.
const ANNEX_K_LUMA = [
  16, 11, 12, 14, 12, 10, 16, 14, 13, 14, 18, 17, 16, 19, 24, 40, 26, 24, 22, 22, 24, 49, 35, 37, 29, 40, 58, 51, 61,
  60, 57, 51, 56, 55, 64, 72, 92, 78, 64, 68, 87, 69, 55, 56, 80, 109, 81, 87, 95, 98, 103, 104, 103, 62, 77, 113, 121,
  112, 100, 120, 92, 101, 103, 99,
]

/**
 * The quality (1 to 100, libjpeg's scale) whose luma table is as coarse as this one, in the geometric mean over all
 * frequencies. Tables of other shapes (cameras, Photoshop, mozjpeg) get the number of the standard table that costs about as
 * many bytes; measured: a mozjpeg 85 reads as about 80, and shrinks like an 80.
 */
export function jpegQuality(luma: readonly number[]): number {
  let sum = 0
  for (const [i, standard] of ANNEX_K_LUMA.entries()) sum += Math.log(Math.max(1, luma[i] ?? 1) / standard)
  const scale = 100 * Math.exp(sum / ANNEX_K_LUMA.length)
  const quality = scale <= 100 ? 100 - scale / 2 : 5000 / scale
  return Math.max(1, Math.min(100, Math.round(quality)))
}
