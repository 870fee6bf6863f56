import sharp from 'sharp'
import { encoding } from '../engine.ts'
import type { Now, Step } from './steps.ts'

/** Keeps the picture inside a shape, given as SVG elements in white; the edge is smoothed. */
export function keepInside(shape: string, { width, height }: Pick<Now, 'width' | 'height'>): Step {
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" fill="#fff">${shape}</svg>`
  return {
    kind: 'overlay',
    mask: true,
    async draw() {
      // Rasterised at 72 dpi, where one unit is one pixel.
      const { data, info } = await encoding(() =>
        sharp(Buffer.from(svg), { limitInputPixels: false })
          .ensureAlpha()
          .raw({ depth: 'uchar' })
          .toBuffer({ resolveWithObject: true }),
      )
      return { pixels: data, width: info.width, height: info.height, left: 0, top: 0, tile: false }
    },
  }
}
