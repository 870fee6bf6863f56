import sharp from 'sharp'
import type { Sharp } from 'sharp'

/** PNG, 24 × 16, half see-through. */
export const MARK = sharp({ create: { width: 24, height: 16, channels: 4, background: '#ff00ff80' } })
  .png()
  .toBuffer()

/**
 * Steps with the engine alone; each picture is written out and read again, so that nothing can be put in another order. The
 * source itself is read by the first step: decoders that shrink on load differ a little from those that do not.
 */
export async function byHand(source: Buffer, steps: readonly string[]): Promise<Buffer> {
  const upright = steps[0] === 'upright'
  let image = upright ? sharp(source).autoOrient() : sharp(source)
  let { width, height } = await sharp(source).metadata()
  for (const step of upright ? steps.slice(1) : steps) {
    const [name = '', ...words] = step.split(' ')
    const { data, info } = await (
      await apply(image, name, words, width, height)
    )
      .toColourspace('srgb')
      .png({ compressionLevel: 0 })
      .toBuffer({ resolveWithObject: true })
    image = sharp(data)
    width = info.width
    height = info.height
  }
  return image.png({ compressionLevel: 0 }).toBuffer()
}

async function apply(image: Sharp, name: string, words: string[], width: number, height: number): Promise<Sharp> {
  const [a = 0, b = 0, c = 0, d = 0] = words.map(Number)
  switch (name) {
    case 'resize':
      return image.resize(a, b, { fit: 'fill' })
    case 'crop':
      return image.extract({ left: a, top: b, width: c, height: d })
    case 'rotate':
      return image.rotate(a)
    case 'canvas': {
      const left = Math.floor((a - width) / 2)
      const top = Math.floor((b - height) / 2)
      const background = `#${words[2] ?? ''}`
      return image.extend({ left, top, right: a - width - left, bottom: b - height - top, background })
    }
    case 'blur':
      // Sigma, and the radius beyond which nothing is mixed in.
      return image.blur({ sigma: a, minAmplitude: Math.exp(-((b + 0.5) ** 2) / (2 * a * a)) })
    case 'add':
      return image.linear(1, a)
    case 'white':
      return image.flatten({ background: '#ffffff' })
    case 'mark':
      return image.composite([{ input: await MARK, left: a, top: b }])
    case 'round': {
      const shape = `<svg width="${width}" height="${height}"><rect width="${width}" height="${height}" rx="${a}"/></svg>`
      return image.ensureAlpha().composite([{ input: Buffer.from(shape), blend: 'dest-in' }])
    }
    default:
      throw new Error(`Expected a step, got «${name}»`)
  }
}
