import type { Sniffed } from '../sniff.ts'
import type { ImageFormat, Media } from '../types.ts'

/** `x` compares as written, `?` matches any byte; text is Latin-1. */
interface Signature {
  contentType: string
  media: Media
  format?: ImageFormat
  /** Pairs of offset and bytes that must all be there. */
  parts: readonly (readonly [number, string])[]
}

function image(format: ImageFormat, contentType: string, ...parts: (readonly [number, string])[]): Signature {
  return { contentType, media: 'image', format, parts }
}

function other(media: Media, contentType: string, ...parts: (readonly [number, string])[]): Signature {
  return { contentType, media, parts }
}

// Sections 6.1, 6.2 and 6.3 of the WHATWG MIME Sniffing standard, then what it leaves out.
const SIGNATURES: readonly Signature[] = [
  image('jpeg', 'image/jpeg', [0, '\xff\xd8\xff']),
  image('png', 'image/png', [0, '\x89PNG\r\n\x1a\n']),
  image('gif', 'image/gif', [0, 'GIF87a']),
  image('gif', 'image/gif', [0, 'GIF89a']),
  image('webp', 'image/webp', [0, 'RIFF'], [8, 'WEBPVP']),
  image('ico', 'image/x-icon', [0, '\x00\x00\x01\x00']),
  image('ico', 'image/x-icon', [0, '\x00\x00\x02\x00']),
  image('tiff', 'image/tiff', [0, 'II*\x00']),
  image('tiff', 'image/tiff', [0, 'MM\x00*']),
  image('tiff', 'image/tiff', [0, 'II+\x00']),
  image('tiff', 'image/tiff', [0, 'MM\x00+']),
  image('jxl', 'image/jxl', [0, '\x00\x00\x00\x0cJXL \r\n\x87\n']),
  image('jxl', 'image/jxl', [0, '\xff\x0a']),
  image('jp2', 'image/jp2', [0, '\x00\x00\x00\x0cjP  \r\n\x87\n']),
  image('jp2', 'image/jp2', [0, '\xff\x4f\xff\x51']),
  other('image', 'image/vnd.adobe.photoshop', [0, '8BPS\x00']),
  other('image', 'image/qoi', [0, 'qoif']),
  other('image', 'image/aces', [0, '\x76\x2f\x31\x01']),
  other('image', 'image/vnd.ms-photo', [0, 'II\xbc\x01']),

  other('audio', 'audio/basic', [0, '.snd']),
  other('audio', 'audio/aiff', [0, 'FORM'], [8, 'AIF']),
  other('audio', 'audio/mpeg', [0, 'ID3']),
  other('audio', 'audio/ogg', [0, 'OggS\x00'], [28, '\x01vorbis']),
  other('audio', 'audio/ogg', [0, 'OggS\x00'], [28, 'OpusHead']),
  other('audio', 'audio/ogg', [0, 'OggS\x00'], [28, '\x7fFLAC']),
  other('audio', 'audio/midi', [0, 'MThd\x00\x00\x00\x06']),
  other('audio', 'audio/wav', [0, 'RIFF'], [8, 'WAVE']),
  other('audio', 'audio/flac', [0, 'fLaC']),
  other('audio', 'audio/amr', [0, '#!AMR']),
  other('video', 'video/ogg', [0, 'OggS\x00']),
  other('video', 'video/x-msvideo', [0, 'RIFF'], [8, 'AVI ']),
  other('video', 'video/x-flv', [0, 'FLV\x01']),
  other('video', 'video/mpeg', [0, '\x00\x00\x01\xba']),
  other('video', 'video/mpeg', [0, '\x00\x00\x01\xb3']),
  other('video', 'video/mp2t', [0, 'G'], [188, 'G'], [376, 'G']),
  other('video', 'video/x-ms-asf', [0, '\x30\x26\xb2\x75\x8e\x66\xcf\x11']),

  other('pdf', 'application/pdf', [0, '%PDF-']),
  other('other', 'application/postscript', [0, '%!PS-Adobe-']),
  other('other', 'application/zip', [0, 'PK\x03\x04']),
  other('other', 'application/vnd.rar', [0, 'Rar!\x1a\x07']),
]

function holds(bytes: Uint8Array, offset: number, text: string): boolean {
  if (bytes.length < offset + text.length) return false
  for (let i = 0; i < text.length; i++) if (bytes[offset + i] !== text.charCodeAt(i)) return false
  return true
}

// "BM" alone is how much text begins, so the size of the header that follows has to be one that exists.
const BMP_HEADER_BYTES = new Set([12, 16, 40, 52, 56, 64, 108, 124])

function isBmp(bytes: Uint8Array): boolean {
  return holds(bytes, 0, 'BM') && holds(bytes, 15, '\x00\x00\x00') && BMP_HEADER_BYTES.has(bytes[14] ?? 0)
}

/** EBML (https://www.rfc-editor.org/rfc/rfc8794): the DocType element is early in the header and says which of the two. */
function sniffEbml(bytes: Uint8Array): Sniffed | undefined {
  if (!holds(bytes, 0, '\x1a\x45\xdf\xa3')) return undefined
  const start = Buffer.from(bytes.subarray(0, 64)).toString('latin1')
  return { contentType: start.includes('webm') ? 'video/webm' : 'video/x-matroska', media: 'video' }
}

/** MPEG audio without an ID3 tag: an eleven-bit sync word and a header whose fields are all legal (layer, bit rate, rate). */
function sniffMpegAudio(bytes: Uint8Array): Sniffed | undefined {
  const [a, b, c] = bytes
  if (a !== 0xff || b === undefined || c === undefined || (b & 0xe0) !== 0xe0) return undefined
  const version = (b >> 3) & 3
  const layer = (b >> 1) & 3
  if (version !== 1 && layer === 0) return { contentType: 'audio/aac', media: 'audio' }
  const legal = version !== 1 && layer !== 0 && c >> 4 !== 15 && c >> 4 !== 0 && ((c >> 2) & 3) !== 3
  return legal ? { contentType: 'audio/mpeg', media: 'audio' } : undefined
}

/** Bytes that say at their start what they are. */
export function sniffSignature(bytes: Uint8Array): Sniffed | undefined {
  for (const { contentType, media, format, parts } of SIGNATURES) {
    if (parts.every(([offset, text]) => holds(bytes, offset, text)))
      return format === undefined ? { contentType, media } : { contentType, media, format }
  }
  if (isBmp(bytes)) return { contentType: 'image/bmp', media: 'image', format: 'bmp' }
  return sniffEbml(bytes) ?? sniffMpegAudio(bytes)
}
