import type { Encoded, Job } from './job.ts'

const FILE_HEADER = 14
/** BITMAPINFOHEADER: what everything reads, 24 bits without transparency. */
const INFO_HEADER = 40
/** BITMAPV4HEADER: names the channel masks, which is how 32 bits get a meaning for alpha. */
const V4_HEADER = 108
const BI_RGB = 0
const BI_BITFIELDS = 3
const SRGB = 0x73524742
/** 96 dpi, in pixels a metre. */
const DENSITY = 3780

/**
 * Windows bitmap, uncompressed, rows from the bottom up: 24 bits a pixel, 32 with alpha. The engine has no BMP.
 * https://learn.microsoft.com/en-us/windows/win32/gdi/bitmap-storage
 */
export function encodeBmp({ raster }: Pick<Job, 'raster'>): Encoded {
  const { data, width, height, channels } = raster
  const alpha = channels === 4
  const stride = alpha ? width * 4 : Math.ceil((width * 3) / 4) * 4
  const headers = FILE_HEADER + (alpha ? V4_HEADER : INFO_HEADER)
  const bytes = Buffer.alloc(headers + stride * height)
  bytes.write('BM', 'latin1')
  bytes.writeUInt32LE(bytes.length, 2)
  bytes.writeUInt32LE(headers, 10)
  bytes.writeUInt32LE(alpha ? V4_HEADER : INFO_HEADER, 14)
  bytes.writeInt32LE(width, 18)
  bytes.writeInt32LE(height, 22)
  bytes.writeUInt16LE(1, 26)
  bytes.writeUInt16LE(alpha ? 32 : 24, 28)
  bytes.writeUInt32LE(alpha ? BI_BITFIELDS : BI_RGB, 30)
  bytes.writeUInt32LE(stride * height, 34)
  bytes.writeInt32LE(DENSITY, 38)
  bytes.writeInt32LE(DENSITY, 42)
  if (alpha) {
    bytes.writeUInt32LE(0x00ff0000, 54)
    bytes.writeUInt32LE(0x0000ff00, 58)
    bytes.writeUInt32LE(0x000000ff, 62)
    bytes.writeUInt32LE(0xff000000, 66)
    bytes.writeUInt32LE(SRGB, 70)
  }
  for (let y = 0; y < height; y++) {
    let to = headers + (height - 1 - y) * stride
    let from = y * width * channels
    for (let x = 0; x < width; x++, from += channels, to += channels) {
      bytes[to] = data[from + 2] ?? 0
      bytes[to + 1] = data[from + 1] ?? 0
      bytes[to + 2] = data[from] ?? 0
      if (alpha) bytes[to + 3] = data[from + 3] ?? 0
    }
  }
  return { bytes, format: 'bmp', contentType: 'image/bmp', settings: alpha ? 'bmp 32 bit' : 'bmp 24 bit' }
}
