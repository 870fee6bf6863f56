import sharp from 'sharp'

/** Every pixel tells where it was: red grows to the right, green downwards, and a grid of blue makes turns show. */
export function gradient(width: number, height: number, channels: 3 | 4 = 3): Buffer {
  const data = Buffer.alloc(width * height * channels)
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const at = (y * width + x) * channels
      data[at] = Math.round((x * 255) / Math.max(1, width - 1))
      data[at + 1] = Math.round((y * 255) / Math.max(1, height - 1))
      data[at + 2] = (x >> 4) % 2 === (y >> 4) % 2 ? 200 : 40
      if (channels === 4) data[at + 3] = x < width / 2 ? 255 : 0
    }
  return data
}

/**
 * Soft slopes and waves, in brightness rather than colour: what encoders and kernels may differ in stays small, a shift by a
 * pixel does not.
 */
export function waves(width: number, height: number, channels: 3 | 4 = 3): Buffer {
  const data = gradient(width, height, channels)
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const at = (y * width + x) * channels
      const wave = 50 + 50 * Math.sin((x + 2 * y) / 16)
      data[at] = wave + (data[at] ?? 0) * 0.6
      data[at + 1] = wave + (data[at + 1] ?? 0) * 0.6
      data[at + 2] = wave + 70
    }
  return data
}

export interface Wanted {
  format: 'jpeg' | 'png' | 'webp' | 'gif' | 'avif' | 'tiff'
  width: number
  height: number
  quality?: number
  orientation?: number
  alpha?: boolean
  pages?: number
}

/** Larger ones are of one colour: it is their size that counts. */
const MOST_DRAWN_PIXELS = 500_000

/** A drawn picture of a format; `width` and `height` as stored. */
export async function picture(wanted: Wanted, draw = gradient): Promise<Buffer> {
  const { format, width, height, quality, orientation, pages = 1 } = wanted
  const channels = wanted.alpha === true ? 4 : 3
  if (pages > 1) return animation({ ...wanted, pages })
  const image =
    width * height > MOST_DRAWN_PIXELS
      ? sharp({ create: { width, height, channels, background: '#336699' } })
      : sharp(draw(width, height, channels), { raw: { width, height, channels } })
  if (orientation !== undefined) image.withMetadata({ orientation })
  const q = quality === undefined ? {} : { quality }
  const asked = {
    jpeg: { ...q, chromaSubsampling: '4:4:4' },
    png: { compressionLevel: 1 },
    webp: q,
    avif: { ...q, effort: 0 },
    tiff: {},
    gif: {},
  }
  return image.toFormat(format, asked[format]).toBuffer()
}

export const DELAYS = [100, 200, 300, 400, 500]

/** Frames of one colour each, so that frames that got mixed up or mixed together show. */
async function animation({ format, width, height, pages }: Wanted & { pages: number }): Promise<Buffer> {
  const colours = [
    [255, 0, 0],
    [0, 255, 0],
    [0, 0, 255],
    [255, 255, 0],
    [0, 255, 255],
  ]
  const frames = Array.from({ length: pages }, (_, page) => {
    const frame = Buffer.alloc(width * height * 3)
    for (let i = 0; i < frame.length; i += 3) frame.set(colours[page % colours.length] ?? [], i)
    return frame
  })
  const image = sharp(Buffer.concat(frames), {
    raw: { width, height: height * pages, channels: 3, pageHeight: height },
  })
  const options = { loop: 2, delay: DELAYS.slice(0, pages) }
  return format === 'webp' ? image.webp({ ...options, lossless: true }).toBuffer() : image.gif(options).toBuffer()
}

/** Pixels as 8-bit sRGB, RGBA. */
export async function rgba(bytes: Buffer): Promise<{ data: Buffer; width: number; height: number }> {
  const { data, info } = await sharp(bytes)
    .toColourspace('srgb')
    .ensureAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true })
  return { data, width: info.width, height: info.height }
}

export async function pixelAt(bytes: Buffer, x: number, y: number): Promise<number[]> {
  const { data, width } = await rgba(bytes)
  return [...data.subarray((y * width + x) * 4, (y * width + x) * 4 + 4)]
}
