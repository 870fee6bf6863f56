import { fromBase64url, toBase64url } from '../base64url.ts'
import { checkKey } from '../decode.ts'
import { KeyFault, quote } from '../fault.ts'
import { defineAction, type OperationOf } from '../grammar/action.ts'
import type { Docs } from '../grammar/docs.ts'
import { grammarOf, printSteps, readSteps } from '../grammar/grammar.ts'
import { choice, colour, flag, integer, type Kind } from '../grammar/kinds.ts'
import { byDefault, optional } from '../grammar/parameter.ts'
import { crop, type Crop } from './crop.ts'
import { indexcrop, type Indexcrop } from './indexcrop.ts'
import { PLACES, placeInWords } from './places.ts'
import { resizeInMark, type ResizeInMark } from './resize.ts'
import { degrees, rotate, type Rotate } from './rotate.ts'
import { roundedCorners, type RoundedCorners } from './rounded-corners.ts'

/** What may be done to the picture of a mark before it is placed. */
export type MarkOperation = ResizeInMark | Crop | Indexcrop | RoundedCorners | Rotate

/**
 * The picture of a mark. `key` names an object of the originals bucket and came from outside: it must be resolved, limited
 * and restricted to SOURCE_PREFIXES like any other key, and it is taken as it stands (no dialect is read in it).
 */
export interface Mark {
  readonly key: string
  readonly operations: readonly MarkOperation[]
}

const markGrammar = grammarOf([resizeInMark, crop, indexcrop, roundedCorners, rotate])
const PROCESS = '?x-oss-process=image/'

/** `image_<base64url of object[?x-oss-process=image/…]>`. */
const image: Kind<Mark> = {
  expected: 'URL-safe base64 of an object name',
  parse(text) {
    const decoded = fromBase64url(text)
    if (decoded === undefined || decoded === '') return undefined
    // The last one: a name may contain a question mark, a chain cannot.
    const at = decoded.lastIndexOf(PROCESS)
    const key = at < 0 ? decoded : decoded.slice(0, at)
    try {
      checkKey(key)
      const steps = at < 0 ? [] : decoded.slice(at + PROCESS.length).split('/')
      return { key, operations: readSteps(steps, markGrammar).operations as readonly MarkOperation[] }
    } catch (fault) {
      if (!(fault instanceof KeyFault)) throw fault
      throw new KeyFault('bad_operation', `${fault.message} (in watermark image ${quote(decoded)})`, 'watermark image')
    }
  },
  print({ key, operations }) {
    const steps = printSteps(operations, markGrammar)
    return toBase64url(steps.length === 0 ? key : key + PROCESS + steps.join('/'))
  },
}

/** Longest text, in bytes of UTF-8: OSS's bound, 21 Chinese characters. */
const MAX_TEXT_BYTES = 64

const text: Kind<string> = {
  expected: `URL-safe base64 of 1 to ${MAX_TEXT_BYTES} bytes of UTF-8 text without line breaks`,
  parse(encoded) {
    const decoded = fromBase64url(encoded)
    if (decoded === undefined || decoded === '') return undefined
    if (new TextEncoder().encode(decoded).length > MAX_TEXT_BYTES) return undefined
    // oxlint-disable-next-line no-control-regex -- line breaks, tabs and what no font draws
    return /[\u0000-\u001f\u007f-\u009f\u2028\u2029]/.test(decoded) ? undefined : decoded
  },
  print: toBase64url,
}

const fontName = choice([
  'wqy-zenhei',
  'wqy-microhei',
  'fangzhengshusong',
  'fangzhengkaiti',
  'fangzhengheiti',
  'fangzhengfangsong',
  'droidsansfallback',
])

export type FontName = NonNullable<ReturnType<typeof fontName.parse>>

const font: Kind<FontName> = {
  expected: `URL-safe base64 of ${fontName.expected}`,
  parse: (encoded) => fontName.parse(fromBase64url(encoded) ?? ''),
  print: toBase64url,
}

const distance = integer(0, 4096)
const MIDDLE_ROW = ['west', 'center', 'east']
const MIDDLE_COLUMN = ['north', 'center', 'south']

/**
 * Text, a picture, or both, on the picture as it is at this point of the chain.
 * @see https://help.aliyun.com/zh/oss/user-guide/add-watermarks
 */
export const watermark = defineAction({
  name: 'watermark',
  parameters: {
    t: byDefault(integer(0, 100), 100),
    g: byDefault(choice(PLACES), 'se'),
    x: byDefault(distance, 10),
    y: byDefault(distance, 10),
    voffset: byDefault(integer(-1000, 1000), 0),
    fill: byDefault(flag, 0),
    padx: byDefault(distance, 0),
    pady: byDefault(distance, 0),
    image: optional(image),
    text: optional(text),
    type: byDefault(font, 'wqy-zenhei'),
    color: byDefault(colour, '000000'),
    size: byDefault(integer(1, 1000), 40),
    shadow: byDefault(integer(0, 100), 0),
    rotate: byDefault(degrees, 0),
    order: byDefault(flag, 0),
    align: byDefault(integer(0, 2), 2),
    interval: byDefault(integer(0, 1000), 0),
  },
  check: ({ image, text }) =>
    image === undefined && text === undefined ? 'Expected watermark to have text or image, got neither' : undefined,
  ignored({ image, text, g, fill }) {
    return [
      ...(MIDDLE_COLUMN.includes(g) ? (['x'] as const) : []),
      ...(MIDDLE_ROW.includes(g) ? (['y'] as const) : (['voffset'] as const)),
      ...(fill === 1 ? [] : (['padx', 'pady'] as const)),
      ...(text === undefined ? (['type', 'color', 'size', 'shadow', 'rotate'] as const) : []),
      ...(text === undefined || image === undefined ? (['order', 'align', 'interval'] as const) : []),
    ]
  },
})

export type Watermark = OperationOf<typeof watermark>

export const watermarkDocs: Docs<typeof watermark> = {
  about: { en: 'put text or a picture on top', zh: '水印' },
  parameters: {
    t: 'opacity in percent',
    g: 'where',
    x: 'distance from the left or right edge in pixels; ignored in the middle column',
    y: 'distance from the upper or lower edge in pixels; ignored in the middle row',
    voffset: 'shift down in pixels; only in the middle row',
    fill: '1 repeats the mark over the whole picture',
    padx: 'gap between repeated marks in pixels; only with fill_1',
    pady: 'gap between repeated rows in pixels; only with fill_1',
    image: 'the picture: object name, may be followed by ?x-oss-process=image/…, URL-safe base64',
    text: 'the text, at most 64 bytes of UTF-8, URL-safe base64',
    type: 'font of the text, URL-safe base64',
    color: 'colour of the text, RRGGBB',
    size: 'size of the text in pixels',
    shadow: "opacity of the text's shadow in percent",
    rotate: 'turn of the text in degrees clockwise',
    order: 'with both: 0 picture first, 1 text first',
    align: 'with both: aligned at the top 0, the middle 1, the bottom 2',
    interval: 'with both: pixels between them',
  },
  words({ image, text, g, t, fill }) {
    const place = placeInWords(g)
    const what = [
      ...(image === undefined ? [] : [{ en: `the picture ${image.key}`, zh: `图片 ${image.key}` }]),
      ...(text === undefined ? [] : [{ en: `the text “${text}”`, zh: `文字“${text}”` }]),
    ]
    const en = what.map((each) => each.en).join(' and ')
    const zh = what.map((each) => each.zh).join('和')
    const opacity = t === 100 ? { en: '', zh: '' } : { en: ` at ${t} % opacity`, zh: `，不透明度 ${t}%` }
    return fill === 1
      ? { en: `put ${en} all over${opacity.en}`, zh: `平铺${zh}${opacity.zh}` }
      : { en: `put ${en} at the ${place.en}${opacity.en}`, zh: `在${place.zh}添加${zh}${opacity.zh}` }
  },
}
