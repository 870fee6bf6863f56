import { minimalTiff, readOrientation } from './exif.ts'
import { announcesGainMap, gainMapXmp, isGainMap, primaryXmp } from './gain-map-xmp.ts'
import { EXIF_PREFIX, jpegSegment, segmentKind, XMP_PREFIX } from './jpeg-segments.ts'
import { type JpegSegment, walkJpeg } from './jpeg-walk.ts'
import { createOutput } from './output.ts'
import { type IndexedPicture, INDEX_SEGMENT_BYTES, indexSegment, readPictures } from './pictures.ts'
import type { Removed } from './removed.ts'

/** Version, unit, density, and the size of a thumbnail; what stands behind that size is the thumbnail. */
const JFIF_BYTES = 14
/** Version, two flag words and the colour transform. */
const ADOBE_BYTES = 12
/** ISO 21496-1 for three channels takes 141 bytes behind its name; a longer segment holds something else as well. */
const MAX_ISO_GAIN_MAP_BYTES = 28 + 160

/** What of a gain map one picture has to hold. */
interface GainMapPart {
  /** Goes in place of the first XMP segment that speaks of a gain map. */
  readonly xmp: string | undefined
  /** Whether there goes an index of pictures in place of the first one. */
  readonly indexed: boolean
}

/** One picture of the file, cut. */
interface CutPicture {
  readonly bytes: Buffer
  readonly removed: Set<string>
  /** Behind its EOI in the source. */
  readonly end: number
  readonly index: JpegSegment | undefined
  /** Where the room for the new index lies in `bytes`. */
  readonly indexAt: number
  /** The picture's own word that it has a gain map, or is one. */
  readonly speaksOfGainMap: boolean
  readonly announces: boolean
  readonly gainMapXmp: string | undefined
  readonly isoGainMap: boolean
}

/**
 * Cuts a JPEG down to what display needs; `cutMetadata` says what that is.
 *
 * @returns the new file and the names of what went; undefined where the structure is not understood
 */
export function cutJpeg(source: Buffer): Removed | undefined {
  const primary = cutPicture(source, 0, undefined)
  if (primary === undefined) return undefined
  const trailing = primary.end < source.length
  if (trailing) primary.removed.add('trailing data')
  if (primary.index === undefined || !trailing) {
    if (primary.speaksOfGainMap) primary.removed.add('gain map')
    return { bytes: primary.bytes, removed: [...primary.removed] }
  }
  const pictures = readPictures(source, primary.index.payload, primary.index.payloadEnd)
  return withGainMap(source, primary, pictures)
}

/** The file with the first gain map among the pictures that follow the primary one, or without. */
function withGainMap(source: Buffer, primary: CutPicture, pictures: readonly IndexedPicture[]): Removed {
  const [first, ...others] = pictures
  let lost = primary.speaksOfGainMap
  for (const { attributes, start } of others) {
    if (start < primary.end) continue
    const found = cutPicture(source, start, undefined)
    if (found === undefined || !found.speaksOfGainMap) continue
    lost = true
    const xmp = found.gainMapXmp === undefined ? undefined : gainMapXmp(found.gainMapXmp)
    // Without numbers of one kind or the other nobody could show it.
    if (xmp === undefined && (!found.isoGainMap || found.gainMapXmp !== undefined)) continue
    const map = cutPicture(source, start, { xmp, indexed: false })
    if (map === undefined || first === undefined) continue
    const whole = cutPicture(source, 0, {
      xmp: primary.announces ? primaryXmp(map.bytes.length) : undefined,
      indexed: true,
    })
    if (whole === undefined) continue

    const bytes = Buffer.concat([whole.bytes, map.bytes])
    indexSegment(
      whole.indexAt,
      { attributes: first.attributes, bytes: whole.bytes.length },
      { attributes, bytes: map.bytes.length, start: whole.bytes.length },
    ).copy(bytes, whole.indexAt)
    if (bytes.equals(source)) return { bytes: source, removed: [] }
    const removed = new Set([...whole.removed, ...map.removed])
    if (others.length > 1) removed.add('previews')
    if (map.end < source.length) removed.add('trailing data')
    return { bytes, removed: [...removed] }
  }
  if (lost) primary.removed.add('gain map')
  return { bytes: primary.bytes, removed: [...primary.removed] }
}

/**
 * Cuts the picture that begins at `from`.
 *
 * @param keep what of a gain map stays in it; undefined for nothing
 */
function cutPicture(source: Buffer, from: number, keep: GainMapPart | undefined): CutPicture | undefined {
  const output = createOutput(source)
  const removed = new Set<string>()
  output.keep(from, from + 2)
  let exifSeen = false
  let index: JpegSegment | undefined
  let indexAt = 0
  let announces = false
  let xmpOfMap: string | undefined
  let isoGainMap = false

  const end = walkJpeg(source, from, (segment) => {
    const { marker, start, payload, payloadEnd } = segment
    const bytes = payloadEnd - payload
    const kind = segmentKind(source, segment)
    /** Puts `part` in place of the segment, behind the same fill bytes, or nothing at all. */
    const put = (name: string, part?: Buffer): void => {
      const marked = payload - 4
      if (part !== undefined) output.keep(start, marked)
      if (part === undefined || output.replace(marked, segment.end, jpegSegment(marker, part))) removed.add(name)
    }

    switch (kind) {
      case 'coding':
      case 'icc':
        return output.keep(start, segment.end)
      case 'jfif': {
        // Apple's readers look for further pictures only where these four letters stand behind the header.
        const hint = keep !== undefined && source.toString('latin1', payload + JFIF_BYTES, payloadEnd) === 'AMPF'
        const part = Buffer.from(
          source.subarray(payload, hint ? payloadEnd : Math.min(payloadEnd, payload + JFIF_BYTES)),
        )
        if (bytes >= JFIF_BYTES) part.fill(0, JFIF_BYTES - 2, JFIF_BYTES)
        return put('thumbnail', part)
      }
      case 'adobe':
        return put('application data', source.subarray(payload, Math.min(payloadEnd, payload + ADOBE_BYTES)))
      case 'exif': {
        // Readers (Chromium, libvips) take the first EXIF segment and no other, so that one decides.
        const orientation = exifSeen
          ? undefined
          : readOrientation(source.subarray(payload + EXIF_PREFIX.length, payloadEnd))
        exifSeen = true
        return put(kind, orientation && Buffer.concat([EXIF_PREFIX, minimalTiff(orientation)]))
      }
      case 'xmp': {
        const xmp = source.toString('utf8', payload + XMP_PREFIX.length, payloadEnd)
        if (xmpOfMap !== undefined || !isGainMap(xmp)) return put(kind)
        xmpOfMap = xmp
        announces = announcesGainMap(xmp)
        return put(kind, keep?.xmp === undefined ? undefined : Buffer.concat([XMP_PREFIX, Buffer.from(keep.xmp)]))
      }
      case 'gain map':
        isoGainMap = true
        return keep !== undefined && bytes <= MAX_ISO_GAIN_MAP_BYTES ? output.keep(start, segment.end) : put(kind)
      case 'pictures': {
        const isFirst = index === undefined
        index ??= segment
        if (keep?.indexed !== true || !isFirst) return put('previews')
        indexAt = output.length()
        // Not a removal: it says the same as before of what is still there.
        return output.add(Buffer.alloc(INDEX_SEGMENT_BYTES))
      }
      case 'extended xmp':
        return put('xmp')
      default:
        return put(kind)
    }
  })
  if (end === undefined) return undefined
  output.keep(end - 2, end)
  const speaksOfGainMap = xmpOfMap !== undefined || isoGainMap
  return {
    bytes: output.done(),
    removed,
    end,
    index,
    indexAt,
    speaksOfGainMap,
    announces,
    gainMapXmp: xmpOfMap,
    isoGainMap,
  }
}
