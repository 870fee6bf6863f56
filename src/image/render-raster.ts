import sharp from 'sharp'
import type { Sharp } from 'sharp'

/** Pixels in memory: 8-bit sRGB, 3 channels or 4 with alpha; the frames of an animation one below the other. */
export interface Raster {
  readonly data: Buffer
  readonly width: number
  /** Of one frame. */
  readonly height: number
  readonly pages: number
  readonly channels: 3 | 4
}

/** A picture from memory, for the engine. */
export function fromRaster({ data, width, height, pages, channels }: Raster): Sharp {
  const raw = { width, height: height * pages, channels, ...(pages > 1 ? { pageHeight: height } : {}) }
  return sharp(data, { raw, limitInputPixels: false, animated: pages > 1 })
}

/** One frame; a view of the same memory. */
export function frameOf(raster: Raster, page: number): Raster {
  const bytes = raster.width * raster.height * raster.channels
  return { ...raster, data: raster.data.subarray(page * bytes, (page + 1) * bytes), pages: 1 }
}
