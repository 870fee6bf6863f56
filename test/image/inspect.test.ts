import sharp from 'sharp'
import { ImageFault } from '../../src/image/fault.ts'
import type { ImageFaultCode } from '../../src/image/fault.ts'
import { inspect } from '../../src/image/inspect.ts'
import type { Limits } from '../../src/image/types.ts'
import { animation, photo, quarters } from './draw.ts'

const limits: Limits = { maxSourcePixels: 1_000_000, maxOutputPixels: 1_000_000 }

async function codeOf(work: Promise<unknown>): Promise<ImageFaultCode | undefined> {
  try {
    await work
    return undefined
  } catch (error) {
    expect(error).toBeInstanceOf(ImageFault)
    return (error as ImageFault).code
  }
}

describe('inspect', () => {
  it.each([1, 2, 3, 4, 5, 6, 7, 8])('gives the displayed size at orientation %i', async (orientation) => {
    const bytes = await quarters(40, 24).withMetadata({ orientation }).jpeg().toBuffer()
    const turned = orientation >= 5
    expect(await inspect(bytes, limits)).toMatchObject({
      format: 'jpeg',
      contentType: 'image/jpeg',
      width: turned ? 24 : 40,
      height: turned ? 40 : 24,
      pages: 1,
      pixels: 960,
      orientation,
      hasAlpha: false,
    })
  })

  it('counts every frame and keeps their times', async () => {
    const facts = await inspect(await animation('gif', 5, [20, 500, 70, 130, 40], 3), limits)
    expect(facts).toMatchObject({ width: 48, height: 32, pages: 5, pixels: 48 * 32 * 5, loop: 3 })
    expect(facts.delay).toEqual([20, 500, 70, 130, 40])
  })

  it('tells depth, alpha and profile', async () => {
    const png = await photo(20, 20).ensureAlpha(0.5).toColourspace('rgb16').png().toBuffer()
    expect(await inspect(png, limits)).toMatchObject({ depth: 16, hasAlpha: true, hasProfile: false })
    const p3 = await photo(20, 20).withIccProfile('p3').webp().toBuffer()
    expect(await inspect(p3, limits)).toMatchObject({ depth: 8, hasAlpha: false, hasProfile: true })
  })

  it('allows exactly the pixels of the limit, over all frames', async () => {
    const gif = await animation('gif', 4, [100, 100, 100, 100], 0)
    const pixels = 48 * 32 * 4
    expect(await codeOf(inspect(gif, { ...limits, maxSourcePixels: pixels }))).toBeUndefined()
    expect(await codeOf(inspect(gif, { ...limits, maxSourcePixels: pixels - 1 }))).toBe('source_too_large')
  })

  it('refuses a side that no format but PNG could have', async () => {
    const column = await sharp({ create: { width: 1, height: 65_536, channels: 3, background: '#123' } })
      .png()
      .toBuffer()
    expect(await codeOf(inspect(column, limits))).toBe('source_too_large')
  })

  it('refuses a JPEG of very many scans', async () => {
    const jpeg = await photo(64, 64).jpeg({ progressive: true }).toBuffer()
    const pixels = 64 * 64
    expect(await codeOf(inspect(jpeg, { ...limits, maxSourcePixels: pixels }))).toBeUndefined()
    const scan = jpeg.subarray(jpeg.lastIndexOf(Buffer.from([0xff, 0xda])), jpeg.length - 2)
    const many = Buffer.concat([jpeg.subarray(0, -2), ...Array.from({ length: 40 }, () => scan), jpeg.subarray(-2)])
    expect(await codeOf(inspect(many, { ...limits, maxSourcePixels: pixels }))).toBe('source_too_large')
  })

  it.each([
    ['text', Buffer.from('hello')],
    ['SVG', Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="1" height="1"/>')],
    ['BMP', Buffer.from('BM\x46\0\0\0\0\0\0\0\x36\0\0\0\x28\0\0\0', 'latin1')],
    ['nothing', Buffer.alloc(0)],
  ])('says unsupported of %s', async (_, bytes) => {
    expect(await codeOf(inspect(bytes, limits))).toBe('unsupported')
  })

  it('says undecodable of a header that ends too soon', async () => {
    const png = await photo(20, 20).png().toBuffer()
    expect(await codeOf(inspect(png.subarray(0, 20), limits))).toBe('undecodable')
  })
})
