/** What a JPEG's markers say about how it was made. Nothing here decodes pixels. ITU-T T.81, annex B. */
export interface JpegFacts {
  /** Quantisation tables in zigzag order by their number; number 0 is luma in all but the rarest files. */
  tables: Map<number, number[]>
  /** Bits of a sample; 8 in all but medical pictures. */
  precision: number
  progressive: boolean
  components: number
  /** Chroma has fewer samples than luma in either direction. */
  subsampled: boolean
  /** Chroma is halved in both directions and nothing else: '4:2:0'. */
  halved: boolean
  /** Number of scans; hundreds of them over a large picture cost minutes. */
  scans: number
  /** Carries a second picture that brightens the first on HDR displays (Ultra HDR, ISO 21496-1, Apple). */
  gainMap: boolean
}

const GAIN_MAP_WORDS = ['hdrgm:Version', 'ns.adobe.com/hdr-gain-map', 'urn:iso:std:iso:ts:21496:-1', 'HDRGainMap']

function readTables(segment: Buffer, tables: Map<number, number[]>): void {
  let at = 0
  while (at < segment.length) {
    const head = segment[at] ?? 0
    const wide = head >> 4 !== 0
    const size = wide ? 128 : 64
    if (at + 1 + size > segment.length) return
    const values: number[] = []
    for (let i = 0; i < 64; i++) values.push(wide ? segment.readUInt16BE(at + 1 + 2 * i) : (segment[at + 1 + i] ?? 0))
    tables.set(head & 15, values)
    at += 1 + size
  }
}

interface Frame {
  precision: number
  progressive: boolean
  sampling: { horizontal: number; vertical: number }[]
}

function readFrame(segment: Buffer, marker: number): Frame {
  const sampling: Frame['sampling'] = []
  for (let at = 6; at + 2 < segment.length && sampling.length < (segment[5] ?? 0); at += 3) {
    const factors = segment[at + 1] ?? 0x11
    sampling.push({ horizontal: factors >> 4, vertical: factors & 15 })
  }
  return { precision: segment[0] ?? 8, progressive: marker === 0xc2 || marker === 0xca, sampling }
}

/** First marker at or after `from` that is neither a stuffed zero nor a restart; entropy-coded data has no others. */
function nextMarker(source: Buffer, from: number): number {
  for (let at = source.indexOf(0xff, from); at >= 0 && at + 1 < source.length; at = source.indexOf(0xff, at + 1)) {
    const code = source[at + 1] ?? 0
    if (code !== 0 && code !== 0xff && (code < 0xd0 || code > 0xd7)) return at
  }
  return -1
}

function isFrame(marker: number): boolean {
  return marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc
}

/** Reads the markers of the first picture in the file, up to its end; undefined where there is no frame header. */
export function readJpeg(source: Buffer): JpegFacts | undefined {
  const tables = new Map<number, number[]>()
  let frame: Frame | undefined
  let scans = 0
  let gainMap = false
  let at = 2
  while (at >= 0 && at + 4 <= source.length) {
    at = nextMarker(source, at)
    if (at < 0 || at + 4 > source.length) break
    const marker = source[at + 1] ?? 0
    if (marker === 0xd9) break
    if (marker === 0xd8 || marker === 0x01) {
      at += 2
      continue
    }
    const end = at + 2 + source.readUInt16BE(at + 2)
    const segment = source.subarray(at + 4, end)
    if (marker === 0xdb) readTables(segment, tables)
    else if (isFrame(marker)) frame ??= readFrame(segment, marker)
    else if (marker === 0xda) scans++
    else if (marker >= 0xe1 && marker <= 0xef && !gainMap)
      gainMap = GAIN_MAP_WORDS.some((word) => segment.includes(word))
    at = Math.max(end, at + 2)
  }
  if (frame === undefined) return undefined
  // Apple's gain map is announced only in the second picture's own metadata, behind the end of the first.
  if (!gainMap && at > 0) gainMap = GAIN_MAP_WORDS.some((word) => source.subarray(at).includes(word))
  const [luma, chroma] = frame.sampling
  const ratio = (key: 'horizontal' | 'vertical'): number =>
    luma !== undefined && chroma !== undefined ? luma[key] / Math.max(1, chroma[key]) : 1
  return {
    tables,
    precision: frame.precision,
    progressive: frame.progressive,
    components: frame.sampling.length,
    subsampled: ratio('horizontal') > 1 || ratio('vertical') > 1,
    halved: ratio('horizontal') === 2 && ratio('vertical') === 2,
    scans,
    gainMap,
  }
}
