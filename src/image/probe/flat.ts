/** Above this, pictures are drawings, text and screens; dithered and photographic ones stay well below. */
const GRAPHIC_SHARE = 0.6

/** Share of pixels that equal their left neighbour. */
export function flatShare(pixels: Uint32Array, width: number): number {
  if (width < 2) return 1
  let same = 0
  for (let i = 1; i < pixels.length; i++) if (pixels[i] === pixels[i - 1] && i % width !== 0) same++
  return same / ((pixels.length / width) * (width - 1))
}

/** A drawing rather than a photograph: lossless coding suits it. */
export function isGraphic(pixels: Uint32Array, width: number): boolean {
  return flatShare(pixels, width) >= GRAPHIC_SHARE
}
