import { boxes, itemPlaces, personalItems } from '../../../src/image/metadata/heif-items.ts'

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

/** An `iloc` box of version 1 with one item: id, method, file it is in, extents given as start and length. */
function onePlace({ method = 0, elsewhere = 0, extents = [[16, 8]], ids = [1], cut = 0, store = false }): unknown {
  const numbers: [value: number, bytes: number][] = [
    [1, 1],
    [0, 3],
    [0x4400, 2],
    [ids.length, 2],
  ]
  for (const id of ids) {
    numbers.push([id, 2], [method, 2], [elsewhere, 2], [extents.length, 2])
    for (const [start = 0, length = 0] of extents) numbers.push([start, 4], [length, 4])
  }
  const list = Buffer.concat(
    numbers.map(([value, bytes]) => {
      const part = Buffer.alloc(bytes)
      part.writeUIntBE(value, 0, bytes)
      return part
    }),
  )
  const file = Buffer.concat([Buffer.alloc(8), list, Buffer.alloc(64)])
  const box = { type: 'iloc', start: 0, data: 8, end: 8 + list.length - cut }
  return itemPlaces(file, box, store ? { type: 'idat', start: 0, data: 8, end: file.length } : undefined)
}

describe('one item in the list of where items are', () => {
  it('is understood as it should be', () => {
    expect(onePlace({})).toEqual(new Map([[1, [{ start: 16, end: 24 }]]]))
    expect(onePlace({ method: 1, store: true })).toEqual(new Map([[1, [{ start: 24, end: 32 }]]]))
  })

  it.each([
    ['is in another file', { elsewhere: 1 }],
    ['is made of other items', { method: 2, store: true }],
    ['is in a store that is not there', { method: 1 }],
    ['is listed twice', { ids: [1, 1] }],
    ['reaches behind the file', { extents: [[16, 8000]] }],
    ['has more extents than any has', { extents: Array.from({ length: 40_000 }, () => [16, 8]), ids: [1, 2] }],
    ['ends behind its list', { cut: 4 }],
  ])('that %s: the list is not read', (_, item) => expect(onePlace(item)).toBeUndefined())
})

describe('the list of items', () => {
  /** An `iinf` box with so many entries, or with a count of its own. */
  const items = (entries: readonly string[], count = entries.length, version = 2) => {
    const infos = entries.map((type, id) => {
      const info = Buffer.from(`\0\0\0\x15infe${String.fromCharCode(version)}\0\0\0\0\0\0\0${type}\0`, 'latin1')
      info.writeUInt16BE(id + 1, 12)
      return info
    })
    // A full box of version 1 counts in four bytes.
    const head = Buffer.alloc(16)
    head.writeUInt8(1, 8)
    head.writeUInt32BE(count, 12)
    const box = Buffer.concat([head, ...infos])
    return personalItems(box, { type: 'iinf', start: 0, data: 8, end: box.length })
  }

  it('tells which are personal', () => expect(items(['av01', 'Exif'])).toEqual(new Map([[2, 'exif']])))

  it.each([1, 4])('is not read where an entry is of a version nobody knows (%i)', (version) =>
    expect(items(['Exif'], 1, version)).toBeUndefined(),
  )

  it('is not read when it is longer than that of any picture', () => {
    const many = Array.from({ length: 4097 }, () => 'av01')
    expect(items(many.slice(1))).toEqual(new Map())
    expect(items(many)).toBeUndefined()
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
