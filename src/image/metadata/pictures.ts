import { jpegSegment, PICTURES_PREFIX } from './jpeg-segments.ts'

/** A picture that the multi-picture index of a JPEG names. */
export interface IndexedPicture {
  /** The flags and type code as they were written. */
  readonly attributes: number
  /** Offset into the file. */
  readonly start: number
}

/** More pictures than any camera writes; a longer index is read up to here, so that a hostile one costs nothing. */
const MAX_PICTURES = 12
const ENTRY_BYTES = 16
const COUNT_TAG = 0xb001
const ENTRIES_TAG = 0xb002
/** Header, entry count, three entries, offset of the next directory: where the list of pictures begins in our index. */
const LIST_AT = 8 + 2 + 3 * 12 + 4
const INDEX_BYTES = LIST_AT + 2 * ENTRY_BYTES

/**
 * Reads a multi-picture index (CIPA DC-007, section 5.2).
 *
 * @param source the file
 * @param payload where the payload of its APP2 segment begins ("MPF" and a NUL)
 * @param payloadEnd where it ends
 * @returns the pictures, the primary one first; empty where the index is damaged. Whether anything is there is not looked at
 */
export function readPictures(source: Buffer, payload: number, payloadEnd: number): readonly IndexedPicture[] {
  const base = payload + PICTURES_PREFIX.length
  const index = source.subarray(base, payloadEnd)
  if (index.length < 8) return []
  const little = index.readUInt16BE(0) === 0x4949
  const u16 = (at: number): number => (little ? index.readUInt16LE(at) : index.readUInt16BE(at))
  const u32 = (at: number): number => (little ? index.readUInt32LE(at) : index.readUInt32BE(at))
  const directory = u32(4)
  if (u16(2) !== 42 || directory + 2 > index.length) return []

  let listAt = 0
  let listCount = 0
  for (let number = 0; number < u16(directory); number++) {
    const entry = directory + 2 + number * 12
    if (entry + 12 > index.length) return []
    if (u16(entry) !== ENTRIES_TAG) continue
    listCount = Math.min(MAX_PICTURES, Math.floor(u32(entry + 4) / ENTRY_BYTES))
    listAt = u32(entry + 8)
  }
  const pictures: IndexedPicture[] = []
  for (let number = 0; number < listCount; number++) {
    const at = listAt + number * ENTRY_BYTES
    if (at + ENTRY_BYTES > index.length) break
    // The first picture's offset is 0 by definition; all others count from the byte order mark.
    pictures.push({ attributes: u32(at), start: number === 0 ? 0 : base + u32(at + 8) })
  }
  return pictures
}

/** Room for `indexSegment`, to be filled once its numbers are known. */
export const INDEX_SEGMENT_BYTES = 4 + PICTURES_PREFIX.length + INDEX_BYTES

/**
 * The index of a primary picture and one more.
 *
 * @param at where this segment stands in the file
 * @param first the primary picture
 * @param second the other one; `start` is its offset in the file
 */
export function indexSegment(
  at: number,
  first: { attributes: number; bytes: number },
  second: { attributes: number; bytes: number; start: number },
): Buffer {
  const index = Buffer.alloc(INDEX_BYTES)
  index.write('MM\0*', 'latin1')
  index.writeUInt32BE(8, 4)
  index.writeUInt16BE(3, 8)
  const entry = (number: number, tag: number, type: number, count: number): number => {
    const entryAt = 10 + number * 12
    index.writeUInt16BE(tag, entryAt)
    index.writeUInt16BE(type, entryAt + 2)
    index.writeUInt32BE(count, entryAt + 4)
    return entryAt + 8
  }
  index.write('0100', entry(0, 0xb000, 7, 4), 'latin1')
  index.writeUInt32BE(2, entry(1, COUNT_TAG, 4, 1))
  index.writeUInt32BE(LIST_AT, entry(2, ENTRIES_TAG, 7, 2 * ENTRY_BYTES))

  const base = at + 4 + PICTURES_PREFIX.length
  index.writeUInt32BE(first.attributes, LIST_AT)
  index.writeUInt32BE(first.bytes, LIST_AT + 4)
  index.writeUInt32BE(second.attributes, LIST_AT + ENTRY_BYTES)
  index.writeUInt32BE(second.bytes, LIST_AT + ENTRY_BYTES + 4)
  index.writeUInt32BE(second.start - base, LIST_AT + ENTRY_BYTES + 8)
  return jpegSegment(0xe2, Buffer.concat([PICTURES_PREFIX, index]))
}
