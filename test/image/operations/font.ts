/** A glyph as one filled rectangle, in units of a thousandth of the size. */
export interface Box {
  readonly left: number
  readonly bottom: number
  readonly right: number
  readonly top: number
}

const UNITS = 1000

function table(...fields: readonly (readonly [bytes: 1 | 2 | 4, value: number])[]): Buffer {
  const bytes = Buffer.alloc(fields.reduce((sum, [size]) => sum + size, 0))
  let at = 0
  for (const [size, value] of fields) {
    if (value < 0) bytes.writeIntBE(value, at, size)
    else bytes.writeUIntBE(value, at, size)
    at += size
  }
  return bytes
}

const u16 = (...values: readonly number[]): Buffer => table(...values.map((value) => [2, value] as const))

function glyph({ left, bottom, right, top }: Box): Buffer {
  const header = u16(1, left, bottom, right, top, 3, 0)
  const flags = Buffer.from([1, 1, 1, 1])
  const xs = u16(left, 0, right - left, 0)
  const ys = u16(bottom, top - bottom, 0, bottom - top)
  return Buffer.concat([header, flags, xs, ys])
}

/** Format 4 for a list of characters below U+FFFF, each a segment of its own. */
function segments(characters: readonly number[]): Buffer {
  const ends = [...characters, 0xffff]
  const count = ends.length
  const deltas = [...characters.map((character, i) => (i + 1 - character) & 0xffff), 1]
  const rest = u16(...ends, 0, ...ends, ...deltas, ...ends.map(() => 0))
  return Buffer.concat([u16(4, 14 + rest.length, 0, 2 * count, 0, 0, 0), rest])
}

/** Format 12. */
function groups(characters: readonly number[]): Buffer {
  const each = characters.map((character, i) => table([4, character], [4, character], [4, i + 1]))
  return Buffer.concat([table([2, 12], [2, 0], [4, 16 + 12 * each.length], [4, 0], [4, each.length]), ...each])
}

/**
 * A TrueType font of boxes, so that tests need no font of the machine.
 * https://learn.microsoft.com/typography/opentype/spec/otff
 */
export function boxFont(family: string, boxes: ReadonlyMap<string, Box>, format: 4 | 12 = 4): Buffer {
  const characters = [...boxes.keys()].map((character) => character.codePointAt(0) ?? 0).sort((a, b) => a - b)
  const shapes = [
    Buffer.alloc(0),
    ...characters.map((character) => {
      const box = boxes.get(String.fromCodePoint(character))
      return box === undefined || box.left === box.right ? Buffer.alloc(0) : glyph(box)
    }),
  ].map((shape) => Buffer.concat([shape, Buffer.alloc((4 - (shape.length % 4)) % 4)]))
  const count = shapes.length
  let end = 0
  const offsets = [0, ...shapes.map((shape) => (end += shape.length))]

  const subtable = format === 4 ? segments(characters) : groups(characters)
  const cmap = Buffer.concat([table([2, 0], [2, 1], [2, 3], [2, format === 4 ? 1 : 10], [4, 12]), subtable])
  const text = Buffer.from(family, 'utf16le').swap16()
  const style = Buffer.from('Regular', 'utf16le').swap16()
  const name = Buffer.concat([
    u16(0, 2, 30),
    u16(3, 1, 0x0409, 1, text.length, 0),
    u16(3, 1, 0x0409, 2, style.length, text.length),
    text,
    style,
  ])
  const head = Buffer.concat([
    table([4, 0x0001_0000], [4, 0x0001_0000], [4, 0], [4, 0x5f0f_3cf5], [2, 0], [2, UNITS]),
    Buffer.alloc(16),
    u16(0, -200, UNITS, 800, 0, 8, 2, 1, 0),
  ])
  const hhea = Buffer.concat([table([4, 0x0001_0000]), u16(800, -200, 0, UNITS), Buffer.alloc(22), u16(count)])
  const maxp = Buffer.concat([table([4, 0x0001_0000]), u16(count, 4, 1, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0, 0)])
  const bearings = characters.map((character) => boxes.get(String.fromCodePoint(character))?.left ?? 0)
  const hmtx = u16(...[0, ...bearings].flatMap((left) => [UNITS, left]))
  const tables: readonly (readonly [string, Buffer])[] = [
    ['cmap', cmap],
    ['glyf', Buffer.concat(shapes)],
    ['head', head],
    ['hhea', hhea],
    ['hmtx', hmtx],
    ['loca', table(...offsets.map((offset) => [4, offset] as const))],
    ['maxp', maxp],
    ['name', name],
    ['post', Buffer.concat([table([4, 0x0003_0000]), Buffer.alloc(28)])],
  ]
  const directory: Buffer[] = [table([4, 0x0001_0000]), u16(tables.length, 128, 3, 16 * tables.length - 128)]
  const bodies: Buffer[] = []
  let at = 12 + 16 * tables.length
  for (const [tag, body] of tables) {
    directory.push(Buffer.from(tag, 'latin1'), table([4, 0], [4, at], [4, body.length]))
    const padded = Buffer.concat([body, Buffer.alloc((4 - (body.length % 4)) % 4)])
    bodies.push(padded)
    at += padded.length
  }
  return Buffer.concat([...directory, ...bodies])
}

const FULL: Box = { left: 100, bottom: 0, right: 900, top: 800 }

/** Letters as squares, an i as a thin bar, a space, and two Chinese characters. */
export const LETTERS: ReadonlyMap<string, Box> = new Map([
  [' ', { left: 0, bottom: 0, right: 0, top: 0 }],
  ['A', FULL],
  ['&', FULL],
  ['<', FULL],
  ['é', FULL],
  ['i', { left: 450, bottom: 0, right: 550, top: 800 }],
  ['水', FULL],
  ['印', FULL],
])
