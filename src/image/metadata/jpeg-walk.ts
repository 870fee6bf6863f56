/** One piece of a JPEG between its SOI and its EOI. All positions are offsets into the file. */
export interface JpegSegment {
  /** Second byte of the marker, e.g. 0xe1 for APP1. */
  readonly marker: number
  /** Where it begins, fill bytes before the marker included. */
  readonly start: number
  /** Where its payload begins, behind the length field. */
  readonly payload: number
  /** Where its payload ends. */
  readonly payloadEnd: number
  /** Where it ends: for SOS behind the coded data that follows it, else the same as `payloadEnd`. */
  readonly end: number
}

export const SOS = 0xda
const SOI = 0xd8
const EOI = 0xd9
const DNL = 0xdc

/**
 * Walks a JPEG (ITU T.81, annex B) from SOI to EOI without decoding anything: any process, restart markers, several
 * scans, fill bytes before markers.
 *
 * @param source the file
 * @param from where SOI stands
 * @param visit called for each segment, EOI excluded
 * @returns the offset behind EOI; undefined where this is not a whole JPEG of which every byte is accounted for
 */
export function walkJpeg(source: Buffer, from: number, visit: (segment: JpegSegment) => void): number | undefined {
  if (from < 0 || from + 2 > source.length || source.readUInt16BE(from) !== 0xff00 + SOI) return undefined
  let at = from + 2
  let frameSeen = false
  let scanSeen = false
  for (;;) {
    const start = at
    if (source[at] !== 0xff) return undefined
    while (source[at] === 0xff) at++
    const marker = source[at]
    if (marker === undefined) return undefined
    at++
    if (marker === EOI) return scanSeen ? at : undefined
    if (!hasLength(marker) || at + 2 > source.length) return undefined

    const payload = at + 2
    const payloadEnd = at + source.readUInt16BE(at)
    if (payloadEnd < payload || payloadEnd > source.length) return undefined
    if (isFrame(marker)) {
      // One frame header before all scans; anything else (hierarchical, lossless pyramids) is nothing that is shown anywhere.
      if (frameSeen || payloadEnd - payload < 6 || payloadEnd - payload !== 6 + 3 * (source[payload + 5] ?? 0))
        return undefined
      frameSeen = true
    }
    at = payloadEnd
    if (marker === SOS) {
      if (!frameSeen || payloadEnd - payload !== 4 + 2 * (source[payload] ?? 0)) return undefined
      scanSeen = true
      at = endOfCodedData(source, payloadEnd)
    }
    if (marker === DNL && !scanSeen) return undefined
    visit({ marker, start, payload, payloadEnd, end: at })
  }
}

/** The first marker that ends the coded data; stuffed zeros, restart markers and fill bytes belong to the data. */
function endOfCodedData(source: Buffer, from: number): number {
  const last = source.length - 1
  for (let at = from; at < last; at++) {
    if (source[at] !== 0xff) continue
    const next = source[at + 1] ?? 0
    // Before a fill byte we move by one: it may be the one that starts the marker.
    if (next !== 0 && next !== 0xff && (next < 0xd0 || next > 0xd7)) return at
  }
  return source.length
}

function isFrame(marker: number): boolean {
  return marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc
}

/** Markers that a plain JPEG may hold and that have a length: frames, tables, SOS, DQT, DNL, DRI, APPn, COM. */
function hasLength(marker: number): boolean {
  return (
    isFrame(marker) ||
    marker === 0xc4 ||
    marker === 0xcc ||
    (marker >= SOS && marker <= 0xdd) ||
    (marker >= 0xe0 && marker <= 0xef) ||
    marker === 0xfe
  )
}
