/** What has to be known of a font before it draws for a reader. */
export interface FontFacts {
  /** As the font calls itself, and as it has to be asked for. */
  readonly family: string
  /** Whether it has a glyph for a character. */
  covers(codePoint: number): boolean
}

const KINDS = new Set(['\0\u0001\0\0', 'OTTO', 'true', 'ttcf'])

/** The tables of an sfnt file (TrueType, OpenType) or of the first font of a collection, by their tags. */
function tablesOf(font: Buffer): Map<string, Buffer> {
  const kind = font.toString('latin1', 0, 4)
  if (!KINDS.has(kind)) throw new RangeError(`Expected a TrueType or OpenType font, got ${JSON.stringify(kind)}`)
  const start = kind === 'ttcf' ? font.readUInt32BE(12) : 0
  const tables = new Map<string, Buffer>()
  const count = font.readUInt16BE(start + 4)
  for (let i = 0; i < count; i++) {
    const at = start + 12 + 16 * i
    const offset = font.readUInt32BE(at + 8)
    tables.set(font.toString('latin1', at, at + 4), font.subarray(offset, offset + font.readUInt32BE(at + 12)))
  }
  return tables
}

/** Format 4: segments of the first 65,536 characters. https://learn.microsoft.com/typography/opentype/spec/cmap */
function readSegments(table: Buffer): (codePoint: number) => boolean {
  const doubled = table.readUInt16BE(6)
  const ends = 14
  const starts = ends + doubled + 2
  const deltas = starts + doubled
  const offsets = deltas + doubled
  return (codePoint) => {
    if (codePoint > 0xffff) return false
    for (let i = 0; i < doubled; i += 2) {
      if (table.readUInt16BE(ends + i) < codePoint) continue
      const start = table.readUInt16BE(starts + i)
      if (start > codePoint) return false
      const offset = table.readUInt16BE(offsets + i)
      const delta = table.readUInt16BE(deltas + i)
      if (offset === 0) return ((codePoint + delta) & 0xffff) !== 0
      // Counted in bytes from the place of the offset itself.
      const at = offsets + i + offset + 2 * (codePoint - start)
      return at + 2 <= table.length && table.readUInt16BE(at) !== 0
    }
    return false
  }
}

/** Format 12: groups of characters anywhere in Unicode, in rising order. */
function readGroups(table: Buffer): (codePoint: number) => boolean {
  const count = table.readUInt32BE(12)
  return (codePoint) => {
    let low = 0
    let high = count - 1
    while (low <= high) {
      const middle = (low + high) >> 1
      const at = 16 + 12 * middle
      const start = table.readUInt32BE(at)
      if (codePoint < start) high = middle - 1
      else if (codePoint > table.readUInt32BE(at + 4)) low = middle + 1
      else return table.readUInt32BE(at + 8) + (codePoint - start) !== 0
    }
    return false
  }
}

const UNICODE = 0
const WINDOWS = 3

/** The widest of the Unicode tables that can be read. */
function readCmap(cmap: Buffer): (codePoint: number) => boolean {
  let segments: Buffer | undefined
  const count = cmap.readUInt16BE(2)
  for (let i = 0; i < count; i++) {
    const platform = cmap.readUInt16BE(4 + 8 * i)
    const encoding = cmap.readUInt16BE(6 + 8 * i)
    if (platform !== UNICODE && !(platform === WINDOWS && (encoding === 1 || encoding === 10))) continue
    const table = cmap.subarray(cmap.readUInt32BE(8 + 8 * i))
    const format = table.readUInt16BE(0)
    if (format === 12) return readGroups(Buffer.from(table.subarray(0, table.readUInt32BE(4))))
    if (format === 4) segments = table
  }
  if (segments === undefined) throw new RangeError('Expected a cmap table of format 4 or 12, got neither')
  // A copy, so that the rest of the file need not stay in memory.
  return readSegments(Buffer.from(segments.subarray(0, segments.readUInt16BE(2))))
}

const FAMILY = 1
const TYPOGRAPHIC_FAMILY = 16
const ENGLISH = 0x0409

/** The family's English name. */
function readFamily(name: Buffer): string {
  const count = name.readUInt16BE(2)
  const storage = name.readUInt16BE(4)
  const found = new Map<number, string>()
  for (let i = 0; i < count; i++) {
    const at = 6 + 12 * i
    const id = name.readUInt16BE(at + 6)
    if (name.readUInt16BE(at) !== WINDOWS || (id !== FAMILY && id !== TYPOGRAPHIC_FAMILY)) continue
    const start = storage + name.readUInt16BE(at + 10)
    const text = Buffer.from(name.subarray(start, start + name.readUInt16BE(at + 8)))
      .swap16()
      .toString('utf16le')
    if (name.readUInt16BE(at + 4) === ENGLISH || !found.has(id)) found.set(id, text)
  }
  const family = found.get(FAMILY) ?? found.get(TYPOGRAPHIC_FAMILY)
  if (family === undefined) throw new RangeError('Expected the font to have a family name, got none')
  return family
}

/** Reads a TrueType or OpenType font. Throws RangeError for anything else. */
export function readFont(font: Buffer): FontFacts {
  const tables = tablesOf(font)
  const cmap = tables.get('cmap')
  const name = tables.get('name')
  if (cmap === undefined || name === undefined) throw new RangeError('Expected a font with cmap and name, got neither')
  return { family: readFamily(name), covers: readCmap(cmap) }
}

// Joiners, variation selectors, marks of direction: they have no shape of their own, and fonts need not list them.
const SHAPELESS = /\p{Default_Ignorable_Code_Point}/u

/** The first character of a text that a font cannot draw; undefined where it can draw them all. */
export function firstMissing(text: string, font: FontFacts): string | undefined {
  for (const character of text.normalize('NFC')) {
    if (SHAPELESS.test(character)) continue
    if (!font.covers(character.codePointAt(0) ?? 0)) return character
  }
  return undefined
}
