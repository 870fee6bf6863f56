/** PNG (https://www.w3.org/TR/png-3/): what its chunks say, and small edits that leave the pixels alone. */
export interface PngFacts {
  width: number
  height: number
  /** Bits of one sample: 1, 2, 4, 8, 16. */
  depth: number
  /** 0 grey, 2 colour, 3 palette, 4 grey with alpha, 6 colour with alpha. */
  colourType: number
  interlaced: boolean
  /** Frames of an APNG; undefined where the picture is still. */
  frames?: number
  /** High dynamic range or another coding that only a cICP chunk describes. */
  codingPoints: boolean
  /** gAMA and cHRM chunks, whole, where nothing overrides them: without them the picture looks different. */
  gamma: Buffer[]
}

export const PNG_SIGNATURE = Buffer.from('\x89PNG\r\n\x1a\n', 'latin1')

interface Chunk {
  type: string
  data: Buffer
  /** Length, type, data and checksum. */
  whole: Buffer
}

/** Chunks in order, up to a chunk that does not fit into the file. */
export function* pngChunks(source: Buffer): Generator<Chunk> {
  let at = PNG_SIGNATURE.length
  while (at + 12 <= source.length) {
    const length = source.readUInt32BE(at)
    const end = at + 12 + length
    if (end > source.length) return
    yield {
      type: source.toString('latin1', at + 4, at + 8),
      data: source.subarray(at + 8, at + 8 + length),
      whole: source.subarray(at, end),
    }
    at = end
  }
}

/** undefined where the file does not begin as a PNG must. */
export function readPng(source: Buffer): PngFacts | undefined {
  let facts: PngFacts | undefined
  let gamma: Buffer[] = []
  let overridden = false
  for (const { type, data, whole } of pngChunks(source)) {
    if (facts === undefined) {
      if (type !== 'IHDR' || data.length < 13) return undefined
      facts = {
        width: data.readUInt32BE(0),
        height: data.readUInt32BE(4),
        depth: data[8] ?? 8,
        colourType: data[9] ?? 0,
        interlaced: data[12] === 1,
        codingPoints: false,
        gamma: [],
      }
    } else if (type === 'acTL' && data.length >= 8) facts.frames = data.readUInt32BE(0)
    else if (type === 'cICP') facts.codingPoints = true
    else if (type === 'sRGB' || type === 'iCCP') overridden = true
    else if (type === 'gAMA' || type === 'cHRM') gamma.push(whole)
    else if (type === 'IDAT') break
  }
  if (overridden) gamma = []
  if (facts !== undefined) facts.gamma = gamma
  return facts
}

/** Puts chunks behind the header of a PNG and takes out those of the types named. The pixels stay as they are. */
export function editPng(source: Buffer, insert: readonly Buffer[], remove: ReadonlySet<string>): Buffer {
  const parts: Buffer[] = [PNG_SIGNATURE]
  for (const { type, whole } of pngChunks(source)) {
    if (!remove.has(type)) parts.push(whole)
    if (type === 'IHDR') parts.push(...insert)
  }
  return Buffer.concat(parts)
}
