import sharp from 'sharp'
import { cutMetadata } from '../../../src/image/metadata/cut.ts'
import { personalAvif, SECRET } from './samples.ts'

const cut = (bytes: Buffer): ReturnType<typeof cutMetadata> => cutMetadata(bytes, 'heif')

/** Changes the four bytes that stand `offset` behind the first occurrence of a box type. */
function patch(source: Buffer, type: string, offset: number, value: number): Buffer {
  const bytes = Buffer.from(source)
  bytes.writeUInt32BE(value, bytes.indexOf(type, 0, 'latin1') + offset)
  return bytes
}

describe('cutting an AVIF', () => {
  it('blanks EXIF and XMP in place: no byte moves', async () => {
    const source = await personalAvif()
    const { bytes, removed } = cut(source)
    expect([...removed].sort()).toEqual(['exif', 'xmp'])
    expect(bytes).toHaveLength(source.length)
    const differing = [...bytes.keys()].filter((at) => bytes[at] !== source[at])
    expect(Math.min(...differing)).toBeGreaterThan(source.indexOf('mdat', 0, 'latin1'))
  })

  it('leaves blocks that readers take for empty rather than for damaged', async () => {
    const { bytes } = cut(await personalAvif())
    const { exif, xmp } = await sharp(bytes, { failOn: 'warning' }).metadata()
    expect(exif?.toString('latin1', 0, 24)).toContain('MM\0*\0\0\0\x08\0\0')
    expect(xmp?.toString('latin1').trim()).toBe('<x:xmpmeta xmlns:x="adobe:ns:meta/"/>')
  })

  it.each<[string, (source: Buffer) => Buffer]>([
    ['is cut short', (source) => source.subarray(0, -1)],
    ['has bytes behind its boxes', (source) => Buffer.concat([source, Buffer.from(SECRET)])],
    ['holds a film', (source) => Buffer.concat([source, Buffer.from('\0\0\0\x08moov', 'latin1')])],
    [
      'has a box that is not of a still picture',
      (source) => Buffer.concat([source, Buffer.from('\0\0\0\x0cmpvd1234', 'latin1')]),
    ],
    ['has two lists of items', (source) => Buffer.concat([source, Buffer.from('\0\0\0\x0cmeta\0\0\0\0', 'latin1')])],
    ['counts more items than it lists', (source) => patch(source, 'iinf', 6, 0x0fff0000)],
    ['counts items without end', (source) => patch(source, 'iloc', 10, 0xffffffff)],
    ['has a list of places that ends early', (source) => patch(source, 'iloc', -4, 16)],
    [
      'has extents without length',
      (source) => patch(source, 'iloc', 8, 0x40000000 + source.readUInt16BE(source.indexOf('iloc') + 10)),
    ],
  ])('leaves a file alone that %s', async (_, damage) => {
    const source = damage(await personalAvif())
    const result = cut(source)
    expect(result).toEqual({ bytes: source, changed: false, removed: [], understood: false })
    expect(result.bytes).toBe(source)
  })

  it('never blanks bytes that another item claims, or that lie outside of the data', async () => {
    const source = await personalAvif()
    const list = source.indexOf('iloc', 0, 'latin1')
    // Every four bytes of the list in turn: offsets and lengths that lead into the picture, the boxes or nowhere.
    let compared = 0
    const end = list - 4 + source.readUInt32BE(list - 4)
    for (let at = list + 12; at + 4 <= end; at += 2) {
      for (const change of [1, -1, 40, -300, 5000]) {
        const bad = Buffer.from(source)
        bad.writeInt32BE(bad.readInt32BE(at) + change, at)
        const result = cut(bad)
        if (!result.changed) continue
        const before = await sharp(bad)
          .raw()
          .toBuffer()
          .catch(() => undefined)
        if (before === undefined) continue
        expect((await sharp(result.bytes).raw().toBuffer()).equals(before)).toBe(true)
        compared++
      }
    }
    expect(compared).toBeGreaterThan(0)
  })
})
