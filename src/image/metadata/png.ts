import { crc32 } from './crc32.ts'
import { minimalTiff, readOrientation } from './exif.ts'
import { createOutput } from './output.ts'
import type { Removed } from './removed.ts'

const SIGNATURE = Buffer.from('\x89PNG\r\n\x1a\n', 'latin1')
/** Length, type and CRC around the data of a chunk. */
const CHUNK_FRAME_BYTES = 12

const CRITICAL: ReadonlySet<string> = new Set(['IHDR', 'PLTE', 'IDAT', 'IEND'])

/** Ancillary chunks that a decoder or a browser shows the picture by (PNG third edition, sections 11.3 and 12). */
const SHOWN: ReadonlySet<string> = new Set([
  'tRNS',
  'cHRM',
  'gAMA',
  'iCCP',
  'sBIT',
  'sRGB',
  'cICP',
  'mDCV',
  'cLLI',
  // Spelled this way in the drafts, and still written so.
  'mDCv',
  'cLLi',
  'bKGD',
  'hIST',
  'pHYs',
  'sTER',
  'acTL',
  'fcTL',
  'fdAT',
])

const NAMES: Readonly<Record<string, string>> = {
  eXIf: 'exif',
  // Written before eXIf was registered.
  zxIf: 'exif',
  tEXt: 'text',
  zTXt: 'text',
  iTXt: 'text',
  tIME: 'time',
}

/**
 * Cuts a PNG or APNG down to what display needs; `cutMetadata` says what that is.
 *
 * @returns the new file and the names of what went; undefined where the structure is not understood
 */
export function cutPng(source: Buffer): Removed | undefined {
  if (source.length < SIGNATURE.length || source.compare(SIGNATURE, 0, SIGNATURE.length, 0, SIGNATURE.length) !== 0) {
    return undefined
  }
  const output = createOutput(source)
  const removed = new Set<string>()
  output.keep(0, SIGNATURE.length)
  let previous = ''
  let dataSeen = false
  let exifSeen = false

  for (let at = SIGNATURE.length; at + CHUNK_FRAME_BYTES <= source.length;) {
    const data = at + 8
    const dataEnd = data + source.readUInt32BE(at)
    const end = dataEnd + 4
    if (end > source.length) return undefined
    const type = source.toString('latin1', at + 4, data)
    const pictureData = type === 'IDAT' || type === 'fdAT'
    // Picture data is copied unread, so its checksum is not our business; whatever we judge must be what was written.
    if (!/^[A-Za-z]{4}$/.test(type)) return undefined
    if (!pictureData && crc32(source, at + 4, dataEnd) !== source.readUInt32BE(dataEnd)) return undefined
    if ((previous === '') !== (type === 'IHDR')) return undefined
    if (type === 'IDAT' && dataSeen && previous !== 'IDAT') return undefined
    dataSeen ||= type === 'IDAT'

    if (CRITICAL.has(type) || SHOWN.has(type)) {
      output.keep(at, end)
    } else if (isCritical(type)) {
      return undefined
    } else {
      const name = NAMES[type] ?? 'private chunk'
      // As in a JPEG the first one is the one that counts.
      const orientation = type === 'eXIf' && !exifSeen ? readOrientation(source.subarray(data, dataEnd)) : undefined
      exifSeen ||= type === 'eXIf'
      if (orientation === undefined || output.replace(at, end, pngChunk(type, minimalTiff(orientation))))
        removed.add(name)
    }

    if (type === 'IEND') {
      if (dataEnd !== data || !dataSeen) return undefined
      if (end < source.length) removed.add('trailing data')
      return { bytes: output.done(), removed: [...removed] }
    }
    previous = type
    at = end
  }
  return undefined
}

/** A chunk whose type starts with a capital changes what all the others mean (PNG third edition, section 5.4). */
function isCritical(type: string): boolean {
  return type.charCodeAt(0) < 0x60
}

function pngChunk(type: string, data: Buffer): Buffer {
  const chunk = Buffer.alloc(data.length + CHUNK_FRAME_BYTES)
  chunk.writeUInt32BE(data.length, 0)
  chunk.write(type, 4, 'latin1')
  data.copy(chunk, 8)
  chunk.writeUInt32BE(crc32(chunk, 4, data.length + 8), data.length + 8)
  return chunk
}
