import { createOutput } from './output.ts'
import type { Removed } from './removed.ts'

const SCREEN_BYTES = 13
const IMAGE_HEAD_BYTES = 10
const EXTENSION = 0x21
const IMAGE = 0x2c
const TRAILER = 0x3b
const PLAIN_TEXT = 0x01
const GRAPHIC_CONTROL = 0xf9
const COMMENT = 0xfe
const APPLICATION = 0xff

/** Applications whose extension changes what is seen: the two names of looping, and the colour profile. */
const SHOWN: ReadonlySet<string> = new Set(['NETSCAPE2.0', 'ANIMEXTS1.0', 'ICCRGBG1012'])

/**
 * Cuts a GIF, still or animated, down to what display needs; `cutMetadata` says what that is. Grammar: GIF89a, appendix B.
 *
 * @returns the new file and the names of what went; undefined where the structure is not understood
 */
export function cutGif(source: Buffer): Removed | undefined {
  if (source.length < SCREEN_BYTES || !/^GIF8[79]a$/.test(source.toString('latin1', 0, 6))) return undefined
  const output = createOutput(source)
  const removed = new Set<string>()
  let at = SCREEN_BYTES + colourTableBytes(source[10] ?? 0)
  if (at > source.length) return undefined
  output.keep(0, at)
  let imageSeen = false

  while (at < source.length) {
    const start = at
    const introducer = source[at]
    if (introducer === TRAILER) {
      if (!imageSeen) return undefined
      output.keep(at, at + 1)
      if (at + 1 < source.length) removed.add('trailing data')
      return { bytes: output.done(), removed: [...removed] }
    }
    if (introducer === IMAGE) {
      imageSeen = true
      // The colour table, then one byte of code size before the data.
      const end = endOfBlocks(source, at + IMAGE_HEAD_BYTES + colourTableBytes(source[at + 9] ?? 0) + 1)
      if (end === undefined) return undefined
      at = end
      output.keep(start, at)
    } else if (introducer === EXTENSION) {
      const end = endOfBlocks(source, at + 2)
      if (end === undefined) return undefined
      at = end
      const name = extensionName(source, start)
      if (name === undefined) output.keep(start, at)
      else removed.add(name)
    } else {
      return undefined
    }
  }
  return undefined
}

/** What an extension is called among the things removed; undefined for one that stays. */
function extensionName(source: Buffer, start: number): string | undefined {
  const label = source[start + 1]
  if (label === GRAPHIC_CONTROL || label === PLAIN_TEXT) return undefined
  if (label === COMMENT) return 'comment'
  if (label !== APPLICATION || source[start + 2] !== 11) return 'application data'
  const application = source.toString('latin1', start + 3, start + 14)
  if (SHOWN.has(application)) return undefined
  return application === 'XMP DataXMP' ? 'xmp' : 'application data'
}

function colourTableBytes(flags: number): number {
  return flags & 0x80 ? 3 * 2 ** ((flags & 7) + 1) : 0
}

/** Behind the empty block that ends a row of blocks; undefined where there is none. */
function endOfBlocks(source: Buffer, from: number): number | undefined {
  for (let at = from; at < source.length;) {
    const bytes = source[at] ?? 0
    at += bytes + 1
    if (bytes === 0) return at
  }
  return undefined
}
