import sharp from 'sharp'
import { cutMetadata } from '../../../src/image/metadata/cut.ts'
import { chunk, chunksOf, personalPng, picture, pixels, SECRET, tiff, withChunks } from './samples.ts'

const cut = (bytes: Buffer): ReturnType<typeof cutMetadata> => cutMetadata(bytes, 'png')
const png = (): Promise<Buffer> => picture(24, 16).png().toBuffer()
const exif = (orientation: number): Buffer =>
  chunk(
    'eXIf',
    tiff([
      [0x0112, 3, 1, orientation],
      [0x8825, 4, 1, 0],
    ]),
  )

describe('cutting a PNG', () => {
  it('names what it removed and leaves sound chunks alone', async () => {
    const { bytes, removed } = cut(await personalPng())
    expect([...removed].sort()).toEqual(['exif', 'private chunk', 'text', 'time', 'trailing data'])
    const kept = chunksOf(bytes)
    expect(kept.every(({ sound }) => sound)).toBe(true)
    expect(new Set(kept.map(({ type }) => type))).toEqual(new Set(['IHDR', 'iCCP', 'pHYs', 'eXIf', 'IDAT', 'IEND']))
  })

  it('keeps every chunk that a picture is shown by, byte for byte', async () => {
    const shown = [
      'cHRM',
      'gAMA',
      'sBIT',
      'sRGB',
      'cICP',
      'mDCV',
      'cLLI',
      'mDCv',
      'cLLi',
      'bKGD',
      'tRNS',
      'pHYs',
      'sTER',
    ]
    const chunks = shown.map((type) => chunk(type, `content of ${type}`))
    const frames = ['acTL', 'fcTL'].map((type) => chunk(type, 'frames'))
    const late = [chunk('fcTL', 'frames'), chunk('fdAT', 'data')]
    const clean = withChunks(await png(), [...chunks, ...frames], late)
    const personal = withChunks(clean, [chunk('tEXt', SECRET), chunk('zTXt', SECRET)], [chunk('tIME', 'now')])
    expect(cut(clean).bytes).toBe(clean)
    expect(cut(personal).bytes.equals(clean)).toBe(true)
  })

  it('keeps the orientation alone, with a CRC that is right', async () => {
    const source = withChunks(await png(), [exif(6)])
    const { bytes, removed } = cut(source)
    expect(removed).toEqual(['exif'])
    expect((await sharp(bytes).metadata()).orientation).toBe(6)
    const [kept] = chunksOf(bytes).filter(({ type }) => type === 'eXIf')
    expect(kept).toMatchObject({ sound: true })
    expect(kept?.bytes).toHaveLength(12 + 26)
    expect((await pixels(bytes)).equals(await pixels(source))).toBe(true)
  })

  it('drops an EXIF chunk whose orientation says nothing, and every one after the first', async () => {
    const plain = await png()
    expect(cut(withChunks(plain, [exif(1)])).bytes.equals(plain)).toBe(true)
    const two = cut(withChunks(plain, [exif(3), exif(6)])).bytes
    expect(two.equals(cut(withChunks(plain, [exif(3)])).bytes)).toBe(true)
  })

  it.each<[string, (plain: Buffer) => Buffer]>([
    ['is cut short', (plain) => plain.subarray(0, -1)],
    [
      'has a chunk that ends behind the file',
      (plain) => Buffer.concat([plain.subarray(0, 33), Buffer.from([0x7f, 255, 255, 255, 65, 65, 65, 65, 0, 0, 0, 0])]),
    ],
    ['has a critical chunk nobody knows', (plain) => withChunks(plain, [chunk('CgBI', SECRET)])],
    ['has a type that is not letters', (plain) => withChunks(plain, [chunk('te t', SECRET)])],
    [
      'has a wrong CRC',
      (plain) => {
        const bad = Buffer.from(plain)
        bad.writeUInt8(bad.readUInt8(32) ^ 1, 32)
        return bad
      },
    ],
    ['has text amid its data', (plain) => withChunks(plain, [], [chunk('tEXt', SECRET), chunk('IDAT', '')])],
    ['has no data', (plain) => Buffer.concat([plain.subarray(0, 33), plain.subarray(-12)])],
    [
      'does not begin with its header',
      (plain) => Buffer.concat([plain.subarray(0, 8), chunk('tEXt', SECRET), plain.subarray(8)]),
    ],
    ['has two headers', (plain) => withChunks(plain, [plain.subarray(8, 33)])],
  ])('leaves a file alone that %s', async (_, damage) => {
    const source = damage(withChunks(await png(), [exif(6)]))
    const result = cut(source)
    expect(result).toEqual({ bytes: source, changed: false, removed: [], understood: false })
    expect(result.bytes).toBe(source)
  })
})
