import { minimalTiff, readOrientation } from './exif.ts'
import { type JpegSegment, walkJpeg } from './jpeg-walk.ts'
import { createOutput } from './output.ts'
import type { Removed } from './removed.ts'

const EXIF = Buffer.from('Exif\0\0', 'latin1')
const XMP = Buffer.from('http://ns.adobe.com/xap/1.0/\0', 'latin1')
const EXTENDED_XMP = Buffer.from('http://ns.adobe.com/xmp/extension/\0', 'latin1')
const ICC = Buffer.from('ICC_PROFILE\0', 'latin1')
const JFIF = Buffer.from('JFIF\0', 'latin1')
const JFXX = Buffer.from('JFXX\0', 'latin1')
const ADOBE = Buffer.from('Adobe', 'latin1')
const MPF = Buffer.from('MPF\0', 'latin1')

/** Version, unit, density, and the size of a thumbnail: what stands behind that size is the thumbnail. */
const JFIF_BYTES = 14
/** Version, two flag words and the colour transform. */
const ADOBE_BYTES = 12

/**
 * Cuts a JPEG down to what display needs; `cutMetadata` says what that is.
 *
 * @returns the new file and the names of what went; undefined where the structure is not understood
 */
export function cutJpeg(source: Buffer): Removed | undefined {
  const output = createOutput(source)
  const removed = new Set<string>()
  output.keep(0, 2)
  let exifSeen = false

  const end = walkJpeg(source, 0, (segment) => {
    const name = nameOf(source, segment)
    if (name === undefined) return output.keep(segment.start, segment.end)
    if (name === 'exif' && !exifSeen) {
      exifSeen = true
      // Readers (Chromium, libvips, measured 2025-11) take the first EXIF segment and ignore later ones, so that one decides.
      const orientation = readOrientation(source.subarray(segment.payload + EXIF.length, segment.payloadEnd))
      if (orientation !== undefined) {
        const part = jpegSegment(segment.marker, Buffer.concat([EXIF, minimalTiff(orientation)]))
        if (output.replace(segment.start, segment.end, part)) removed.add(name)
        return undefined
      }
    }
    if (name === 'thumbnail' && begins(source, segment, JFIF)) {
      const part = Buffer.from(source.subarray(segment.payload, segment.payload + JFIF_BYTES))
      part.fill(0, JFIF_BYTES - 2)
      output.add(jpegSegment(segment.marker, part))
    } else if (name === 'application data' && begins(source, segment, ADOBE) && segment.marker === 0xee) {
      output.add(jpegSegment(segment.marker, source.subarray(segment.payload, segment.payload + ADOBE_BYTES)))
    }
    removed.add(name)
    return undefined
  })
  if (end === undefined) return undefined
  output.keep(end - 2, end)
  if (end < source.length) removed.add('trailing data')
  return { bytes: output.done(), removed: [...removed] }
}

/** A whole segment: marker, length, payload (at most 65,533 bytes). */
export function jpegSegment(marker: number, payload: Buffer): Buffer {
  const head = Buffer.from([0xff, marker, 0, 0])
  head.writeUInt16BE(payload.length + 2, 2)
  return Buffer.concat([head, payload])
}

/** What a segment is called among the things removed; undefined for one that stays as it is. */
function nameOf(source: Buffer, segment: JpegSegment): string | undefined {
  const { marker, payload, payloadEnd } = segment
  if (marker === 0xfe) return 'comment'
  if (marker < 0xe0 || marker > 0xef) return undefined
  const bytes = payloadEnd - payload
  switch (marker) {
    case 0xe0:
      if (begins(source, segment, JFIF))
        return bytes <= JFIF_BYTES && !hasThumbnail(source, segment) ? undefined : 'thumbnail'
      return begins(source, segment, JFXX) ? 'thumbnail' : 'application data'
    case 0xe1:
      if (begins(source, segment, EXIF)) return 'exif'
      return begins(source, segment, XMP) || begins(source, segment, EXTENDED_XMP) ? 'xmp' : 'application data'
    case 0xe2:
      if (begins(source, segment, ICC)) return undefined
      return begins(source, segment, MPF) ? 'previews' : 'application data'
    case 0xed:
      return 'iptc'
    case 0xee:
      return begins(source, segment, ADOBE) && bytes <= ADOBE_BYTES ? undefined : 'application data'
    default:
      return 'application data'
  }
}

function hasThumbnail(source: Buffer, { payload, payloadEnd }: JpegSegment): boolean {
  return payloadEnd - payload === JFIF_BYTES && source.readUInt16BE(payload + JFIF_BYTES - 2) !== 0
}

function begins(source: Buffer, { payload, payloadEnd }: JpegSegment, prefix: Buffer): boolean {
  return (
    payloadEnd - payload >= prefix.length &&
    source.compare(prefix, 0, prefix.length, payload, payload + prefix.length) === 0
  )
}
