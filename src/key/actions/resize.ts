import { defineAction, type OperationOf } from '../grammar/action.ts'
import type { Docs, Words } from '../grammar/docs.ts'
import { choice, colour, flag, integer } from '../grammar/kinds.ts'
import { byDefault, optional, type Values } from '../grammar/parameter.ts'

/** Longest side that may be asked for, in pixels. */
export const MAX_SIDE = 16_384

const side = integer(1, MAX_SIDE)

const parameters = {
  m: byDefault(choice(['lfit', 'mfit', 'fill', 'pad', 'fixed']), 'lfit'),
  w: optional(side),
  h: optional(side),
  l: optional(side),
  s: optional(side),
  limit: byDefault(flag, 1),
  color: byDefault(colour, 'ffffff'),
  p: optional(integer(1, 1000)),
  // Not in OSS: what fill keeps.
  g: byDefault(choice(['center', 'auto']), 'center'),
}

/** Inside the picture of a watermark `P` fits the mark inside that many percent of the picture that is marked. */
const parametersInMark = { ...parameters, P: optional(integer(1, 100)) }

type AnySize = Values<typeof parameters> & { readonly P?: number }

function check({ w, h, l, s, p, P }: AnySize): string | undefined {
  if ([w, h, l, s, p, P].some((size) => size !== undefined)) return undefined
  return 'Expected resize to have w, h, l, s or p, got no size'
}

/**
 * w or h, then l or s, then p (the first is documented; for l, s beside p a sibling product documents this order).
 * What a mode does not use is reset too, so that it cannot multiply the spellings of one picture.
 */
function ignored({ m, w, h, l, s, P }: AnySize): (keyof typeof parameters)[] {
  const names: (keyof typeof parameters)[] = []
  const byBox = w !== undefined || h !== undefined
  const bySides = l !== undefined || s !== undefined
  if (P !== undefined) names.push('m', 'w', 'h')
  if (P !== undefined || byBox) names.push('l', 's')
  if (P !== undefined || byBox || bySides) names.push('p')
  if (m !== 'pad') names.push('color')
  if (m !== 'fill') names.push('g')
  return names
}

/** With one free side lfit and mfit are the same; a percentage knows neither box nor limit. */
function neutral({ m, w, h, l, s, P }: AnySize): (keyof typeof parameters)[] {
  const sizes = [w, h, l, s].filter((size) => size !== undefined).length
  if (P !== undefined || sizes === 0) return ['m', 'limit', 'color', 'g']
  const oneOfBox = (w === undefined) !== (h === undefined)
  const oneOfSides = w === undefined && h === undefined && (l === undefined) !== (s === undefined)
  return m === 'mfit' && (oneOfBox || oneOfSides) ? ['m'] : []
}

/** @see https://help.aliyun.com/zh/oss/user-guide/resize-images-4 */
export const resize = defineAction({ name: 'resize', parameters, check, ignored, neutral })

export const resizeInMark = defineAction({ name: 'resize', parameters: parametersInMark, check, ignored, neutral })

export type Resize = OperationOf<typeof resize>
export type ResizeInMark = OperationOf<typeof resizeInMark>

function box({ w, h, l, s, m }: Resize): Words {
  if (w !== undefined && h !== undefined) return { en: `${w} × ${h} px`, zh: ` ${w}×${h} 像素` }
  if (m !== 'lfit' && m !== 'mfit' && (w ?? h) !== undefined) {
    return { en: `${w ?? h} × ${w ?? h} px`, zh: ` ${w ?? h}×${w ?? h} 像素` }
  }
  const sides: Words[] = []
  if (w !== undefined) sides.push({ en: `width ${w} px`, zh: `宽 ${w} 像素` })
  if (h !== undefined) sides.push({ en: `height ${h} px`, zh: `高 ${h} 像素` })
  if (l !== undefined) sides.push({ en: `longest side ${l} px`, zh: `长边 ${l} 像素` })
  if (s !== undefined) sides.push({ en: `shortest side ${s} px`, zh: `短边 ${s} 像素` })
  return { en: sides.map(({ en }) => en).join(', '), zh: sides.map(({ zh }) => zh).join('、') }
}

function words(values: Resize): Words {
  const { m, p, limit, color, g } = values
  if (p !== undefined) return { en: `resize to ${p} %`, zh: `缩放到 ${p}%` }
  const size = box(values)
  const kept =
    g === 'auto'
      ? { en: 'keeping what draws attention', zh: '保留主体' }
      : { en: 'cut from the centre', zh: '居中裁剪' }
  const how: Words = {
    lfit: { en: `fit to ${size.en}`, zh: `等比缩放至${size.zh}以内` },
    mfit: { en: `cover at least ${size.en}`, zh: `等比缩放至不小于${size.zh}` },
    fill: { en: `fill ${size.en}, ${kept.en}`, zh: `填满${size.zh}，${kept.zh}` },
    pad: { en: `fit to ${size.en} on a canvas of #${color}`, zh: `等比缩放至${size.zh}，以 #${color} 填充` },
    fixed: { en: `stretch to ${size.en}`, zh: `强制缩放至${size.zh}` },
  }[m]
  return limit === 1
    ? { en: `${how.en}, never enlarged`, zh: `${how.zh}，不放大` }
    : { en: `${how.en}, enlarged if needed`, zh: `${how.zh}，允许放大` }
}

export const resizeDocs: Docs<typeof resize> = {
  about: { en: 'change the size', zh: '缩放' },
  parameters: {
    m: 'how: lfit inside the box, mfit around it, fill cut to it, pad on a canvas of it, fixed stretched to it',
    w: 'width of the box in pixels; alone, lfit and mfit leave the height free, the others take it for both',
    h: 'height of the box in pixels',
    l: 'longest side in pixels; ignored beside w or h',
    s: 'shortest side in pixels; ignored beside w or h',
    limit: '1 never enlarges, 0 may',
    color: 'canvas of pad, RRGGBB; ignored by the other modes',
    p: 'percent of both sides, may enlarge; ignored beside w, h, l or s',
    g: 'what fill keeps: the centre, or what draws attention (not in OSS)',
  },
  words,
}
