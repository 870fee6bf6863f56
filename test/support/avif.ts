import sharp from 'sharp'

/** One coded picture and the header that stands apart from it. */
export interface Coded {
  av1C: Buffer
  data: Buffer
}

/** A picture of one colour, coded. */
export async function coded(width: number, height: number, background = '#336699'): Promise<Coded> {
  const file = await sharp({ create: { width, height, channels: 3, background } })
    .avif({ effort: 0, quality: 50, chromaSubsampling: '4:2:0' })
    .toBuffer()
  const at = file.indexOf('av1C')
  const mdat = file.indexOf('mdat')
  return { av1C: file.subarray(at + 4, at - 4 + file.readUInt32BE(at - 4)), data: file.subarray(mdat + 4) }
}

export interface Item {
  id: number
  type: 'av01' | 'grid'
  /** As `ispe` says; several where it says several. None: no such property. */
  sizes: readonly (readonly [width: number, height: number])[]
  av1C?: Buffer
  data: Buffer
  hidden?: true
  /** In so many extents. */
  parts?: number
  /** Where in all data, instead of data of its own. */
  place?: { start: number; length: number }
}

export interface Reference {
  type: 'dimg' | 'auxl' | 'thmb'
  from: number
  to: readonly number[]
}

export interface File {
  primary: number
  items: readonly Item[]
  references?: readonly Reference[]
  /** In front of all properties, with nothing that refers to them. */
  decoys?: readonly (readonly [width: number, height: number])[]
  /** `mdat` in front of `meta`. */
  dataFirst?: true
}

export function box(type: string, ...data: Buffer[]): Buffer {
  const body = Buffer.concat(data)
  return Buffer.concat([u32(8 + body.length), Buffer.from(type, 'latin1'), body])
}

const u8 = (...values: number[]) => Buffer.from(values)
const u16 = (...values: number[]) => Buffer.from(values.flatMap((value) => [value >> 8, value & 255]))
const u32 = (...values: number[]) =>
  Buffer.concat(values.map((value) => Buffer.from(u16(value >>> 16, value & 0xffff))))
const text = (value: string) => Buffer.from(value, 'latin1')
const full = (type: string, flags: number, ...data: Buffer[]) => box(type, u32(flags), ...data)
const ispe = ([width, height]: readonly [number, number]) => full('ispe', 0, u32(width, height))

/** What a grid item holds. */
export function grid(columns: number, rows: number, width: number, height: number): Buffer {
  return Buffer.concat([u8(0, 1, rows - 1, columns - 1), u32(width, height)])
}

/** An AVIF put together by hand, so that any part of it can say anything. ISO/IEC 23008-12 */
export function avifFile({ primary, items, references = [], decoys = [], dataFirst }: File): Buffer {
  const properties = decoys.map(ispe)
  const associations = items.map(({ id, sizes, av1C }) => {
    const own = [...sizes.map(ispe), ...(av1C === undefined ? [] : [box('av1C', av1C)])]
    own.push(full('pixi', 0, u8(3, 8, 8, 8)))
    const indexes = own.map((property) => properties.push(property))
    return Buffer.concat([u16(id), u8(indexes.length), u8(...indexes)])
  })
  const head = box('ftyp', text('avif\0\0\0\0avifmif1miaf'))
  const links = references.map(({ type, from, to }) => box(type, u16(from, to.length, ...to)))
  const metaAt = (dataAt: number): Buffer => {
    let at = dataAt
    const places = items.map(({ id, data, place, parts = 1 }) => {
      if (place !== undefined) return Buffer.concat([u16(id, 0, 1), u32(dataAt + place.start, place.length)])
      const step = Math.ceil(data.length / parts)
      const extents = Array.from({ length: parts }, (_, part) => {
        const length = Math.min(step, data.length - part * step)
        const extent = u32(at, length)
        at += length
        return extent
      })
      return Buffer.concat([u16(id, 0, parts), ...extents])
    })
    return full(
      'meta',
      0,
      full('hdlr', 0, u32(0), text('pict'), Buffer.alloc(13)),
      full('pitm', 0, u16(primary)),
      full('iloc', 0, u8(0x44, 0), u16(items.length), ...places),
      full(
        'iinf',
        0,
        u16(items.length),
        ...items.map(({ id, type, hidden }) =>
          full('infe', 0x02000000 + (hidden === true ? 1 : 0), u16(id, 0), text(type), u8(0)),
        ),
      ),
      box('iprp', box('ipco', ...properties), full('ipma', 0, u32(items.length), ...associations)),
      ...(links.length === 0 ? [] : [full('iref', 0, ...links)]),
    )
  }
  const data = box('mdat', ...items.map((item) => item.data))
  if (dataFirst === true) return Buffer.concat([head, data, metaAt(head.length + 8)])
  return Buffer.concat([head, metaAt(head.length + metaAt(0).length + 8), data])
}
