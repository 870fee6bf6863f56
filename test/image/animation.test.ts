import sharp from 'sharp'
import { fits, whyNotSame, whyUndecoded } from '../../src/image/encodable.ts'
import { compress } from '../../src/image/compress.ts'
import type { CompressOptions } from '../../src/image/compress.ts'
import { editPng } from '../../src/image/container/png.ts'
import { encodeGif } from '../../src/image/encode/gif.ts'
import { readHeader } from '../../src/image/inspect.ts'
import { pngChunk } from '../../src/image/png/write.ts'
import { difference } from './compare.ts'
import { animation, drawing, paint } from './draw.ts'

const options: CompressOptions = {
  quality: 'balanced',
  format: 'keep',
  limits: { maxSourcePixels: 20_000_000, maxOutputPixels: 20_000_000 },
  msLeft: 8000,
}
const delay = [20, 500, 70, 130, 40, 1000]

describe('animations', () => {
  it.each(['gif', 'webp'] as const)('%s keeps frames, delays and loop count', async (format) => {
    const source = await animation(format, 6, delay, 3)
    for (const wanted of ['keep', 'webp', 'avif'] as const) {
      const result = await compress(source, { ...options, format: wanted })
      expect(result).toMatchObject({ width: 48, height: 32, pages: 6 })
      expect(result.bytes.length).toBeLessThanOrEqual(source.length)
      expect(await sharp(result.bytes, { animated: true }).metadata()).toMatchObject({
        pages: 6,
        pageHeight: 32,
        loop: 3,
        delay,
      })
      // Every frame in its place: another order or a lost frame moves the mean far more.
      expect((await difference(source, result.bytes)).mean).toBeLessThan(12)
    }
  })

  it('is not taken to AVIF, which would be one frame', async () => {
    const result = await compress(await animation('gif', 6, delay, 0), { ...options, format: 'avif' })
    expect(result.format).toBe('gif')
  })

  it('of frames that are equal keeps them all', async () => {
    const still = await paint(40, 30 * 8, (x, y) => [x * 6, (y % 30) * 8, 60])
      .raw()
      .toBuffer()
    const source = await sharp(still, { raw: { width: 40, height: 240, channels: 3, pageHeight: 30 } })
      .gif({ delay: Array.from({ length: 8 }, () => 60), loop: 0, keepDuplicateFrames: true, effort: 1 })
      .toBuffer()
    expect((await sharp(source).metadata()).pages).toBe(8)
    for (const format of ['keep', 'webp'] as const) {
      const result = await compress(source, { ...options, format })
      expect((await sharp(result.bytes).metadata()).pages).toBe(8)
    }
    // And not only because the original went out in its place.
    const { facts } = await readHeader(source)
    const made = await encodeGif({ source, facts, colour: 'plain', quality: 'balanced', wantedAt: Infinity })
    expect((await sharp(made.bytes).metadata()).pages).toBe(8)
  })

  it('as APNG goes out whole: the engine would see its first frame only', async () => {
    const control = Buffer.alloc(8)
    control.writeUInt32BE(2, 0)
    const source = editPng(
      await drawing(60, 60).png({ compressionLevel: 0 }).toBuffer(),
      [pngChunk('acTL', control)],
      new Set(),
    )
    const result = await compress(source, options)
    expect(result).toMatchObject({ outcome: 'original', reason: 'animation' })
    expect(result.bytes.includes('acTL')).toBe(true)
  })

  it.each([
    [26, 'keep'],
    [26, 'webp'],
    [17, 'keep'],
  ] as const)(
    'of %s megapixels in all frames, FORMAT=%s, goes out as it came: more than can be made in time',
    async (megapixels, format) => {
      const height = 1000 * megapixels
      const still = await sharp({ create: { width: 1000, height, channels: 3, background: '#456' } })
        .raw()
        .toBuffer()
      const source = await sharp(still, { raw: { width: 1000, height, channels: 3, pageHeight: 1000 } })
        .gif({ keepDuplicateFrames: true, effort: 1 })
        .toBuffer()
      const limits = { maxSourcePixels: 30_000_000, maxOutputPixels: 1 }
      expect(await compress(source, { ...options, format, limits })).toMatchObject({
        outcome: 'original',
        reason: 'too_costly',
      })
    },
  )

  it('of as many megapixels as GIF is too slow for can become WebP', () => {
    const facts = { format: 'gif', width: 1000, height: 1000, pages: 17, pixels: 17_000_000 } as const
    expect([whyUndecoded(facts), whyNotSame(facts), fits('webp', facts)]).toEqual([undefined, 'too_costly', true])
    const fewer = { ...facts, pages: 16, pixels: 16_000_000 }
    expect(whyNotSame(fewer)).toBeUndefined()
    expect(whyNotSame({ ...facts, format: 'webp' })).toBeUndefined()
  })

  it('counts all frames against the limit', async () => {
    const source = await animation('webp', 6, delay, 0)
    const limits = { maxSourcePixels: 48 * 32 * 6 - 1, maxOutputPixels: 1 }
    expect(await compress(source, { ...options, limits })).toMatchObject({
      outcome: 'original',
      reason: 'source_too_large',
    })
  })
})
