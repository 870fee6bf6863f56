import sharp from 'sharp'
import { planColour } from '../../src/image/colour.ts'
import { compress } from '../../src/image/compress.ts'
import type { CompressOptions } from '../../src/image/compress.ts'
import type { IccFacts } from '../../src/image/container/icc.ts'
import { readPng } from '../../src/image/container/png.ts'
import { pngChunk } from '../../src/image/png/write.ts'
import { editPng } from '../../src/image/container/png.ts'
import type { ImageFacts } from '../../src/image/types.ts'
import { difference } from './compare.ts'
import { drawing, paint, photo } from './draw.ts'

const options: CompressOptions = {
  quality: 'balanced',
  format: 'keep',
  limits: { maxSourcePixels: 20_000_000, maxOutputPixels: 20_000_000 },
  msLeft: 8000,
}
const gamma = (value: number): Buffer => {
  const data = Buffer.alloc(4)
  data.writeUInt32BE(value)
  return pngChunk('gAMA', data)
}

describe('colours as a browser shows them', () => {
  it.each(['4:2:0', '4:4:4'])('Display P3 keeps its profile and its colours (JPEG %s)', async (chromaSubsampling) => {
    const source = await photo(200, 150).withIccProfile('p3').jpeg({ quality: 97, chromaSubsampling }).toBuffer()
    for (const format of ['keep', 'webp', 'avif'] as const) {
      const result = await compress(source, { ...options, format })
      expect(result.outcome).toBe('compressed')
      expect((await sharp(result.bytes).metadata()).icc).toEqual((await sharp(source).metadata()).icc)
      expect((await difference(source, result.bytes)).bias).toBeLessThan(1)
    }
  })

  it('Display P3 in PNG keeps its profile, exactly', async () => {
    const source = await drawing(200, 150).withIccProfile('p3').png({ compressionLevel: 2 }).toBuffer()
    const result = await compress(source, options)
    expect(result.outcome).toBe('compressed')
    expect((await sharp(result.bytes).metadata()).icc).toEqual((await sharp(source).metadata()).icc)
    expect((await difference(source, result.bytes)).max).toBe(0)
  })

  it('an sRGB profile is dropped and the numbers stay', async () => {
    const source = await drawing(200, 150).withIccProfile('srgb').png({ compressionLevel: 2 }).toBuffer()
    expect((await sharp(source).metadata()).icc).toBeDefined()
    const result = await compress(source, options)
    expect((await sharp(result.bytes).metadata()).icc).toBeUndefined()
    const numbers = await sharp(source, { ignoreIcc: true }).raw().toBuffer()
    expect((await sharp(result.bytes).toColourspace('srgb').raw().toBuffer()).equals(numbers)).toBe(true)
  })

  it('CMYK becomes sRGB through its profile, whatever its quality', async () => {
    for (const quality of [60, 95]) {
      const source = await photo(200, 150).toColourspace('cmyk').withIccProfile('cmyk').jpeg({ quality }).toBuffer()
      expect((await sharp(source).metadata()).space).toBe('cmyk')
      const result = await compress(source, options)
      expect(result.outcome).toBe('compressed')
      const found = await sharp(result.bytes).metadata()
      expect([found.space, found.icc]).toEqual(['srgb', undefined])
      expect((await difference(source, result.bytes)).bias).toBeLessThan(1.5)
    }
  })

  it('grey with a curve of its own keeps it', async () => {
    const grey = photo(200, 150).toColourspace('b-w')
    const plain = await grey.jpeg({ quality: 98 }).toBuffer()
    const icc = (await sharp(await photo(8, 8).withIccProfile('p3').jpeg().toBuffer()).metadata()).icc
    expect(icc).toBeDefined()
    // A profile for colour pictures in a grey one is what browsers ignore: it must not come along.
    const segment = Buffer.concat([Buffer.from('ICC_PROFILE\0\x01\x01', 'latin1'), icc ?? Buffer.alloc(0)])
    const head = Buffer.from([0xff, 0xe2, (segment.length + 2) >> 8, (segment.length + 2) & 255])
    const source = Buffer.concat([plain.subarray(0, 2), head, segment, plain.subarray(2)])
    const result = await compress(source, options)
    expect(result.outcome).toBe('compressed')
    expect((await sharp(result.bytes).metadata()).channels).toBe(1)
    expect((await difference(plain, result.bytes)).bias).toBeLessThan(0.5)
  })

  it('16 bits become 8 without a shift', async () => {
    const source = await photo(200, 150).toColourspace('rgb16').png().toBuffer()
    const result = await compress(source, options)
    expect(result.outcome).toBe('compressed')
    expect((await sharp(result.bytes).metadata()).depth).toBe('uchar')
    expect((await difference(source, result.bytes)).max).toBeLessThanOrEqual(1)
  })

  it('16 bits in a wide gamut stay 16', async () => {
    const source = await photo(60, 50)
      .toColourspace('rgb16')
      .withIccProfile('p3')
      .png({ compressionLevel: 1 })
      .toBuffer()
    expect(await sharp(source).metadata()).toMatchObject({ depth: 'ushort', hasProfile: true })
    const result = await compress(source, options)
    expect(result.outcome).toBe('compressed')
    expect(await sharp(result.bytes).metadata()).toMatchObject({ depth: 'ushort', hasProfile: true })
    expect((await difference(source, result.bytes)).max).toBe(0)
  })

  it('a PNG with its own gamma keeps it, also when another format is asked for', async () => {
    const source = editPng(await drawing(200, 150).png({ compressionLevel: 1 }).toBuffer(), [gamma(100_000)], new Set())
    for (const format of ['keep', 'webp', 'avif'] as const) {
      const result = await compress(source, { ...options, format })
      expect(result).toMatchObject({ outcome: 'compressed', format: 'png' })
      expect(readPng(result.bytes)?.gamma).toEqual([gamma(100_000)])
    }
  })

  it('an sRGB chunk overrides the gamma beside it, so both can go', async () => {
    const plain = await drawing(200, 150).png({ compressionLevel: 1 }).toBuffer()
    const source = editPng(plain, [pngChunk('sRGB', Buffer.from([0])), gamma(45_455)], new Set())
    expect(readPng((await compress(source, options)).bytes)?.gamma).toEqual([])
  })

  it('the colour of what cannot be seen is not kept, what can be seen is', async () => {
    const source = await paint(64, 64, (x, y) => [x * 4, y * 4, (x * y) % 256, x < 32 ? 0 : 255], 4)
      .png({ compressionLevel: 1 })
      .toBuffer()
    expect((await difference(source, (await compress(source, options)).bytes)).max).toBe(0)
  })

  it('high dynamic range is left alone', async () => {
    const plain = await drawing(100, 80).png({ compressionLevel: 1 }).toBuffer()
    const source = editPng(plain, [pngChunk('cICP', Buffer.from([9, 16, 0, 1]))], new Set())
    expect(await compress(source, options)).toMatchObject({ outcome: 'original', reason: 'high_dynamic_range' })
    const deep = await photo(60, 60).avif({ bitdepth: 10, effort: 0, quality: 95 }).toBuffer()
    expect(await compress(deep, options)).toMatchObject({ outcome: 'original', reason: 'high_dynamic_range' })
  })
})

describe('planColour', () => {
  const facts = (space: string): ImageFacts => ({
    format: 'jpeg',
    contentType: 'image/jpeg',
    width: 1,
    height: 1,
    pages: 1,
    pixels: 1,
    orientation: 1,
    hasAlpha: false,
    hasProfile: true,
    depth: 8,
    space,
  })
  const icc = (space: string, more: Partial<IccFacts> = {}): IccFacts => ({
    bytes: 500,
    space,
    matrix: true,
    srgb: false,
    ...more,
  })

  it.each([
    ['untagged', facts('srgb'), undefined, 'plain'],
    ['sRGB by another name', facts('srgb'), icc('RGB ', { srgb: true }), 'plain'],
    ['a wide gamut', facts('srgb'), icc('RGB '), 'keep'],
    ['a scanner', facts('srgb'), icc('RGB ', { matrix: false }), 'convert'],
    ['a profile larger than what it gives', facts('srgb'), icc('RGB ', { bytes: 60_000 }), 'convert'],
    ['a profile for print in a colour picture', facts('srgb'), icc('CMYK', { matrix: false }), 'plain'],
    ['a grey curve', facts('b-w'), icc('GRAY', { matrix: false }), 'keep'],
    ['print with its profile', facts('cmyk'), icc('CMYK', { matrix: false, bytes: 500_000 }), 'convert'],
    ['print without', facts('cmyk'), undefined, 'convert'],
  ])('%s', (_, picture, profile, plan) => {
    expect(planColour(picture, profile)).toBe(plan)
  })
})
