import { type Box, boxes, type Extent, itemPlaces } from '../metadata/heif-items.ts'
import { largestFrame } from './av1.ts'

/** What an AVIF says it shows, and what has to be decoded for that. */
export interface AvifSize {
  /** The picture's own `ispe`: before it is turned or cut. */
  readonly width: number
  readonly height: number
  /** Of all that is decoded for it, as the coded pictures themselves say: its tiles, and the transparency of each. */
  readonly codedPixels: number
}

const MOST_ITEMS = 4096
const MOST_REFERENCES = 65_536
const MOST_TOP_LEVEL = 256
const MOST_ASSOCIATIONS = 65_536
/** Of all items together. A tile of a frame may be a unit of its own, and a frame has 4,096 at most. */
const MOST_UNITS = 20_000

/** Transparency doubles what is decoded, tiles stand out over the edges, and of a small picture one tile may be most. */
const CODED_SHARE = 4
const CODED_SPARE_PIXELS = 1_048_576

/**
 * Whether what is decoded is in proportion to what is shown. Memory is given for what is shown, and a decoder may find out
 * only when it has decoded what there is: a file that says 64 × 64 may hold a picture of 65,536 × 65,536.
 */
export function inProportion({ width, height, codedPixels }: AvifSize): boolean {
  return codedPixels <= CODED_SHARE * width * height + CODED_SPARE_PIXELS
}

/**
 * Follows the primary item through the boxes: what it is, its size, its tiles, its transparency.
 * ISO/IEC 23008-12, 6.5.3 and 6.6.2; ISO/IEC 14496-12, 8.11.
 * @returns undefined where that cannot be followed, or can be in more than one way: decoders may differ in what they take
 */
export function avifSize(source: Buffer): AvifSize | undefined {
  const file = itemsOf(source)
  const size = file?.sizes.get(file.primary)
  if (file === undefined || size === undefined || size.width * size.height === 0) return undefined
  const known = new Map<number, number | undefined>()
  const steps = { left: MOST_UNITS }
  /** Pixels decoded for an item; NaN where that cannot be told. */
  const coded = (id: number, depth: number): number => {
    if (!known.has(id)) {
      // Until it is known: whatever leads back to itself has no size.
      known.set(id, undefined)
      const own = file.types.get(id) === 'grid' ? gridPixels(id, depth) : codedPixels(file, id, steps)
      const planes = (file.planes.get(id) ?? []).map((plane) => (depth < 2 ? coded(plane, depth + 1) : Number.NaN))
      known.set(
        id,
        planes.reduce((sum, pixels) => sum + pixels, own),
      )
    }
    return known.get(id) ?? Number.NaN
  }
  const gridPixels = (id: number, depth: number): number => {
    const tiles = file.tiles.get(id) ?? []
    const grid = gridOf(source, file.places.get(id))
    if (grid === undefined || tiles.length !== grid.tiles || depth > 1) return Number.NaN
    // A tile that is shown twice is decoded twice.
    return Math.max(
      grid.pixels,
      tiles.reduce((sum, tile) => sum + (file.types.get(tile) === 'grid' ? Number.NaN : coded(tile, depth + 1)), 0),
    )
  }
  const pixels = coded(file.primary, 0)
  return Number.isNaN(pixels) ? undefined : { ...size, codedPixels: pixels }
}

interface Items {
  source: Buffer
  primary: number
  types: ReadonlyMap<number, string>
  places: ReadonlyMap<number, readonly Extent[]>
  /** Items that have one size, and their sizes. */
  sizes: ReadonlyMap<number, { width: number; height: number }>
  /** The coder's own headers, where they stand apart. */
  headers: ReadonlyMap<number, Extent>
  /** What a grid is put together from, and what belongs to an item besides: transparency, depth. */
  tiles: ReadonlyMap<number, readonly number[]>
  planes: ReadonlyMap<number, readonly number[]>
}

function itemsOf(source: Buffer): Items | undefined {
  const meta = only(topLevel(source), 'meta')
  const inner = meta && boxes(source, meta.data + 4, meta.end)
  const [first, info, location, props] = ['pitm', 'iinf', 'iloc', 'iprp'].map((type) => only(inner, type))
  if (inner === undefined || !first || !info || !location || !props) return undefined
  const stores = inner.filter(({ type }) => type === 'idat')
  const references = inner.filter(({ type }) => type === 'iref')
  if (stores.length > 1 || references.length > 1 || first.end - first.data < 6) return undefined
  const types = itemTypes(source, info)
  const places = itemPlaces(source, location, stores[0])
  const properties = propertiesOf(source, props)
  const links = linksOf(source, references[0])
  if (types === undefined || places === undefined || properties === undefined || links === undefined) return undefined
  const wide = source.readUInt8(first.data) > 0
  if (wide && first.end - first.data < 8) return undefined
  const primary = wide ? source.readUInt32BE(first.data + 4) : source.readUInt16BE(first.data + 4)
  return { source, primary, types, places, ...properties, ...links }
}

/** The boxes of a file up to the first that is none; what stands behind it is nobody's. */
function topLevel(source: Buffer): readonly Box[] | undefined {
  const found: Box[] = []
  for (let at = 0; at + 8 <= source.length;) {
    if (found.length === MOST_TOP_LEVEL) return undefined
    const [box] = boxes(source, at, nextEnd(source, at)) ?? []
    if (box === undefined) break
    found.push(box)
    at = box.end
  }
  return found
}

/** Where the box here says it ends; beyond the file where it says so. */
function nextEnd(source: Buffer, at: number): number {
  const size = source.readUInt32BE(at)
  if (size === 0) return source.length
  if (size > 1) return Math.min(at + size, source.length)
  return at + 16 <= source.length ? Math.min(at + Number(source.readBigUInt64BE(at + 8)), source.length) : at
}

function only(list: readonly Box[] | undefined, type: string): Box | undefined {
  const [found, ...more] = (list ?? []).filter((box) => box.type === type)
  return more.length === 0 ? found : undefined
}

/** `iinf`: what each item is. */
function itemTypes(source: Buffer, info: Box): ReadonlyMap<number, string> | undefined {
  if (info.end - info.data < 8) return undefined
  const start = info.data + (source.readUInt8(info.data) > 0 ? 8 : 6)
  const entries = boxes(source, start, info.end, MOST_ITEMS)
  if (entries === undefined) return undefined
  const types = new Map<number, string>()
  for (const { type, data, end } of entries) {
    const version = end - data < 12 ? 0 : source.readUInt8(data)
    if (type !== 'infe' || version < 2 || version > 3 || (version === 3 && end - data < 14)) return undefined
    const id = version === 3 ? source.readUInt32BE(data + 4) : source.readUInt16BE(data + 4)
    const at = data + (version === 3 ? 10 : 8)
    if (types.has(id)) return undefined
    types.set(id, source.toString('latin1', at, at + 4))
  }
  return types
}

/** `iprp`: the sizes and headers of items. An item with two sizes has none. */
function propertiesOf(source: Buffer, props: Box): Pick<Items, 'sizes' | 'headers'> | undefined {
  const parts = boxes(source, props.data, props.end)
  const container = only(parts, 'ipco')
  const list = container && boxes(source, container.data, container.end, MOST_ITEMS)
  if (parts === undefined || list === undefined) return undefined
  const sizes = new Map<number, { width: number; height: number }>()
  const headers = new Map<number, Extent>()
  const twice = new Set<number>()
  let total = 0
  for (const map of parts.filter(({ type }) => type === 'ipma')) {
    let at = map.data + 8
    if (at > map.end) return undefined
    const wideId = source.readUInt8(map.data) > 0
    const wideIndex = (source.readUInt8(map.data + 3) & 1) === 1
    const count = source.readUInt32BE(map.data + 4)
    for (let entry = 0; entry < count; entry++) {
      if (at + (wideId ? 5 : 3) > map.end) return undefined
      const id = wideId ? source.readUInt32BE(at) : source.readUInt16BE(at)
      at += wideId ? 4 : 2
      let left = source.readUInt8(at++)
      total += 1 + left
      if (total > MOST_ASSOCIATIONS || at + left * (wideIndex ? 2 : 1) > map.end) return undefined
      for (; left > 0; left--, at += wideIndex ? 2 : 1) {
        const index = wideIndex ? source.readUInt16BE(at) & 0x7fff : source.readUInt8(at) & 0x7f
        const box = list[index - 1]
        if (box?.type === 'av1C') headers.set(id, { start: Math.min(box.data + 4, box.end), end: box.end })
        if (box?.type !== 'ispe') continue
        if (box.end - box.data < 12) return undefined
        if (sizes.has(id)) twice.add(id)
        sizes.set(id, { width: source.readUInt32BE(box.data + 4), height: source.readUInt32BE(box.data + 8) })
      }
    }
  }
  twice.forEach((id) => sizes.delete(id))
  return { sizes, headers }
}

/** `iref`: which items are made of which. */
function linksOf(source: Buffer, references: Box | undefined): Pick<Items, 'tiles' | 'planes'> | undefined {
  const tiles = new Map<number, number[]>()
  const planes = new Map<number, number[]>()
  if (references === undefined) return { tiles, planes }
  if (references.end - references.data < 4) return undefined
  const idBytes = source.readUInt8(references.data) > 0 ? 4 : 2
  const list = boxes(source, references.data + 4, references.end, MOST_ITEMS)
  if (list === undefined) return undefined
  let total = 0
  for (const { type, data, end } of list) {
    if (end - data < idBytes + 2) return undefined
    const from = source.readUIntBE(data, idBytes)
    const count = source.readUInt16BE(data + idBytes)
    total += count
    if (total > MOST_REFERENCES || data + idBytes + 2 + count * idBytes > end) return undefined
    const to = Array.from({ length: count }, (_, index) =>
      source.readUIntBE(data + idBytes + 2 + index * idBytes, idBytes),
    )
    if (type === 'dimg') {
      if (tiles.has(from)) return undefined
      tiles.set(from, to)
    }
    if (type !== 'auxl') continue
    for (const id of to) {
      const known = planes.get(id)
      if (known === undefined) planes.set(id, [from])
      else known.push(from)
    }
  }
  return { tiles, planes }
}

/** What a grid is made of: how many tiles, and how large it is when put together. */
function gridOf(source: Buffer, places: readonly Extent[] = []): { tiles: number; pixels: number } | undefined {
  const [place, ...more] = places
  if (place === undefined || more.length > 0 || place.end - place.start < 8) return undefined
  const wide = (source.readUInt8(place.start + 1) & 1) === 1
  if (wide && place.end - place.start < 12) return undefined
  const at = place.start + 4
  const [width, height] = wide
    ? [source.readUInt32BE(at), source.readUInt32BE(at + 4)]
    : [source.readUInt16BE(at), source.readUInt16BE(at + 2)]
  const tiles = (source.readUInt8(place.start + 2) + 1) * (source.readUInt8(place.start + 3) + 1)
  return { tiles, pixels: width * height }
}

/** Of a picture in AV1; NaN where it is none. */
function codedPixels({ source, types, places, headers }: Items, id: number, steps: { left: number }): number {
  if (types.get(id) !== 'av01') return Number.NaN
  const header = headers.get(id)
  const own = largestFrame(taking(source, places.get(id) ?? []), steps)
  if (own === undefined) return Number.NaN
  // The copy of the header in the item's properties may hold metadata only.
  const copy = header === undefined ? undefined : largestFrame(taking(source, [header]), steps)
  return Math.max(own.width * own.height, copy === undefined ? 0 : copy.width * copy.height)
}

/** Reads across the extents of an item, from front to back. */
function taking(source: Buffer, extents: readonly Extent[]): (at: number, count: number) => Buffer {
  let index = 0
  let before = 0
  const lengthOf = ({ start, end }: Extent) => end - start
  return (at, count) => {
    for (
      let extent = extents[index];
      extent !== undefined && at >= before + lengthOf(extent);
      extent = extents[index]
    ) {
      before += lengthOf(extent)
      index++
    }
    const parts: Buffer[] = []
    let left = count
    let from = at - before
    for (let next = index; left > 0; next++, from = 0) {
      const extent = extents[next]
      if (extent === undefined) break
      const part = source.subarray(extent.start + from, Math.min(extent.end, extent.start + from + left))
      parts.push(part)
      left -= part.length
    }
    return parts.length === 1 ? (parts[0] ?? source.subarray(0, 0)) : Buffer.concat(parts)
  }
}
