import sharp from 'sharp'
import { readAvif } from '../../../src/image/container/avif.ts'
import { readIcc } from '../../../src/image/container/icc.ts'
import { readJpeg } from '../../../src/image/container/jpeg.ts'
import { editPng, pngChunks, readPng } from '../../../src/image/container/png.ts'
import { readWebp } from '../../../src/image/container/webp.ts'
import { pngChunk } from '../../../src/image/png/write.ts'
import { animation, drawing, photo } from '../draw.ts'

describe('readJpeg', () => {
  it.each([
    ['4:2:0', { subsampled: true, halved: true }],
    ['4:4:4', { subsampled: false, halved: false }],
  ])('tells chroma of %s', async (chromaSubsampling, wanted) => {
    expect(readJpeg(await photo(40, 40).jpeg({ chromaSubsampling }).toBuffer())).toMatchObject({
      ...wanted,
      components: 3,
    })
  })

  it('counts scans', async () => {
    expect(readJpeg(await photo(40, 40).jpeg().toBuffer())).toMatchObject({ progressive: false, scans: 1 })
    const progressive = readJpeg(await photo(40, 40).jpeg({ mozjpeg: true }).toBuffer())
    expect(progressive?.progressive).toBe(true)
    expect(progressive?.scans).toBeGreaterThan(2)
  })

  it('sees a gain map announced in front of or behind the picture', async () => {
    const plain = await photo(40, 40).jpeg().toBuffer()
    expect(readJpeg(plain)?.gainMap).toBe(false)
    const words = Buffer.from('urn:iso:std:iso:ts:21496:-1\0', 'latin1')
    const segment = Buffer.concat([Buffer.from([0xff, 0xe2, 0, words.length + 2]), words])
    expect(readJpeg(Buffer.concat([plain.subarray(0, 2), segment, plain.subarray(2)]))?.gainMap).toBe(true)
    expect(readJpeg(Buffer.concat([plain, Buffer.from('<x hdrgm:Version="1.0"/>')]))?.gainMap).toBe(true)
  })

  it('gives up quietly on what is no JPEG', () => {
    expect(readJpeg(Buffer.from('\xff\xd8\xff', 'latin1'))).toBeUndefined()
    expect(readJpeg(Buffer.alloc(100, 0xff))).toBeUndefined()
    expect(readJpeg(Buffer.alloc(0))).toBeUndefined()
  })
})

describe('PNG chunks', () => {
  it('tells size, depth, kind and frames', async () => {
    const png = await drawing(40, 30).png().toBuffer()
    expect(readPng(png)).toMatchObject({
      width: 40,
      height: 30,
      depth: 8,
      colourType: 2,
      interlaced: false,
      codingPoints: false,
    })
    expect(readPng(png)?.frames).toBeUndefined()
    expect(readPng(editPng(png, [pngChunk('acTL', Buffer.from([0, 0, 0, 9, 0, 0, 0, 0]))], new Set()))?.frames).toBe(9)
  })

  it('are put in behind the header and taken out by type', async () => {
    const png = await drawing(40, 30).png().toBuffer()
    const edited = editPng(png, [pngChunk('tEXt', Buffer.from('a\0b'))], new Set())
    expect([...pngChunks(edited)].map(({ type }) => type).slice(0, 2)).toEqual(['IHDR', 'tEXt'])
    expect(editPng(edited, [], new Set(['tEXt'])).equals(editPng(png, [], new Set()))).toBe(true)
    expect(await sharp(edited, { failOn: 'warning' }).stats()).toBeDefined()
  })
})

describe('readWebp', () => {
  it('tells lossless from lossy, still and animated', async () => {
    expect(readWebp(await photo(20, 20).webp().toBuffer())).toEqual({ lossless: false, mixed: false, animated: false })
    expect(readWebp(await photo(20, 20).ensureAlpha(0.5).webp({ lossless: true }).toBuffer())).toMatchObject({
      lossless: true,
    })
    expect(readWebp(await animation('webp', 3, [50, 60, 70], 0))).toMatchObject({ lossless: false, animated: true })
  })
})

describe('readAvif', () => {
  it('finds nothing unusual in a plain one', async () => {
    expect(readAvif(await photo(20, 20).avif({ effort: 0 }).toBuffer())).toEqual({
      animated: false,
      gainMap: false,
      codedColour: false,
    })
  })

  it('sees sequences, gain maps and HDR colour', () => {
    const box = (text: string): Buffer =>
      Buffer.concat([Buffer.from([0, 0, 0, text.length + 4]), Buffer.from(text, 'latin1')])
    expect(readAvif(box('ftypavis\0\0\0\0avifavis'))).toMatchObject({ animated: true })
    expect(readAvif(box('ftypavif\0\0\0\0avifmif1tmap'))).toMatchObject({ gainMap: true })
    const hdr = Buffer.concat([box('ftypavif\0\0\0\0avif'), box('colrnclx\0\x09\0\x10\0\x09\x80')])
    expect(readAvif(hdr)).toMatchObject({ codedColour: true })
  })
})

describe('readIcc', () => {
  const profileOf = async (name: string): Promise<Buffer> =>
    (await sharp(await photo(8, 8).withIccProfile(name).png().toBuffer()).metadata()).icc ?? Buffer.alloc(0)

  it('knows sRGB by its numbers and tells P3 from it', async () => {
    expect(readIcc(await profileOf('srgb'))).toMatchObject({ space: 'RGB ', matrix: true, srgb: true })
    expect(readIcc(await profileOf('p3'))).toMatchObject({ space: 'RGB ', matrix: true, srgb: false })
  })

  it('takes no notice of what is no profile', () => {
    expect(readIcc(Buffer.alloc(10))).toBeUndefined()
    expect(readIcc(Buffer.alloc(500, 7))).toBeUndefined()
  })

  it('does not fall over a profile that is cut or lies', async () => {
    const icc = await profileOf('p3')
    for (let length = 0; length < icc.length; length += 13) expect(() => readIcc(icc.subarray(0, length))).not.toThrow()
    const lies = Buffer.from(icc)
    lies.writeUInt32BE(0xffffffff, 128)
    lies.writeUInt32BE(0xfffffff0, 136)
    expect(() => readIcc(lies)).not.toThrow()
  })
})
