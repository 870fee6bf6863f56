import { boxes, itemPlaces } from '../../../src/image/metadata/heif-items.ts'

/** An `iloc` box of version 1 in which each of `count` items has one extent of eight bytes at 16. */
function places(count: number, sizes = 0x4400): ReturnType<typeof itemPlaces> {
  const head = Buffer.from([1, 0, 0, 0, sizes >> 8, sizes & 0xff, count >> 8, count & 0xff])
  const items = Array.from({ length: count }, (_, id) => {
    const item = Buffer.alloc(8 + (sizes >> 12) + ((sizes >> 8) & 15))
    item.writeUInt16BE(id, 0)
    item.writeUInt16BE(1, 6)
    if (item.length === 16) item.writeUInt32BE(16, 8)
    if (item.length === 16) item.writeUInt32BE(8, 12)
    return item
  })
  const list = Buffer.concat([head, ...items])
  const file = Buffer.concat([Buffer.from([0, 0, 0, 0, 0x69, 0x6c, 0x6f, 0x63]), list, Buffer.alloc(32)])
  return itemPlaces(file, { type: 'iloc', start: 0, data: 8, end: 8 + list.length }, undefined)
}

describe('the list of where items are', () => {
  it('gives a range of the file for each item', () => {
    expect(places(2)).toEqual(
      new Map([
        [0, [{ start: 16, end: 24 }]],
        [1, [{ start: 16, end: 24 }]],
      ]),
    )
  })

  it('is not read when it is longer than that of any picture', () => {
    expect(places(4096)?.size).toBe(4096)
    expect(places(4097)).toBeUndefined()
  })

  it('is not read when its extents have no length: they would take no room and never end', () => {
    expect(places(2, 0x4000)).toBeUndefined()
  })

  it('is not read when its numbers have a size that none may have', () => {
    expect(places(2, 0x3400)).toBeUndefined()
  })
})

describe('boxes', () => {
  const box = (size: number, type: string, rest = ''): Buffer => {
    const bytes = Buffer.from(`\0\0\0\0${type}${rest}`, 'latin1')
    bytes.writeUInt32BE(size, 0)
    return bytes
  }

  it('may have a size of eight bytes, or reach to the end', () => {
    const file = Buffer.concat([box(1, 'free', '\0\0\0\0\0\0\0\x12ab'), box(0, 'mdat', 'xyz')])
    expect(boxes(file, 0, file.length)).toEqual([
      { type: 'free', start: 0, data: 16, end: 18 },
      { type: 'mdat', start: 18, data: 26, end: 29 },
    ])
  })

  it.each<[string, Buffer]>([
    ['shorter than their heads', box(7, 'free')],
    ['longer than the file', box(9, 'free')],
    ['longer than numbers go', box(1, 'free', '\xff\xff\xff\xff\xff\xff\xff\xff')],
    ['cut in their heads', box(1, 'free', '\0\0')],
    ['more than any picture has', Buffer.concat(Array.from({ length: 257 }, () => box(8, 'free')))],
  ])('are not understood when they are %s', (_, file) => {
    expect(boxes(file, 0, file.length)).toBeUndefined()
  })
})
