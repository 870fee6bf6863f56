import sharp from 'sharp'
import { compress } from '../../src/image/compress.ts'
import type { Compressed, CompressOptions } from '../../src/image/compress.ts'
import { ImageFault } from '../../src/image/fault.ts'
import { difference, pixelAt } from './compare.ts'
import { drawing, paint, photo, quarters, saturated } from './draw.ts'

const options: CompressOptions = {
  quality: 'balanced',
  format: 'keep',
  limits: { maxSourcePixels: 20_000_000, maxOutputPixels: 20_000_000 },
  msLeft: 8000,
}

async function decodes({ bytes, width, height, format }: Compressed): Promise<void> {
  const found = await sharp(bytes, { failOn: 'warning' }).metadata()
  expect(found.format).toBe(format === 'avif' ? 'heif' : format)
  expect([found.autoOrient.width, found.autoOrient.height]).toEqual([width, height])
  await sharp(bytes, { failOn: 'warning' }).stats()
}

describe('JPEG', () => {
  it('gets smaller, progressive and keeps its looks', async () => {
    const source = await photo(300, 200).jpeg({ quality: 96 }).toBuffer()
    const result = await compress(source, options)
    expect(result).toMatchObject({
      outcome: 'compressed',
      format: 'jpeg',
      contentType: 'image/jpeg',
      width: 300,
      height: 200,
      pages: 1,
      sourceWidth: 300,
      sourceHeight: 200,
      settings: 'mozjpeg q84 4:2:0 table3',
    })
    expect(result.reason).toBeUndefined()
    expect(result.bytes.length).toBeLessThan(source.length * 0.8)
    expect((await sharp(result.bytes).metadata()).isProgressive).toBe(true)
    expect((await difference(source, result.bytes)).mean).toBeLessThan(6)
    await decodes(result)
  })

  it.each([1, 2, 3, 4, 5, 6, 7, 8])('comes out upright from orientation %i', async (orientation) => {
    const source = await quarters(80, 48).jpeg({ quality: 100 }).withMetadata({ orientation }).toBuffer()
    const result = await compress(source, options)
    expect(result.outcome).toBe('compressed')
    expect((await sharp(result.bytes).metadata()).orientation).toBeUndefined()
    expect((await difference(source, result.bytes)).bias).toBeLessThan(1.5)
    await decodes(result)
  })

  it('keeps full chroma where halving it would be seen, and halves it where not', async () => {
    const text = await compress(
      await saturated(200, 120).jpeg({ quality: 97, chromaSubsampling: '4:4:4' }).toBuffer(),
      options,
    )
    expect((await sharp(text.bytes).metadata()).chromaSubsampling).toBe('4:4:4')
    const scene = await compress(
      await photo(200, 120).jpeg({ quality: 97, chromaSubsampling: '4:4:4' }).toBuffer(),
      options,
    )
    expect((await sharp(scene.bytes).metadata()).chromaSubsampling).toBe('4:2:0')
  })

  it('is left alone when it is no better than what we would make', async () => {
    for (const quality of [40, 60, 82]) {
      const source = await photo(300, 200).jpeg({ quality }).toBuffer()
      const result = await compress(source, options)
      expect(result).toMatchObject({ outcome: 'original', reason: 'already_compressed', settings: 'original' })
      expect(result.bytes.equals(source)).toBe(true)
    }
  })

  it('is compressed at most once: its own result is left alone', async () => {
    const first = await compress(await photo(300, 200).jpeg({ quality: 96 }).toBuffer(), options)
    const second = await compress(first.bytes, options)
    expect(second).toMatchObject({ outcome: 'original' })
    expect(second.bytes.equals(first.bytes)).toBe(true)
  })

  it('stays grey where it is grey', async () => {
    const source = await photo(200, 150).greyscale().toColourspace('b-w').jpeg({ quality: 97 }).toBuffer()
    const result = await compress(source, options)
    expect(result.outcome).toBe('compressed')
    expect((await sharp(result.bytes).metadata()).channels).toBe(1)
    expect((await difference(source, result.bytes)).bias).toBeLessThan(0.5)
  })

  it('of one pixel goes out as it came', async () => {
    const source = await paint(1, 1, () => [10, 200, 30])
      .jpeg()
      .toBuffer()
    const result = await compress(source, options)
    expect(result).toMatchObject({ outcome: 'original', width: 1, height: 1 })
  })
})

describe('what cannot be decoded', () => {
  it.each(['jpeg', 'png', 'webp'] as const)('a truncated %s is never encoded again', async (format) => {
    const whole = await photo(200, 150).toFormat(format, { quality: 98 }).toBuffer()
    for (const share of [0.3, 0.6, 0.95]) {
      const source = whole.subarray(0, Math.floor(whole.length * share))
      const result = await compress(source, options)
      expect(result).toMatchObject({ outcome: 'original', reason: 'undecodable' })
      expect(result.bytes.equals(source)).toBe(true)
    }
  })

  it('a PNG with a wrong checksum is never encoded again', async () => {
    const source = await photo(60, 60).png().toBuffer()
    const middle = Math.floor(source.length / 2)
    source[middle] = (source[middle] ?? 0) ^ 0xff
    expect(await compress(source, options)).toMatchObject({ outcome: 'original', reason: 'undecodable' })
  })

  it('a source beyond the limits goes out as it came, without its metadata', async () => {
    const source = await photo(200, 150)
      .withExif({ IFD0: { Copyright: 'someone' } })
      .jpeg({ quality: 95 })
      .toBuffer()
    const limits = { maxSourcePixels: 200 * 150 - 1, maxOutputPixels: 1 }
    const result = await compress(source, { ...options, limits })
    expect(result).toMatchObject({ outcome: 'original', reason: 'source_too_large', width: 200, metadataCut: true })
    expect(result.bytes.includes('someone')).toBe(false)
    expect((await difference(source, result.bytes)).max).toBe(0)
  })
})

describe('what is not compressed', () => {
  it.each([
    ['SVG without anything', '<svg xmlns="http://www.w3.org/2000/svg"/>', 'image/svg+xml', 'not_smaller', 'svg'],
    [
      'SVG that cannot be read',
      '<svg xmlns="http://www.w3.org/2000/svg">',
      'application/octet-stream',
      'active_content',
      'svg',
    ],
    ['HTML', '<html><script>alert(1)</script>', 'application/octet-stream', 'active_content', 'other'],
    ['BMP', 'BM\x46\0\0\0\0\0\0\0\x36\0\0\0\x28\0\0\0', 'image/bmp', 'unsupported_format', 'bmp'],
    ['JPEG XL', '\xff\x0a\xfa\x1f', 'image/jxl', 'unsupported_format', 'jxl'],
    ['Photoshop', '8BPS\0\x01', 'image/vnd.adobe.photoshop', 'unsupported_format', 'other'],
    ['text', 'hello', 'application/octet-stream', 'not_an_image', 'other'],
  ])('%s goes out as it came, with the reason', async (_, text, contentType, reason, format) => {
    const source = Buffer.from(text, 'latin1')
    const result = await compress(source, options)
    expect(result).toMatchObject({ outcome: 'original', contentType, reason, format, metadataCut: false })
    expect(result.bytes.equals(source)).toBe(true)
  })

  it('TIFF goes out as it came: browsers do not show it, whoever asked for it wants it', async () => {
    const source = await photo(40, 40).tiff().toBuffer()
    expect(await compress(source, options)).toMatchObject({
      outcome: 'original',
      reason: 'unsupported_format',
      width: 40,
    })
  })
})

describe('PNG', () => {
  it('of few colours becomes a palette, exactly', async () => {
    const source = await drawing(300, 200).png({ compressionLevel: 3 }).toBuffer()
    const result = await compress(source, options)
    expect(result.settings).toMatch(/^png lossless palette4/)
    expect((await difference(source, result.bytes)).max).toBe(0)
    await decodes(result)
  })

  it('of a photograph stays exact', async () => {
    const source = await photo(300, 200).png({ compressionLevel: 1 }).toBuffer()
    const result = await compress(source, options)
    expect(result.settings).toMatch(/^png lossless 3ch/)
    expect((await difference(source, result.bytes)).max).toBe(0)
  })

  it('of a wide gradient is not banded', async () => {
    const source = await paint(400, 300, (x, y) => [x / 2, 255 - y / 2, 40 + (x + y) / 4])
      .png({ compressionLevel: 1 })
      .toBuffer()
    expect((await difference(source, (await compress(source, options)).bytes)).max).toBe(0)
  })

  it('with soft shadows keeps every step of its alpha', async () => {
    const soft = paint(400, 300, (x, y) => [x / 2, 90, 200 - y / 2, (x * y) / 480], 4)
    const source = await soft.png({ compressionLevel: 1 }).toBuffer()
    expect((await difference(source, (await compress(source, options)).bytes)).max).toBe(0)
  })

  it('of flat shapes with smoothed edges takes 256 colours, and nobody can tell', async () => {
    const shapes = paint(300, 300, (x, y) => {
      const edge = Math.max(0, Math.min(1, Math.hypot(x - 150, y - 150) - 100))
      const other = Math.max(0, Math.min(1, (Math.hypot(x - 60, y - 60) - 40.3) / 1.7))
      return [255 * edge, 30 + 200 * other, 255 - 120 * edge * other, 255]
    })
    const source = await shapes.png({ compressionLevel: 6 }).toBuffer()
    const result = await compress(source, options)
    expect(result.outcome).toBe('compressed')
    expect((await difference(source, result.bytes)).mean).toBeLessThan(0.2)
  })

  it('drops an alpha channel that is opaque and colour that is grey', async () => {
    const source = await paint(120, 120, (x, y) => [(x * y) % 256, (x * y) % 256, (x * y) % 256, 255], 4)
      .png()
      .toBuffer()
    const result = await compress(source, options)
    const found = await sharp(result.bytes).metadata()
    expect(found.hasAlpha).toBe(false)
    expect(found.space).toBe('b-w')
    expect((await difference(source, result.bytes)).max).toBe(0)
  })

  it('comes out upright', async () => {
    const source = await quarters(60, 40).withMetadata({ orientation: 6 }).png({ compressionLevel: 0 }).toBuffer()
    const result = await compress(source, options)
    expect(result).toMatchObject({ outcome: 'compressed', width: 40, height: 60 })
    expect(await pixelAt(result.bytes, 35, 5)).toEqual([220, 0, 0])
    await decodes(result)
  })

  it('that is as small as it gets goes out as it came', async () => {
    const first = await compress(await drawing(300, 200).png().toBuffer(), options)
    const second = await compress(first.bytes, options)
    expect(second).toMatchObject({ outcome: 'original', reason: 'not_smaller' })
    expect(second.bytes.equals(first.bytes)).toBe(true)
  })
})

describe('WebP and AVIF', () => {
  it('lossless WebP stays lossless', async () => {
    const source = await drawing(200, 200).webp({ lossless: true, effort: 0 }).toBuffer()
    const result = await compress(source, options)
    expect(result.settings).toMatch(/^(webp lossless|original)/)
    expect((await difference(source, result.bytes)).max).toBe(0)
  })

  it('lossy WebP of high quality shrinks, of our quality is left alone', async () => {
    const high = await photo(300, 200).webp({ quality: 98 }).toBuffer()
    const result = await compress(high, options)
    expect(result).toMatchObject({ outcome: 'compressed', format: 'webp' })
    await decodes(result)
    expect(await compress(await photo(300, 200).webp({ quality: 86 }).toBuffer(), options)).toMatchObject({
      outcome: 'original',
    })
  })

  it('AVIF of high quality shrinks', async () => {
    const source = await photo(200, 150).avif({ quality: 95, effort: 0 }).toBuffer()
    const result = await compress(source, options)
    expect(result).toMatchObject({ outcome: 'compressed', format: 'avif', contentType: 'image/avif' })
    await decodes(result)
  })
})

describe('format and quality', () => {
  it.each(['webp', 'avif'] as const)('%s is taken where it is smaller', async (format) => {
    const source = await photo(300, 200).blur(1.2).jpeg({ quality: 96 }).toBuffer()
    const kept = await compress(source, options)
    const result = await compress(source, { ...options, format })
    expect(result).toMatchObject({ outcome: 'compressed', format, contentType: `image/${format}` })
    expect(result.bytes.length).toBeLessThan(kept.bytes.length)
    expect((await difference(source, result.bytes)).mean).toBeLessThan(7)
    await decodes(result)
  })

  it('a drawing becomes lossless WebP', async () => {
    const source = await drawing(300, 200).png().toBuffer()
    const result = await compress(source, { ...options, format: 'webp' })
    expect((await difference(source, result.bytes)).max).toBe(0)
  })

  it('another format that is not smaller is not taken', async () => {
    const source = await paint(8, 8, () => [1, 2, 3])
      .png({ palette: true })
      .toBuffer()
    expect((await compress(source, { ...options, format: 'avif' })).format).toBe('png')
  })

  it('better quality costs more bytes', async () => {
    const source = await photo(300, 200).jpeg({ quality: 99 }).toBuffer()
    const sizes: number[] = []
    for (const quality of ['eco', 'balanced', 'high'] as const)
      sizes.push((await compress(source, { ...options, quality })).bytes.length)
    expect(sizes).toEqual([...sizes].sort((a, b) => a - b))
    expect(new Set(sizes).size).toBe(3)
  })

  it('time left changes effort alone: the answer is the same kind', async () => {
    const source = await photo(300, 200).jpeg({ quality: 96 }).toBuffer()
    const hurried = await compress(source, { ...options, msLeft: 1 })
    expect(hurried).toMatchObject({
      outcome: 'compressed',
      format: 'jpeg',
      settings: 'mozjpeg quick q84 4:2:0 table3',
    })
  })
})

describe('every answer', () => {
  it('is never larger than the original', async () => {
    const sources = [
      await photo(64, 64).jpeg({ quality: 82, mozjpeg: true }).toBuffer(),
      await photo(64, 64).png({ compressionLevel: 9, adaptiveFiltering: true }).toBuffer(),
      await photo(64, 64).webp({ quality: 84 }).toBuffer(),
      await drawing(64, 64, 2).png({ palette: true, colours: 2 }).toBuffer(),
      await drawing(64, 64).gif().toBuffer(),
      await photo(64, 64).avif({ quality: 62, effort: 3 }).toBuffer(),
    ]
    for (const source of sources)
      for (const format of ['keep', 'webp', 'avif'] as const)
        for (const quality of ['eco', 'high'] as const)
          expect((await compress(source, { ...options, format, quality })).bytes.length).toBeLessThanOrEqual(
            source.length,
          )
  })

  it('carries no metadata of the source', async () => {
    const source = await photo(200, 150)
      .withExif({ IFD0: { Copyright: 'someone' }, IFD3: { GPSLatitudeRef: 'N', GPSLatitude: '51/1 30/1 3230/100' } })
      .jpeg({ quality: 96 })
      .toBuffer()
    expect(source.includes('someone')).toBe(true)
    for (const format of ['keep', 'webp', 'avif'] as const) {
      const { bytes } = await compress(source, { ...options, format })
      const found = await sharp(bytes).metadata()
      expect([found.exif, found.xmp, found.iptc, found.icc]).toEqual([undefined, undefined, undefined, undefined])
      expect(bytes.includes('someone')).toBe(false)
    }
  })

  it('is the same every time', async () => {
    const source = await photo(200, 150).jpeg({ quality: 95 }).toBuffer()
    const [one, two] = await Promise.all([compress(source, options), compress(source, options)])
    expect(one.bytes.equals(two.bytes)).toBe(true)
  })

  it('throws nothing but named faults that may pass', async () => {
    const nothing = await compress(Buffer.alloc(0), options).catch((error: unknown) => error)
    expect(nothing).not.toBeInstanceOf(ImageFault)
    expect(nothing).toMatchObject({ outcome: 'original', reason: 'not_an_image' })
  })
})
