/**
 * The fields of EXIF that say how a picture was taken and is to be shown. Not among them on purpose: where, when, by whom and
 * with which camera. What this answers is stored for everybody, and the pictures beside it have all of that cut.
 * (EXIF 2.32, section 4.6)
 */
const SHOWN: ReadonlyMap<number, string> = new Map([
  [0x0112, 'Orientation'],
  [0x011a, 'XResolution'],
  [0x011b, 'YResolution'],
  [0x0128, 'ResolutionUnit'],
  [0x0213, 'YCbCrPositioning'],
  [0x829a, 'ExposureTime'],
  [0x829d, 'FNumber'],
  [0x8822, 'ExposureProgram'],
  [0x8827, 'ISOSpeedRatings'],
  [0x9201, 'ShutterSpeedValue'],
  [0x9202, 'ApertureValue'],
  [0x9203, 'BrightnessValue'],
  [0x9204, 'ExposureBiasValue'],
  [0x9205, 'MaxApertureValue'],
  [0x9207, 'MeteringMode'],
  [0x9208, 'LightSource'],
  [0x9209, 'Flash'],
  [0x920a, 'FocalLength'],
  [0xa001, 'ColorSpace'],
  [0xa002, 'PixelXDimension'],
  [0xa003, 'PixelYDimension'],
  [0xa217, 'SensingMethod'],
  [0xa402, 'ExposureMode'],
  [0xa403, 'WhiteBalance'],
  [0xa404, 'DigitalZoomRatio'],
  [0xa405, 'FocalLengthIn35mmFilm'],
  [0xa406, 'SceneCaptureType'],
])

const EXIF_DIRECTORY = 0x8769
const ENTRY_BYTES = 12
/** BYTE, SHORT, LONG, RATIONAL, SLONG, SRATIONAL: bytes of one value. */
const BYTES_OF: Readonly<Record<number, number>> = { 1: 1, 3: 2, 4: 4, 5: 8, 9: 4, 10: 8 }
/** More values than any shown field has. */
const MOST_VALUES = 4

/**
 * Numbers as text; fractions as they are written, "1/250". Anything damaged is left out.
 * @param exif with or without the `Exif\0\0` in front
 */
export function exifFields(exif: Buffer): Record<string, string> {
  const tiff = exif.toString('latin1', 0, 4) === 'Exif' ? exif.subarray(6) : exif
  const little = tiff.toString('latin1', 0, 2) === 'II'
  const u16 = (at: number): number => (little ? tiff.readUInt16LE(at) : tiff.readUInt16BE(at))
  const u32 = (at: number): number => (little ? tiff.readUInt32LE(at) : tiff.readUInt32BE(at))
  const i32 = (at: number): number => (little ? tiff.readInt32LE(at) : tiff.readInt32BE(at))
  const one: Readonly<Record<number, (at: number) => string>> = {
    1: (at) => String(tiff.readUInt8(at)),
    3: (at) => String(u16(at)),
    4: (at) => String(u32(at)),
    5: (at) => `${u32(at)}/${u32(at + 4)}`,
    9: (at) => String(i32(at)),
    10: (at) => `${i32(at)}/${i32(at + 4)}`,
  }

  const fields: Record<string, string> = {}
  const readDirectory = (directory: number, nested: boolean): void => {
    const count = u16(directory)
    for (let i = 0; i < count; i++) {
      const entry = directory + 2 + i * ENTRY_BYTES
      const tag = u16(entry)
      if (tag === EXIF_DIRECTORY && !nested) readDirectory(u32(entry + 8), true)
      const name = SHOWN.get(tag)
      const type = u16(entry + 2)
      const read = one[type]
      const size = BYTES_OF[type]
      const values = u32(entry + 4)
      if (name === undefined || read === undefined || size === undefined || values === 0 || values > MOST_VALUES)
        continue
      const at = values * size <= 4 ? entry + 8 : u32(entry + 8)
      fields[name] = Array.from({ length: values }, (_, n) => read(at + n * size)).join(' ')
    }
  }
  try {
    if (tiff.length >= 8 && u16(2) === 42) readDirectory(u32(4), false)
  } catch (error) {
    // Reading past the end: the block is damaged from here on, what came before stands.
    if ((error as NodeJS.ErrnoException).code !== 'ERR_OUT_OF_RANGE') throw error
  }
  return fields
}
