/** A box of ISO base media (ISO/IEC 14496-12, section 4.2): `data` is behind its size and type. */
export interface Box {
  readonly type: string
  readonly start: number
  readonly data: number
  readonly end: number
}

/** A range of the file. */
export interface Extent {
  readonly start: number
  readonly end: number
}

/** More than any picture has; a file with more of them is not read, so that counts that lie cost nothing. */
const MAX_BOXES = 256
const MAX_ITEMS = 4096
const MAX_EXTENTS = 65_536

const XMP_TYPE = 'application/rdf+xml'

/** The boxes between two offsets; undefined unless they fill the range to the byte. */
export function boxes(source: Buffer, from: number, to: number, most = MAX_BOXES): readonly Box[] | undefined {
  const found: Box[] = []
  for (let at = from; at < to;) {
    if (at + 8 > to || found.length === most) return undefined
    const size = source.readUInt32BE(at)
    // 1: the size stands behind the type, in eight bytes. 0: up to the end of the file.
    if (size === 1 && at + 16 > to) return undefined
    const data = at + (size === 1 ? 16 : 8)
    const end = size === 0 ? to : at + (size === 1 ? Number(source.readBigUInt64BE(at + 8)) : size)
    if (end < data || end > to) return undefined
    found.push({ type: source.toString('latin1', at + 4, at + 8), start: at, data, end })
    at = end
  }
  return found
}

/**
 * @param info the `iinf` box
 * @returns the items that hold EXIF or XMP, by number; undefined where the list is not understood
 */
export function personalItems(source: Buffer, info: Box): ReadonlyMap<number, 'exif' | 'xmp'> | undefined {
  if (info.end - info.data < 8) return undefined
  const wide = source.readUInt8(info.data) > 0
  const count = wide ? source.readUInt32BE(info.data + 4) : source.readUInt16BE(info.data + 4)
  let at = info.data + (wide ? 8 : 6)
  if (count > MAX_ITEMS) return undefined
  const found = new Map<number, 'exif' | 'xmp'>()
  for (let index = 0; index < count; index++) {
    if (at + 12 > info.end) return undefined
    const end = at + source.readUInt32BE(at)
    const version = source.readUInt8(at + 8)
    if (end > info.end || source.toString('latin1', at + 4, at + 8) !== 'infe' || version < 2 || version > 3)
      return undefined
    const number = at + 12
    const type = number + (version === 3 ? 6 : 4)
    if (type + 4 > end) return undefined
    const id = version === 3 ? source.readUInt32BE(number) : source.readUInt16BE(number)
    const name = source.toString('latin1', type, type + 4)
    if (name === 'Exif') found.set(id, 'exif')
    else if (name === 'mime') {
      // The item's name, then its content type, each ended by a NUL.
      const nameEnd = source.indexOf(0, type + 4)
      if (nameEnd >= 0 && nameEnd < end && source.toString('latin1', nameEnd + 1, end).startsWith(XMP_TYPE)) {
        found.set(id, 'xmp')
      }
    }
    at = end
  }
  return at === info.end ? found : undefined
}

/**
 * @param location the `iloc` box
 * @param store the `idat` box, which some items count their offsets in
 * @returns where in the file each item's bytes are; undefined where one is not in this file or the list is not understood
 */
export function itemPlaces(
  source: Buffer,
  location: Box,
  store: Box | undefined,
): ReadonlyMap<number, readonly Extent[]> | undefined {
  const version = source[location.data] ?? 255
  if (version > 2 || location.end - location.data < 8) return undefined
  let at = location.data + 4
  let lies = false
  /** The next number; after the end of the box everything is 0 and the list a lie. */
  const next = (bytes: number): number => {
    const from = at
    at += bytes
    if (at > location.end) lies = true
    if (lies || bytes === 0) return 0
    return bytes === 8 ? Number(source.readBigUInt64BE(from)) : source.readUIntBE(from, bytes)
  }
  const sizes = next(2)
  const [offsetBytes = 0, lengthBytes = 0, baseBytes = 0, indexBytes = 0] = [12, 8, 4, 0].map(
    (shift) => (sizes >> shift) & 15,
  )
  if (![offsetBytes, lengthBytes, baseBytes, indexBytes].every((bytes) => [0, 4, 8].includes(bytes))) return undefined

  const places = new Map<number, readonly Extent[]>()
  const count = next(version < 2 ? 2 : 4)
  if (count > MAX_ITEMS) return undefined
  let total = 0
  for (let index = 0; index < count; index++) {
    const id = next(version < 2 ? 2 : 4)
    const method = version > 0 ? next(2) & 15 : 0
    const elsewhere = next(2)
    const base = next(baseBytes)
    const extents = next(2)
    total += extents
    if (lies || elsewhere !== 0 || method > 1 || total > MAX_EXTENTS || places.has(id)) return undefined
    if (method === 1 && store === undefined) return undefined
    const origin = base + (method === 1 ? (store?.data ?? 0) : 0)
    const found: Extent[] = []
    for (let extent = 0; extent < extents; extent++) {
      if (version > 0) next(indexBytes)
      const start = origin + next(offsetBytes)
      const end = start + next(lengthBytes)
      // An extent without a length reaches to the end of the file; where no length is listed, it also takes no room.
      if (lies || end > source.length || end === start) return undefined
      found.push({ start, end })
    }
    places.set(id, found)
  }
  return at === location.end ? places : undefined
}
