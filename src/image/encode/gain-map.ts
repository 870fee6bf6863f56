import sharp from 'sharp'
import type { Sharp } from 'sharp'
import { encoding, open } from '../engine.ts'
import { cutMetadata } from '../metadata/cut.ts'
import { segmentKind } from '../metadata/jpeg-segments.ts'
import { walkJpeg } from '../metadata/jpeg-walk.ts'
import { INDEX_SEGMENT_BYTES, indexSegment, readPictures } from '../metadata/pictures.ts'
import { inOneGo } from '../work.ts'
import type { Work } from '../work.ts'

// In sharp since 0.35, not yet in its types.
type WithGainMap = Sharp & { keepGainMap(): Sharp }

/** Quality of the gain map itself: a small grey or colour picture whose errors are multiplied by the base's brightness. */
const MAP_QUALITY = 85

/** The parts of a JPEG up to the end of its first picture: what describes it, and what codes it. */
function split(source: Buffer): { described: Buffer[]; coded: Buffer[]; index: number; end: number } | undefined {
  const described: Buffer[] = []
  const coded: Buffer[] = []
  let index = -1
  const end = walkJpeg(source, 0, (segment) => {
    const kind = segmentKind(source, segment)
    if (kind === 'pictures') index = described.length
    const to = kind === 'coding' ? coded : described
    to.push(source.subarray(segment.start, segment.end))
  })
  return end === undefined ? undefined : { described, coded, index, end }
}

/**
 * `hdr` with its base picture coded as `base` codes it. Both are the same pixels, so the gain map still fits; the index of
 * pictures (CIPA DC-007) gets the new sizes. undefined where `hdr` is not built as expected.
 */
export function withBase(hdr: Buffer, base: Buffer): Buffer | undefined {
  const from = split(hdr)
  const to = split(base)
  if (from === undefined || to === undefined || from.index < 0) return undefined
  const old = from.described[from.index]
  if (old === undefined) return undefined
  // Marker and length are four bytes; this writer (libultrahdr) puts no fill bytes before markers.
  const indexAt = hdr.indexOf(old)
  const [first, second] = readPictures(hdr, indexAt + 4, indexAt + old.length)
  if (first === undefined || second === undefined || second.start !== from.end) return undefined
  const map = hdr.subarray(from.end)

  const before = from.described.slice(0, from.index)
  const at = 2 + before.reduce((bytes, part) => bytes + part.length, 0)
  const after = [...from.described.slice(from.index + 1), ...to.coded, Buffer.from([0xff, 0xd9])]
  const bytes = at + INDEX_SEGMENT_BYTES + after.reduce((sum, part) => sum + part.length, 0)
  const index = indexSegment(
    at,
    { attributes: first.attributes, bytes },
    { attributes: second.attributes, bytes: map.length, start: bytes },
  )
  return Buffer.concat([hdr.subarray(0, 2), ...before, index, ...after, map])
}

async function hasGainMap(bytes: Buffer): Promise<boolean> {
  return (await encoding(() => sharp(bytes).metadata())).gainMap !== undefined
}

/**
 * An HDR JPEG anew, base and gain map upright, the base coded as `base` (the same picture without a gain map).
 * undefined where the engine does not know this kind of gain map: it would be lost in silence.
 */
export async function encodeGainMap(work: Work, base: Buffer): Promise<Buffer | undefined> {
  const hdr = await inOneGo(work, () => {
    const picture = open(work.source, { maxPixels: work.facts.pixels }).autoOrient().keepIccProfile()
    return (picture as WithGainMap).keepGainMap().jpeg({ quality: MAP_QUALITY }).toBuffer()
  })
  if (!(await hasGainMap(hdr))) return undefined
  const spliced = withBase(hdr, base)
  const clean = spliced === undefined ? undefined : cutMetadata(spliced, 'jpeg').bytes
  return clean !== undefined && (await hasGainMap(clean)) ? clean : undefined
}
