import sharp from 'sharp'
import { cutMetadata } from '../../../src/image/metadata/cut.ts'
import { personalGif, SECRET } from './samples.ts'

const cut = (bytes: Buffer): ReturnType<typeof cutMetadata> => cutMetadata(bytes, 'gif')

describe('cutting a GIF', () => {
  it('removes comments and XMP and keeps loop, delays and transparency controls', async () => {
    const { bytes, removed } = cut(await personalGif())
    expect(removed).toEqual(['comment', 'xmp'])
    expect(await sharp(bytes, { animated: true }).metadata()).toMatchObject({ pages: 2, loop: 3, delay: [70, 120] })
  })

  it('cuts what follows the trailer', async () => {
    const clean = cut(await personalGif()).bytes
    expect(cut(Buffer.concat([clean, Buffer.from(SECRET)]))).toMatchObject({ bytes: clean, removed: ['trailing data'] })
  })

  it('removes extensions of applications that are not shown, keeps the profile of one that is', async () => {
    const clean = cut(await personalGif()).bytes
    const extension = (name: string): Buffer => Buffer.from(`\x21\xff\x0b${name}\x03abc\0`, 'latin1')
    const before = (...parts: readonly Buffer[]): Buffer =>
      Buffer.concat([clean.subarray(0, -1), ...parts, clean.subarray(-1)])
    const personal = before(extension('ICCRGBG1012'), extension('MGK8BIM0000'))
    expect(cut(personal)).toMatchObject({ bytes: before(extension('ICCRGBG1012')), removed: ['application data'] })
  })

  it.each<[string, (source: Buffer) => Buffer]>([
    ['has no trailer', (source) => source.subarray(0, -1)],
    ['ends in its head', (source) => source.subarray(0, 14)],
    ['ends in a block', (source) => source.subarray(0, 60)],
    ['has a byte that begins nothing', (source) => Buffer.concat([source.subarray(0, -1), Buffer.from([7, 0x3b])])],
    ['has no picture', () => Buffer.from('GIF89a\x01\0\x01\0\0\0\0\x21\xfe\x01x\0\x3b', 'latin1')],
  ])('leaves a file alone that %s', async (_, damage) => {
    const source = damage(await personalGif())
    const result = cut(source)
    expect(result).toEqual({ bytes: source, changed: false, removed: [], understood: false })
    expect(result.bytes).toBe(source)
  })
})
