import { findPersonalMetadata } from './left.ts'
import { personalAvif, personalJpeg, personalPng, personalWebp, picture, tiff } from './samples.ts'

describe('finding personal metadata', () => {
  it.each<[string, () => Promise<Buffer>, readonly string[]]>([
    ['a JPEG', () => personalJpeg(), ['exif', 'gps', 'iptc', 'video', 'xmp']],
    // libpng compresses XMP; its keyword stays readable.
    ['a PNG', () => personalPng(), ['exif', 'gps', 'text']],
    ['a WebP', () => personalWebp(), ['exif', 'gps', 'xmp']],
    ['an AVIF', personalAvif, ['exif', 'gps', 'xmp']],
  ])('sees it in %s, whole or cut short', async (_, make, expected) => {
    const bytes = await make()
    expect([...findPersonalMetadata(bytes)].sort()).toEqual(expected)
    expect(findPersonalMetadata(bytes.subarray(0, -30))).toContain('exif')
  })

  it('finds nothing in clean pictures, an orientation alone, or an index of pictures', async () => {
    expect(findPersonalMetadata(await picture(64, 64).jpeg().toBuffer())).toEqual([])
    expect(findPersonalMetadata(tiff([[0x0112, 3, 1, 6]]))).toEqual([])
    expect(
      findPersonalMetadata(
        tiff(
          [
            [0xb000, 7, 4, 0],
            [0xb001, 4, 1, 2],
          ],
          true,
        ),
      ),
    ).toEqual([])
    expect(findPersonalMetadata(Buffer.alloc(0))).toEqual([])
  })

  it('sees a position in either byte order', () => {
    for (const little of [false, true]) {
      expect(findPersonalMetadata(tiff([[0x8825, 4, 1, 26]], little))).toEqual(['gps', 'exif'])
    }
  })

  it('does not stumble over blocks that are none', () => {
    const blocks = Buffer.from('II*\0\x08\0\0\0\xff\xffMM\0*\0\0\0\x08\0\x01\xff\xff\xff\xffMM\0*', 'latin1')
    expect(findPersonalMetadata(Buffer.concat(Array.from({ length: 20_000 }, () => blocks)))).toEqual([])
  })
})
