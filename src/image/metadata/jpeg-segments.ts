import type { JpegSegment } from './jpeg-walk.ts'

/** What a segment holds. 'coding' is everything the decoder needs: frames, tables, scans. */
export type SegmentKind =
  | 'coding'
  | 'jfif'
  | 'thumbnail'
  | 'exif'
  | 'xmp'
  | 'extended xmp'
  | 'icc'
  | 'gain map'
  | 'pictures'
  | 'iptc'
  | 'adobe'
  | 'comment'
  | 'application data'

const COM = 0xfe

/** What the payload of an APPn segment begins with, and its kind. APP13 is Photoshop's whatever it begins with. */
const SIGNATURES: readonly { marker: number; begins: Buffer; kind: SegmentKind }[] = [
  { marker: 0xe0, begins: latin1('JFIF\0'), kind: 'jfif' },
  { marker: 0xe0, begins: latin1('JFXX\0'), kind: 'thumbnail' },
  { marker: 0xe1, begins: latin1('Exif\0'), kind: 'exif' },
  { marker: 0xe1, begins: latin1('http://ns.adobe.com/xap/1.0/\0'), kind: 'xmp' },
  { marker: 0xe1, begins: latin1('http://ns.adobe.com/xmp/extension/\0'), kind: 'extended xmp' },
  // A NUL follows, but libvips does not look at it: what it reads as a profile has to stay one.
  { marker: 0xe2, begins: latin1('ICC_PROFILE'), kind: 'icc' },
  { marker: 0xe2, begins: latin1('urn:iso:std:iso:ts:21496:-1\0'), kind: 'gain map' },
  { marker: 0xe2, begins: latin1('MPF\0'), kind: 'pictures' },
  { marker: 0xed, begins: latin1(''), kind: 'iptc' },
  { marker: 0xee, begins: latin1('Adobe'), kind: 'adobe' },
]

export const EXIF_PREFIX = latin1('Exif\0\0')
export const XMP_PREFIX = latin1('http://ns.adobe.com/xap/1.0/\0')
export const PICTURES_PREFIX = latin1('MPF\0')

/** Tells what a segment holds from its marker and the first bytes of its payload. */
export function segmentKind(source: Buffer, { marker, payload, payloadEnd }: JpegSegment): SegmentKind {
  if (marker === COM) return 'comment'
  if (marker < 0xe0 || marker > 0xef) return 'coding'
  const known = SIGNATURES.find(
    ({ marker: wanted, begins }) =>
      wanted === marker &&
      payloadEnd - payload >= begins.length &&
      source.compare(begins, 0, begins.length, payload, payload + begins.length) === 0,
  )
  return known?.kind ?? 'application data'
}

/** A whole segment: marker, length, payload (at most 65,533 bytes). */
export function jpegSegment(marker: number, payload: Buffer): Buffer {
  const head = Buffer.from([0xff, marker, 0, 0])
  head.writeUInt16BE(payload.length + 2, 2)
  return Buffer.concat([head, payload])
}

function latin1(text: string): Buffer {
  return Buffer.from(text, 'latin1')
}
