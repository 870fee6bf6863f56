import sharp from 'sharp'
import { cutMetadata } from '../../../src/image/metadata/cut.ts'
import { findPersonalMetadata } from './left.ts'
import { leaks, shownBy } from './checker.ts'
import {
  personalAvif,
  personalGif,
  personalJpeg,
  personalPng,
  personalWebp,
  picture,
  pixels,
  SECRET,
} from './samples.ts'

const SAMPLES: readonly [string, string, () => Promise<Buffer>][] = [
  ['a baseline JPEG', 'jpeg', () => personalJpeg()],
  ['a progressive JPEG', 'jpeg', () => personalJpeg({ progressive: true, mozjpeg: true })],
  ['a PNG', 'png', () => personalPng()],
  ['a PNG with a palette', 'png', () => personalPng({ palette: true })],
  ['a lossy WebP with alpha', 'webp', () => personalWebp()],
  ['a lossless WebP', 'webp', () => personalWebp({ lossless: true })],
  ['an animated GIF', 'gif', personalGif],
  ['an AVIF', 'heif', personalAvif],
]

describe('cutting personal metadata', () => {
  it.each(SAMPLES)('leaves nothing personal in %s', async (_, format, make) => {
    const source = await make()
    expect(findPersonalMetadata(source).length + Number(format === 'gif')).toBeGreaterThan(0)
    const cut = cutMetadata(source, format)
    expect(cut).toMatchObject({ changed: true, understood: true })
    expect(cut.bytes.includes(SECRET)).toBe(false)
    expect(await leaks(source, cut.bytes)).toEqual([])
    expect(findPersonalMetadata(cut.bytes)).toEqual([])
  })

  it.each(SAMPLES)('keeps every pixel of %s and what it is shown by', async (_, format, make) => {
    const source = await make()
    const { bytes } = cutMetadata(source, format)
    expect((await pixels(bytes)).equals(await pixels(source))).toBe(true)
    expect(await shownBy(bytes)).toEqual(await shownBy(source))
  })

  it.each(SAMPLES)('has nothing to do the second time for %s', async (_, format, make) => {
    const { bytes } = cutMetadata(await make(), format)
    const again = cutMetadata(bytes, format)
    expect(again).toEqual({ bytes, changed: false, removed: [], understood: true })
    expect(again.bytes).toBe(bytes)
  })

  it.each(SAMPLES)('never writes to the bytes it was given: %s', async (_, format, make) => {
    const source = await make()
    const copy = Buffer.from(source)
    cutMetadata(source, format)
    expect(source.equals(copy)).toBe(true)
  })

  it.each(['jpeg', 'png', 'webp', 'gif', 'heif'] as const)(
    'hands back the very Buffer of a clean %s',
    async (format) => {
      const options = format === 'heif' ? { compression: 'av1' as const, effort: 0 } : {}
      const source = await picture(20, 10).toFormat(format, options).toBuffer()
      expect(cutMetadata(source, format)).toEqual({ bytes: source, changed: false, removed: [], understood: true })
      expect(cutMetadata(source, format).bytes).toBe(source)
    },
  )

  it('keeps the turned size of a picture that lies on its side', async () => {
    for (const make of [personalJpeg, personalPng, personalWebp]) {
      const source = await make()
      const { format } = await sharp(source).metadata()
      const shown = await sharp(cutMetadata(source, format).bytes).autoOrient().toBuffer({ resolveWithObject: true })
      expect(shown.info).toMatchObject({ width: 32, height: 48 })
    }
  })

  it.each(['tiff', 'svg', 'bmp', '', '__proto__', 'constructor'])('does not understand the format "%s"', (format) => {
    const source = Buffer.from(SECRET)
    expect(cutMetadata(source, format)).toEqual({ bytes: source, changed: false, removed: [], understood: false })
  })

  it('goes by the bytes where they are not of the format named', async () => {
    const source = await personalPng()
    for (const format of ['jpeg', 'webp', 'gif', 'heif']) {
      expect(cutMetadata(source, format)).toMatchObject({ changed: false, understood: false })
    }
  })
})
