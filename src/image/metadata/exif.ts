/**
 * The one fact of an EXIF block that display needs: how the picture is turned.
 * `type` is the TIFF type it was written with (1 BYTE, 3 SHORT, 4 LONG); some readers take only SHORT, so it is carried over.
 */
export interface Orientation {
  readonly value: number
  readonly type: number
}

const ORIENTATION_TAG = 0x0112
const ENTRY_BYTES = 12

/** Size of what `minimalTiff` makes: header, entry count, one entry, offset of the next directory. */
export const MINIMAL_TIFF_BYTES = 8 + 2 + ENTRY_BYTES + 4

/**
 * Reads the orientation from the first directory of a TIFF block (TIFF 6.0, section 2; EXIF 2.32, section 4.6.4).
 *
 * @param tiff bytes from the byte order mark on; anything at all is taken
 * @returns undefined where there is none, where it is 1 (nothing to turn) or not legal, or where the block is damaged
 */
export function readOrientation(tiff: Buffer): Orientation | undefined {
  if (tiff.length < 8) return undefined
  const order = tiff.readUInt16BE(0)
  if (order !== 0x4949 && order !== 0x4d4d) return undefined
  const little = order === 0x4949
  const u16 = (at: number): number => (little ? tiff.readUInt16LE(at) : tiff.readUInt16BE(at))
  const u32 = (at: number): number => (little ? tiff.readUInt32LE(at) : tiff.readUInt32BE(at))

  if (u16(2) !== 42) return undefined
  const directory = u32(4)
  if (directory + 2 > tiff.length) return undefined
  const count = u16(directory)
  for (let index = 0; index < count; index++) {
    const entry = directory + 2 + index * ENTRY_BYTES
    if (entry + ENTRY_BYTES > tiff.length) return undefined
    if (u16(entry) !== ORIENTATION_TAG) continue
    const type = u16(entry + 2)
    if (u32(entry + 4) !== 1) return undefined
    const value = type === 3 ? u16(entry + 8) : type === 4 ? u32(entry + 8) : type === 1 ? tiff.readUInt8(entry + 8) : 1
    return value >= 2 && value <= 8 ? { value, type } : undefined
  }
  return undefined
}

/** A TIFF block that holds the orientation and nothing else, big-endian. */
export function minimalTiff({ value, type }: Orientation): Buffer {
  const tiff = Buffer.alloc(MINIMAL_TIFF_BYTES)
  tiff.write('MM\0*', 'latin1')
  tiff.writeUInt32BE(8, 4)
  tiff.writeUInt16BE(1, 8)
  tiff.writeUInt16BE(ORIENTATION_TAG, 10)
  tiff.writeUInt16BE(type, 12)
  tiff.writeUInt32BE(1, 14)
  // A value shorter than four bytes stands at the left of its field.
  if (type === 1) tiff.writeUInt8(value, 18)
  else if (type === 3) tiff.writeUInt16BE(value, 18)
  else tiff.writeUInt32BE(value, 18)
  return tiff
}
