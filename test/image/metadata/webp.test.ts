import sharp from 'sharp'
import { cutMetadata } from '../../../src/image/metadata/cut.ts'
import { personalPicture, personalWebp, picture, pixels, riff, riffOf, SECRET, tiff, withRiff } from './samples.ts'

const cut = (bytes: Buffer): ReturnType<typeof cutMetadata> => cutMetadata(bytes, 'webp')
const FLAGS_AT = 20
const ALPHA_ICC = 0x30
const EXIF_FLAG = 0x08

async function animated(): Promise<Buffer> {
  const frames = [40, 200].map((value) => picture(20, 12, 4).linear(1, value).png().toBuffer())
  return sharp(await Promise.all(frames), { join: { animated: true } })
    .webp({ loop: 3, delay: [70, 120] })
    .toBuffer()
}

describe('cutting a WebP', () => {
  it('names what it removed, and its flags and sizes say what is left', async () => {
    const { bytes, removed } = cut(await personalWebp())
    expect([...removed].sort()).toEqual(['exif', 'private chunk', 'trailing data', 'xmp'])
    expect(riffOf(bytes).map(({ type }) => type)).toEqual(['VP8X', 'ICCP', 'ALPH', 'VP8 ', 'EXIF'])
    expect(bytes.readUInt8(FLAGS_AT)).toBe(ALPHA_ICC | EXIF_FLAG)
    expect(bytes.readUInt32LE(4)).toBe(bytes.length - 8)
  })

  it('clears the EXIF flag when the orientation says nothing', async () => {
    const source = await personalPicture(20, 12).withMetadata({ orientation: 1 }).webp().toBuffer()
    const { bytes } = cut(source)
    expect(riffOf(bytes).map(({ type }) => type)).toEqual(['VP8X', 'ICCP', 'VP8 '])
    expect(bytes.readUInt8(FLAGS_AT)).toBe(0x20)
    expect((await pixels(bytes)).equals(await pixels(source))).toBe(true)
  })

  it('keeps the prefix that some writers put before the EXIF', async () => {
    const block = tiff([
      [0x0112, 3, 1, 6],
      [0x8825, 4, 1, 0],
    ])
    const clean = await personalPicture(20, 12).webp().toBuffer()
    const chunks = riffOf(clean)
      .filter(({ type }) => type !== 'EXIF' && type !== 'XMP ')
      .map(({ type, data }) => riff(type, data))
    const prefixed = riff('EXIF', Buffer.concat([Buffer.from('Exif\0\0', 'latin1'), block]))
    const { bytes } = cut(withRiff(Buffer.concat([clean.subarray(0, 12), ...chunks]), prefixed))
    expect(riffOf(bytes).at(-1)?.data.toString('latin1', 0, 8)).toBe('Exif\0\0MM')
    expect((await sharp(bytes).metadata()).orientation).toBe(6)
  })

  it('keeps an animation and cuts what hides in and between its frames', async () => {
    const source = await animated()
    const hidden = riff('PRVT', SECRET)
    const parts = riffOf(source).flatMap(({ type, data }) => {
      return type === 'ANMF' ? [riff(type, Buffer.concat([data, hidden])), hidden] : [riff(type, data)]
    })
    const personal = withRiff(Buffer.concat([source.subarray(0, 12), ...parts]))
    const { bytes, removed } = cut(personal)
    expect(removed).toEqual(['private chunk'])
    expect(bytes.equals(source)).toBe(true)
    expect(await sharp(bytes, { animated: true }).metadata()).toMatchObject({ pages: 2, loop: 3, delay: [70, 120] })
  })

  it('cuts what follows a simple file, inside the RIFF and behind it', async () => {
    const plain = await picture(20, 12).webp().toBuffer()
    expect(riffOf(plain).map(({ type }) => type)).toEqual(['VP8 '])
    const personal = Buffer.concat([withRiff(plain, riff('XMP ', SECRET)), Buffer.from(SECRET)])
    expect(cut(personal)).toEqual({ bytes: plain, changed: true, removed: ['xmp', 'trailing data'], understood: true })
  })

  it('leaves a simple file alone that begins with something else', async () => {
    const plain = await picture(20, 12).webp().toBuffer()
    const source = withRiff(Buffer.concat([plain.subarray(0, 12), riff('JUNK', ''), plain.subarray(12)]))
    expect(cut(source)).toMatchObject({ changed: false, understood: false })
  })

  it.each<[string, (source: Buffer) => Buffer]>([
    ['is cut short', (source) => source.subarray(0, -1)],
    [
      'has a size that lies',
      (source) => {
        const bad = Buffer.from(source)
        bad.writeUInt32LE(bad.length - 9, 4)
        return bad
      },
    ],
    [
      'has a chunk that ends behind the RIFF',
      (source) => withRiff(source, Buffer.from('XMP \xff\xff\xff\xff', 'latin1')),
    ],
    ['has half a chunk head at its end', (source) => withRiff(source, Buffer.from('XMP '))],
    [
      'begins with something else',
      (source) => Buffer.concat([source.subarray(0, 12), riff('JUNK', ''), source.subarray(12)]),
    ],
    ['has two extended headers', (source) => withRiff(source, riff('VP8X', '0123456789'))],
    ['has no picture', (source) => withRiff(source.subarray(0, 30))],
    ['has a frame too short for its head', (source) => withRiff(source, riff('ANMF', 'short'))],
    ['has a frame whose chunks do not fit', (source) => withRiff(source, riff('ANMF', Buffer.alloc(30, 0xff)))],
  ])('leaves a file alone that %s', async (_, damage) => {
    const source = damage(await personalPicture(20, 12).webp().toBuffer())
    const result = cut(source)
    expect(result).toEqual({ bytes: source, changed: false, removed: [], understood: false })
    expect(result.bytes).toBe(source)
  })
})
