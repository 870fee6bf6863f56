import { readFileSync } from 'node:fs'
import sharp from 'sharp'
import { readJpeg } from '../../src/image/container/jpeg.ts'
import { Impossible } from '../../src/image/operations/impossible.ts'
import { encoderQuality } from '../../src/image/operations/quality.ts'
import { jpegQuality } from '../../src/image/probe/jpeg-quality.ts'
import { sniff } from '../../src/image/sniff.ts'
import { LIMITS, run } from './operations/chain.ts'
import { picture, rgba } from './operations/pictures.ts'
import { corpusFiles } from '../support/corpus.ts'

const jpeg = (quality = 92): Promise<Buffer> => picture({ format: 'jpeg', width: 400, height: 300, quality })

function qualityOf(bytes: Buffer): number {
  return jpegQuality(readJpeg(bytes)?.tables.get(0) ?? [])
}

describe('the format of a result', () => {
  for (const source of ['jpeg', 'png', 'webp', 'avif', 'gif', 'tiff'] as const)
    for (const [target, format] of [
      ['jpg', 'jpeg'],
      ['png', 'png'],
      ['webp', 'webp'],
      ['avif', 'avif'],
      ['tiff', 'tiff'],
      ['bmp', 'bmp'],
      [undefined, source],
    ] as const)
      it(`${source} to ${target ?? 'its own'}: bytes, type and size are what is said`, async () => {
        const bytes = await picture({ format: source, width: 80, height: 60 })
        const made = await run(bytes, target === undefined ? 'resize,w_40' : `resize,w_40/format,${target}`)
        expect(made).toMatchObject({ format, width: 40, height: 30, pages: 1, sourceWidth: 80, sourceHeight: 60 })
        expect(sniff(made.bytes)).toMatchObject({ contentType: made.contentType, format })
        if (format !== 'bmp') {
          const found = await sharp(made.bytes).metadata()
          expect([found.width, found.height]).toEqual([40, 30])
        }
      })

  it('carries no metadata of the source', async () => {
    const source = await sharp(await jpeg())
      .withExif({ IFD0: { Make: 'Camera', Artist: 'Somebody' } })
      .withMetadata({ orientation: 6 })
      .jpeg()
      .toBuffer()
    const found = await sharp((await run(source, 'resize,w_50')).bytes).metadata()
    expect([found.exif, found.icc, found.xmp, found.orientation]).toEqual([undefined, undefined, undefined, undefined])
  })
})

describe('BMP', () => {
  it('has every pixel where it was, 24 bits in padded rows from the bottom up', async () => {
    const source = await picture({ format: 'png', width: 5, height: 3 })
    const { bytes } = await run(source, 'format,bmp')
    const { data } = await rgba(source)
    expect([bytes.readUInt16LE(28), bytes.readInt32LE(18), bytes.readInt32LE(22), bytes.length]).toEqual([
      24,
      5,
      3,
      54 + 16 * 3,
    ])
    for (let y = 0; y < 3; y++)
      for (let x = 0; x < 5; x++) {
        const at = bytes.readUInt32LE(10) + (2 - y) * 16 + x * 3
        expect([bytes[at + 2], bytes[at + 1], bytes[at]]).toEqual([
          ...data.subarray((y * 5 + x) * 4, (y * 5 + x) * 4 + 3),
        ])
      }
  })

  it('keeps transparency in 32 bits', async () => {
    const source = await picture({ format: 'png', width: 4, height: 2, alpha: true })
    const { bytes } = await run(source, 'format,bmp')
    expect([bytes.readUInt16LE(28), bytes.readUInt32LE(66)]).toEqual([32, 0xff000000])
    const row = bytes.subarray(bytes.readUInt32LE(10))
    expect([row[3], row[15]]).toEqual([255, 0])
  })
})

describe('quality', () => {
  it('of a JPEG reads as what was asked for, relative to the source or absolute', async () => {
    expect(qualityOf((await run(await jpeg(80), 'quality,q_50')).bytes)).toBe(40)
    expect(qualityOf((await run(await jpeg(80), 'quality,Q_30')).bytes)).toBe(30)
    expect(qualityOf((await run(await jpeg(20), 'quality,Q_90')).bytes)).toBe(20)
    expect(encoderQuality({ relative: true, value: 10 }, 3)).toBe(1)
    expect(
      qualityOf((await run(await picture({ format: 'png', width: 90, height: 90 }), 'quality,q_60/format,jpg')).bytes),
    ).toBe(60)
  })

  it('of WebP is the number given; q means Q there', async () => {
    const source = await jpeg(50)
    const sizes: number[] = []
    for (const q of [20, 50, 80]) {
      const made = await run(source, `format,webp/quality,q_${q}`)
      expect(made.settings).toContain(`q${q}`)
      expect(made.bytes.equals((await run(source, `quality,Q_${q}/format,webp`)).bytes)).toBe(true)
      sizes.push(made.bytes.length)
    }
    expect(sizes).toEqual([...sizes].sort((a, b) => a - b))
  })

  it('lossless is exact in WebP and has no effect in JPEG', async () => {
    const source = await picture({ format: 'png', width: 60, height: 40 })
    const made = await run(source, 'format,webp/quality,q_lossless')
    expect((await rgba(made.bytes)).data.equals((await rgba(source)).data)).toBe(true)
    const usual = await run(source, 'format,jpg')
    expect((await run(source, 'format,jpg/quality,q_lossless')).bytes.equals(usual.bytes)).toBe(true)
  })

  it('does not reach PNG, GIF and AVIF', async () => {
    for (const format of ['png', 'gif', 'avif'] as const) {
      const source = await picture({ format, width: 60, height: 40 })
      expect((await run(source, 'quality,Q_5')).bytes.equals((await run(source, 'auto-orient,1')).bytes)).toBe(true)
    }
  })

  it('without a number is that of the whole function', async () => {
    const sizes: number[] = []
    for (const quality of ['eco', 'balanced', 'high'] as const)
      sizes.push((await run(await jpeg(), 'resize,w_300', { quality })).bytes.length)
    expect(sizes).toEqual([...sizes].sort((a, b) => a - b))
  })
})

describe('interlace', () => {
  it('0 makes a JPEG go from top to bottom, with and without a quality', async () => {
    for (const chain of ['interlace,0', 'quality,Q_50/interlace,0', 'interlace,1/interlace,0'])
      expect((await sharp((await run(await jpeg(), chain)).bytes).metadata()).isProgressive ?? false).toBe(false)
  })
})

describe('format,f_auto', () => {
  it("is WebP where that is smaller than the source's format, and else that format", async () => {
    const photo = await run(await jpeg(), 'resize,w_300/format,f_auto')
    const smaller = [await run(await jpeg(), 'resize,w_300'), await run(await jpeg(), 'resize,w_300/format,webp')].sort(
      (a, b) => a.bytes.length - b.bytes.length,
    )[0]
    expect(photo.bytes.equals(smaller?.bytes ?? Buffer.alloc(0))).toBe(true)
    const dot = await picture({ format: 'png', width: 1, height: 1 })
    const found = await run(dot, 'format,f_auto')
    expect(found.bytes.length).toBeLessThanOrEqual((await run(dot, 'format,png')).bytes.length)
    expect((await run(await picture({ format: 'webp', width: 9, height: 9 }), 'format,f_auto')).format).toBe('webp')
  })
})

describe('info', () => {
  it('106: tells format, size and frames as text', async () => {
    const source = await picture({ format: 'jpeg', width: 400, height: 267 })
    const made = await run(source, 'info')
    expect(made).toMatchObject({ format: 'json', contentType: 'application/json' })
    expect(JSON.parse(made.bytes.toString())).toEqual({
      FileSize: { value: String(source.length) },
      Format: { value: 'jpg' },
      FrameCount: { value: '1' },
      ImageHeight: { value: '267' },
      ImageWidth: { value: '400' },
    })
  })

  it('tells the size as stored beside the orientation, and nothing personal', async () => {
    const source = await sharp(await picture({ format: 'jpeg', width: 424, height: 333 }))
      .withExif({
        IFD0: { Make: 'Camera', Model: 'X1', Artist: 'Somebody', XResolution: '96/1', DateTime: '2026:01:01 00:00:00' },
        IFD2: { ExposureTime: '1/250', FNumber: '28/10', BodySerialNumber: '123' },
        IFD3: { GPSLatitudeRef: 'N', GPSLatitude: '51/1 30/1 0/1' },
      })
      .withMetadata({ orientation: 7 })
      .jpeg()
      .toBuffer()
    const found = JSON.parse((await run(source, 'info')).bytes.toString()) as Record<string, { value: string }>
    expect(found).toMatchObject({
      ImageWidth: { value: '424' },
      ImageHeight: { value: '333' },
      Orientation: { value: '7' },
    })
    expect(Object.keys(found).filter((name) => /GPS|Make|Model|Artist|Serial|Date/.test(name))).toEqual([])
  })

  it('counts frames, and answers for every format', async () => {
    const gif = await picture({ format: 'gif', width: 10, height: 10, pages: 3 })
    expect(JSON.parse((await run(gif, 'info')).bytes.toString())).toMatchObject({
      FrameCount: { value: '3' },
      Format: { value: 'gif' },
    })
    for (const format of ['png', 'webp', 'avif', 'tiff'] as const)
      expect(
        JSON.parse((await run(await picture({ format, width: 20, height: 10 }), 'info')).bytes.toString()),
      ).toMatchObject({
        Format: { value: format },
        ImageWidth: { value: '20' },
      })
  })
})

describe('average-hue', () => {
  it('108: is a colour as text', async () => {
    const made = await run(await jpeg(), 'average-hue')
    expect(made).toMatchObject({ format: 'text', contentType: 'text/plain; charset=utf-8' })
    expect(made.bytes.toString()).toMatch(/^0x[0-9a-f]{6}$/)
  })

  it('is what stands out', async () => {
    const dot = Buffer.from('<svg width="30" height="30"><rect width="30" height="30" fill="#f00"/></svg>')
    const source = await sharp({ create: { width: 100, height: 100, channels: 3, background: '#4060c0' } })
      .composite([{ input: dot }])
      .png()
      .toBuffer()
    const [r = 0, g = 0, b = 0] = Buffer.from((await run(source, 'average-hue')).bytes.toString().slice(2), 'hex')
    expect([r > 180, g < 60, b < 80]).toEqual([true, true, true])
    const plain = await sharp({ create: { width: 9, height: 9, channels: 3, background: '#4060c0' } })
      .png()
      .toBuffer()
    expect((await run(plain, 'average-hue')).bytes.toString()).toBe('0x4060c0')
  })
})

describe('what cannot be done', () => {
  it('is a fault with the reason, never the original', async () => {
    const source = await jpeg()
    await expect(run(Buffer.from('plain text'), 'resize,w_10')).rejects.toMatchObject({ code: 'unsupported' })
    await expect(run(Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"/>'), 'resize,w_10')).rejects.toMatchObject({
      code: 'unsupported',
    })
    await expect(run(source, 'crop,x_500')).rejects.toThrow(Impossible)
    await expect(run(source, 'resize,w_9', { limits: { ...LIMITS, maxSourcePixels: 119_999 } })).rejects.toMatchObject({
      code: 'source_too_large',
    })
    await expect(run(source, 'resize,w_9', { msLeft: 0 })).rejects.toMatchObject({ code: 'out_of_time' })
    await expect(run(source, 'blur,r_1,s_1/resize,w_9', { memoryBytes: 400_000 })).rejects.toMatchObject({
      code: 'source_too_large',
    })
    await expect(run(source, 'resize,w_9/blur,r_1,s_1', { memoryBytes: 400_000 })).resolves.toBeDefined()
  })

  for (const chain of [
    'resize,w_50',
    'crop,w_20,h_20',
    'format,webp',
    'circle,r_5',
    'blur,r_1,s_1',
    'indexcrop,y_10',
    'average-hue',
  ])
    it(`is a picture that is cut off, also above where it is: ${chain}`, async () => {
      for (const format of ['jpeg', 'png', 'webp'] as const) {
        const whole = await picture({ format, width: 300, height: 300, quality: 90 })
        const half = whole.subarray(0, Math.floor(whole.length * 0.6))
        await expect(run(half, chain)).rejects.toMatchObject({ code: 'undecodable' })
      }
    })

  const broken = corpusFiles('hostile/broken')
  it(`is the same as decoding finds: ${broken.length} broken files`, async () => {
    for (const file of broken) {
      const source = readFileSync(file)
      const codes: string[] = []
      for (const chain of ['resize,w_10', 'crop,w_1,h_1/format,png']) {
        const found = await run(source, chain).then(
          () => 'done',
          (fault: { code?: string }) => fault.code ?? 'no code',
        )
        codes.push(found)
        expect(['done', 'undecodable', 'unsupported', 'source_too_large', 'result_too_large']).toContain(found)
      }
      expect([file, codes[1]]).toEqual([file, codes[0]])
    }
  })
})
