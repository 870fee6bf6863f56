import { minimalTiff, readOrientation } from './exif.ts'
import { createOutput } from './output.ts'
import type { Removed } from './removed.ts'

const RIFF_HEAD_BYTES = 12
const CHUNK_HEAD_BYTES = 8
/** Frame position, size, duration and flags, before the chunks of the frame. */
const FRAME_HEAD_BYTES = 16
/** Where the flags byte of VP8X stands behind the start of its chunk. */
const FLAGS_AT = 8
const EXIF_FLAG = 0x08
const XMP_FLAG = 0x04
const EXIF_PREFIX = Buffer.from('Exif\0\0', 'latin1')

const PICTURE: ReadonlySet<string> = new Set(['VP8 ', 'VP8L', 'ANMF'])
const SHOWN: ReadonlySet<string> = new Set([...PICTURE, 'VP8X', 'ICCP', 'ANIM', 'ALPH'])
const SHOWN_IN_FRAME: ReadonlySet<string> = new Set(['VP8 ', 'VP8L', 'ALPH'])
const NAMES: Readonly<Record<string, string>> = { EXIF: 'exif', 'XMP ': 'xmp' }

interface Chunk {
  readonly type: string
  readonly start: number
  readonly data: number
  readonly dataEnd: number
  /** Behind the byte that pads an odd length. */
  readonly end: number
}

/**
 * Cuts a WebP, still or animated, down to what display needs; `cutMetadata` says what that is.
 * Container: RFC 9649, section 2.
 *
 * @returns the new file and the names of what went; undefined where the structure is not understood
 */
export function cutWebp(source: Buffer): Removed | undefined {
  if (source.length < RIFF_HEAD_BYTES || source.toString('latin1', 0, 4) !== 'RIFF') return undefined
  const fileEnd = CHUNK_HEAD_BYTES + source.readUInt32LE(4)
  if (source.toString('latin1', 8, RIFF_HEAD_BYTES) !== 'WEBP' || fileEnd > source.length) return undefined

  const output = createOutput(source)
  const removed = new Set<string>()
  output.keep(0, RIFF_HEAD_BYTES)
  let exifSeen = false
  let exifKept = false
  let extended = false
  let pictureSeen = false

  const understood = walkChunks(source, RIFF_HEAD_BYTES, fileEnd, (chunk, index) => {
    const { type, start, end } = chunk
    if (index === 0 && !(PICTURE.has(type) || type === 'VP8X')) return false
    if (type === 'VP8X') {
      if (index !== 0 || chunk.dataEnd - chunk.data !== 10) return false
      extended = true
    }
    pictureSeen ||= PICTURE.has(type)
    if (type === 'ANMF') return keepFrame(source, chunk, output, removed)
    if (SHOWN.has(type)) {
      output.keep(start, end)
      return true
    }
    const part = type === 'EXIF' && !exifSeen ? exifChunk(source, chunk) : undefined
    exifSeen ||= type === 'EXIF'
    exifKept ||= part !== undefined
    if (part === undefined || output.replace(start, end, part)) removed.add(NAMES[type] ?? 'private chunk')
    return true
  })
  if (!understood || !pictureSeen) return undefined
  if (fileEnd < source.length) removed.add('trailing data')

  const bytes = output.done()
  // A file whose only fault is a flag for something it does not have is left alone.
  if (bytes === source) return { bytes, removed: [] }
  const flagsAt = RIFF_HEAD_BYTES + FLAGS_AT
  if (extended) bytes.writeUInt8(bytes.readUInt8(flagsAt) & ~(exifKept ? XMP_FLAG : XMP_FLAG | EXIF_FLAG), flagsAt)
  bytes.writeUInt32LE(bytes.length - CHUNK_HEAD_BYTES, 4)
  return { bytes, removed: [...removed] }
}

/** Calls `visit` for each chunk until it answers false; true where the chunks fill the range to the byte. */
function walkChunks(
  source: Buffer,
  from: number,
  to: number,
  visit: (chunk: Chunk, index: number) => boolean,
): boolean {
  let at = from
  for (let index = 0; at < to; index++) {
    const data = at + CHUNK_HEAD_BYTES
    if (data > to) return false
    const dataEnd = data + source.readUInt32LE(at + 4)
    const end = dataEnd + ((dataEnd - data) % 2)
    if (end > to) return false
    if (!visit({ type: source.toString('latin1', at, at + 4), start: at, data, dataEnd, end }, index)) return false
    at = end
  }
  return true
}

/** A frame of an animation: what is neither its picture nor its alpha goes. */
function keepFrame(
  source: Buffer,
  frame: Chunk,
  output: ReturnType<typeof createOutput>,
  removed: Set<string>,
): boolean {
  if (frame.dataEnd - frame.data < FRAME_HEAD_BYTES) return false
  const parts: { start: number; end: number }[] = []
  let foreign = false
  const first = frame.data + FRAME_HEAD_BYTES
  const understood = walkChunks(source, first, frame.dataEnd, ({ type, start, end }) => {
    if (!SHOWN_IN_FRAME.has(type)) foreign = true
    else if (parts.length < 2) parts.push({ start, end })
    else return false
    return true
  })
  if (!understood) return false
  if (!foreign) {
    output.keep(frame.start, frame.end)
    return true
  }
  const head = Buffer.from(source.subarray(frame.start, first))
  const bytes = parts.reduce((sum, { start, end }) => sum + end - start, FRAME_HEAD_BYTES)
  head.writeUInt32LE(bytes, 4)
  output.add(head)
  for (const { start, end } of parts) output.keep(start, end)
  removed.add('private chunk')
  return true
}

/** The EXIF chunk with the orientation alone. Some writers carry JPEG's prefix over; it stays where it was. */
function exifChunk(source: Buffer, { data, dataEnd }: Chunk): Buffer | undefined {
  const prefixed = source.subarray(data, data + EXIF_PREFIX.length).equals(EXIF_PREFIX)
  const prefix = prefixed ? EXIF_PREFIX : Buffer.alloc(0)
  const orientation = readOrientation(source.subarray(data + prefix.length, dataEnd))
  if (orientation === undefined) return undefined
  const payload = Buffer.concat([prefix, minimalTiff(orientation)])
  const head = Buffer.from('EXIF\0\0\0\0', 'latin1')
  head.writeUInt32LE(payload.length, 4)
  return Buffer.concat([head, payload])
}
