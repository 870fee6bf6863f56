import { type Box, boxes, type Extent, itemPlaces, personalItems } from './heif-items.ts'
import type { Removed } from './removed.ts'

/** Top-level boxes of a still picture. Films, and what phones append (`mpvd`, `moov`, `uuid`), are not understood. */
const TOP_LEVEL: ReadonlySet<string> = new Set(['ftyp', 'meta', 'mdat', 'free', 'skip'])

/** An EXIF item: four bytes of offset, then a big-endian TIFF whose only directory is empty. Zeros alone would be damage. */
const EMPTY_EXIF = Buffer.from('\0\0\0\0MM\0*\0\0\0\x08\0\0\0\0\0\0', 'latin1')
/** XMP that says nothing; spaces follow. */
const EMPTY_XMP = Buffer.from('<x:xmpmeta xmlns:x="adobe:ns:meta/"/>', 'latin1')

/**
 * Blanks EXIF and XMP of a still AVIF or HEIC where they stand, so that no offset moves. Orientation and colour are
 * properties of the picture here (`irot`, `imir`, `colr`) rather than metadata, and are not touched.
 * Items: ISO/IEC 23008-12, annex A; their places: ISO/IEC 14496-12, section 8.11.3.
 *
 * @returns a file of the same length and the names of what went; undefined where the structure is not understood
 */
export function cutHeif(source: Buffer): Removed | undefined {
  const top = boxes(source, 0, source.length)
  if (top === undefined || top[0]?.type !== 'ftyp' || !top.every(({ type }) => TOP_LEVEL.has(type))) return undefined
  const [meta, ...more] = top.filter(({ type }) => type === 'meta')
  if (meta === undefined || more.length > 0) return undefined
  // A full box: four bytes of version and flags come first.
  const inner = boxes(source, meta.data + 4, meta.end)
  const info = inner?.find(({ type }) => type === 'iinf')
  const location = inner?.find(({ type }) => type === 'iloc')
  if (inner === undefined || info === undefined || location === undefined) return undefined
  const store = inner.find(({ type }) => type === 'idat')
  const personal = personalItems(source, info)
  const places = personal && itemPlaces(source, location, store)
  if (personal === undefined || places === undefined) return undefined

  const data = [...top.filter(({ type }) => type === 'mdat'), ...(store === undefined ? [] : [store])]
  if (!canBeBlanked(places, personal, data)) return undefined
  const bytes = Buffer.from(source)
  const removed = new Set<string>()
  for (const [id, name] of personal) {
    const extents = places.get(id) ?? []
    for (const { start, end } of extents) bytes.fill(name === 'xmp' ? ' ' : 0, start, end)
    const [first] = extents
    const empty = name === 'xmp' ? EMPTY_XMP : EMPTY_EXIF
    if (first !== undefined && first.end - first.start >= empty.length) empty.copy(bytes, first.start)
    if (extents.some(({ start, end }) => source.compare(bytes, start, end, start, end) !== 0)) removed.add(name)
  }
  return removed.size === 0 ? { bytes: source, removed: [] } : { bytes, removed: [...removed] }
}

/** Whether every byte of the personal items lies in the boxes of data and belongs to no other item. */
function canBeBlanked(
  places: ReadonlyMap<number, readonly Extent[]>,
  personal: ReadonlyMap<number, string>,
  data: readonly Box[],
): boolean {
  const all = [...places].flatMap(([id, extents]) => extents.map((extent) => ({ extent, blank: personal.has(id) })))
  all.sort((one, other) => one.extent.start - other.extent.start)
  let keptTo = 0
  let blankTo = 0
  for (const { extent, blank } of all) {
    if (extent.start < blankTo || (blank && extent.start < keptTo)) return false
    if (!blank) keptTo = Math.max(keptTo, extent.end)
    else if (data.some((box) => extent.start >= box.data && extent.end <= box.end)) blankTo = extent.end
    else return false
  }
  return true
}
