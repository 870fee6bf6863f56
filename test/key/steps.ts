import * as fc from 'fast-check'
import { PLACES } from '../../src/key/actions/places.ts'
import { toBase64url } from '../../src/key/base64url.ts'

/** A step as its action and the texts of its parameters, in any order and with or without the defaults. */
export interface StepText {
  readonly action: string
  readonly parts: readonly string[]
  /** Only parameter, in both of its spellings. */
  readonly single?: { readonly letter: string; readonly value: string }
}

const integer = (min: number, max: number): fc.Arbitrary<string> => fc.integer({ min, max }).map(String)
const word = (...words: readonly string[]): fc.Arbitrary<string> => fc.constantFrom(...words)
const side = integer(1, 16_384)
const flag = word('0', '1')
const colour = fc.stringMatching(/^[\da-fA-F]{6}$/)
const text = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 12 })
const b64 = (strings: fc.Arbitrary<string>): fc.Arbitrary<string> =>
  strings.filter((s) => !/\p{Cc}|\p{Surrogate}|[\u2028\u2029]/u.test(s) && Buffer.byteLength(s) <= 64).map(toBase64url)
const objectName = text.filter((name) => !/^[/\\]|(?:^|[/\\])\.\.?(?:$|[/\\])/.test(name))

function step(
  action: string,
  some: Readonly<Record<string, fc.Arbitrary<string>>>,
  always: Readonly<Record<string, fc.Arbitrary<string>>> = {},
): fc.Arbitrary<StepText> {
  const values = fc.record({ ...some, ...always }, { requiredKeys: Object.keys(always) })
  return values.chain((given) => {
    const parts = Object.entries(given).map(([name, value]) => `${name}_${value}`)
    return fc.shuffledSubarray(parts, { minLength: parts.length }).map((shuffled) => ({ action, parts: shuffled }))
  })
}

function single(action: string, letter: string, values: fc.Arbitrary<string>): fc.Arbitrary<StepText> {
  return fc.tuple(values, fc.boolean()).map(([value, named]) => {
    return { action, parts: [named ? `${letter}_${value}` : value], single: { letter, value } }
  })
}

const box = { w: side, h: side, l: side, s: side, p: integer(1, 1000) }
const how = { m: word('lfit', 'mfit', 'fill', 'pad', 'fixed'), limit: flag, color: colour, g: word('center', 'auto') }
const markText = { type: b64(word('wqy-zenhei', 'fangzhengkaiti')), color: colour, size: integer(1, 1000) }
const markPlace = { g: word(...PLACES), x: integer(0, 4096), y: integer(0, 4096), voffset: integer(-1000, 1000) }
const markRest = {
  t: integer(0, 100),
  fill: flag,
  padx: integer(0, 4096),
  pady: integer(0, 4096),
  shadow: integer(0, 100),
  rotate: integer(0, 360),
  order: flag,
  align: integer(0, 2),
  interval: integer(0, 1000),
}

/** Any valid step of any action that can stand beside others. */
export const anyStep: fc.Arbitrary<StepText> = fc.oneof(
  ...Object.entries(box).map(([name, value]) => step('resize', { ...box, ...how }, { [name]: value })),
  step('crop', {
    w: integer(0, 30_000),
    h: integer(0, 30_000),
    x: integer(0, 30_000),
    y: integer(0, 30_000),
    g: word(...PLACES, 'auto'),
  }),
  step('circle', {}, { r: integer(1, 4096) }),
  step('rounded-corners', {}, { r: integer(1, 4096) }),
  step('indexcrop', { y: integer(1, 30_000), i: integer(0, 30_000) }, { x: integer(1, 30_000) }),
  step('blur', {}, { r: integer(1, 50), s: integer(1, 50) }),
  step('quality', { q: fc.oneof(integer(1, 100), word('lossless')) }, { Q: integer(1, 100) }),
  single('rotate', 'a', integer(0, 360)),
  single('auto-orient', 'o', flag),
  single('bright', 'b', integer(-100, 100)),
  single('contrast', 'c', integer(-100, 100)),
  single('sharpen', 's', integer(50, 399)),
  single('format', 'f', word('jpg', 'png', 'webp', 'avif', 'gif', 'tiff', 'bmp', 'auto')),
  single('interlace', 'i', flag),
  step('watermark', { ...markText, ...markPlace, ...markRest }, { text: b64(text) }),
)

/** The same with a picture as mark, which at most three steps may have. */
export const pictureMark: fc.Arbitrary<StepText> = step(
  'watermark',
  { ...markText, ...markPlace, ...markRest, text: b64(text) },
  {
    image: b64(
      fc
        .tuple(objectName, word('', '?x-oss-process=image/resize,P_10', '?x-oss-process=image/crop,w_5/rotate,90'))
        .map(([name, chain]) => name + chain),
    ),
  },
)

/** A chain that is valid as a whole. */
export const anyChain: fc.Arbitrary<readonly StepText[]> = fc.oneof(
  { weight: 1, arbitrary: fc.constantFrom([{ action: 'info', parts: [] }], [{ action: 'average-hue', parts: [] }]) },
  {
    weight: 9,
    arbitrary: fc
      .tuple(fc.array(anyStep, { minLength: 1, maxLength: 5 }), fc.array(pictureMark, { maxLength: 3 }))
      .map(([steps, marks]) => [...steps, ...marks]),
  },
)

export function spell({ action, parts }: StepText): string {
  return [action, ...parts].join(',')
}

/** Names of originals, with everything in them that dialects give a meaning to. */
export const anyName: fc.Arbitrary<string> = fc
  .array(
    fc.oneof(
      fc.string({ unit: 'grapheme', maxLength: 6 }),
      fc.constantFrom('__op__', '_', '__', 'op', '__op', 'op__', '!', '@', '@!', 'small', '/', '.', '100*100/', '5x5/'),
      fc.constantFrom('info', 'resize,w_1', 'rotate,90', 'b', 'sig,', 'a.jpg', ',', '*', 'x'.repeat(22), '\\', '%20'),
    ),
    { minLength: 1, maxLength: 8 },
  )
  .map((pieces) => pieces.join(''))
