import { decoding, open } from '../engine.ts'
import type { ImageFacts } from '../types.ts'

/** Enough to know the colours of a picture by. */
const SIDE = 64
/** OSS does not publish its threshold. Degrees. */
const FAR = 30

/** Degrees, or undefined for a grey. */
function hueOf(r: number, g: number, b: number): number | undefined {
  const most = Math.max(r, g, b)
  const span = most - Math.min(r, g, b)
  if (span === 0) return undefined
  const sixth = most === r ? ((g - b) / span + 6) % 6 : most === g ? (b - r) / span + 2 : (r - g) / span + 4
  return sixth * 60
}

/** The mean of angles, each weighted by how colourful its pixel is. */
function meanHue(pixels: readonly (readonly [number, number, number])[]): number | undefined {
  let x = 0
  let y = 0
  for (const [r, g, b] of pixels) {
    const hue = hueOf(r, g, b)
    if (hue === undefined) continue
    const weight = Math.max(r, g, b) - Math.min(r, g, b)
    x += weight * Math.cos((hue * Math.PI) / 180)
    y += weight * Math.sin((hue * Math.PI) / 180)
  }
  return x === 0 && y === 0 ? undefined : (Math.atan2(y, x) * 180) / Math.PI
}

/** `0xRRGGBB` of the pixels that stand out: those whose hue is far from the mean, or all where none is. */
export function salientColour(pixels: readonly (readonly [number, number, number])[]): string {
  const mean = meanHue(pixels)
  const standOut = pixels.filter(([r, g, b]) => {
    const hue = hueOf(r, g, b)
    if (hue === undefined || mean === undefined) return false
    const away = Math.abs(hue - mean) % 360
    return Math.min(away, 360 - away) > FAR
  })
  const chosen = standOut.length > 0 ? standOut : pixels
  const sum = [0, 0, 0]
  for (const pixel of chosen) for (const [i, value] of pixel.entries()) sum[i] = (sum[i] ?? 0) + value
  const hex = sum.map((total) =>
    Math.round(total / Math.max(1, chosen.length))
      .toString(16)
      .padStart(2, '0'),
  )
  return `0x${hex.join('')}`
}

/** https://help.aliyun.com/zh/oss/user-guide/query-the-average-tone-of-an-image */
export async function answerHue(source: Buffer, facts: ImageFacts): Promise<string> {
  const { data, info } = await decoding(() => {
    const image = open(source, { maxPixels: facts.pixels }).resize(SIDE, SIDE, {
      fit: 'inside',
      withoutEnlargement: true,
    })
    // sharp takes 16-bit pictures with a profile to Display P3 and forgets to say so.
    if (facts.space === 'rgb16' && facts.hasProfile) image.withIccProfile('srgb', { attach: false })
    return image
      .flatten({ background: '#fff' })
      .toColourspace('srgb')
      .removeAlpha()
      .raw({ depth: 'uchar' })
      .toBuffer({ resolveWithObject: true })
  })
  const pixels = Array.from({ length: info.width * info.height }, (_, i) => {
    return [data[3 * i] ?? 0, data[3 * i + 1] ?? 0, data[3 * i + 2] ?? 0] as const
  })
  return salientColour(pixels)
}
