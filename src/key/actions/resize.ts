import { defineAction, type OperationOf, type Words } from '../grammar/action.ts'
import { choice, colour, flag, integer } from '../grammar/kinds.ts'
import { byDefault, optional, type Values } from '../grammar/parameter.ts'

/** Longest side that may be asked for, in pixels. */
export const MAX_SIDE = 16_384

const side = integer(1, MAX_SIDE)

const parameters = {
  m: byDefault(
    choice(['lfit', 'mfit', 'fill', 'pad', 'fixed']),
    'lfit',
    'how: lfit inside the box, mfit around it, fill cut to it, pad on a canvas of it, fixed stretched to it',
  ),
  w: optional(
    side,
    'width of the box in pixels; alone, lfit and mfit leave the height free, the others take it for both',
  ),
  h: optional(side, 'height of the box in pixels'),
  l: optional(side, 'longest side in pixels; ignored beside w or h'),
  s: optional(side, 'shortest side in pixels; ignored beside w or h'),
  limit: byDefault(flag, 1, '1 never enlarges, 0 may'),
  color: byDefault(colour, 'ffffff', 'canvas of pad, RRGGBB; ignored by the other modes'),
  p: optional(integer(1, 1000), 'percent of both sides, may enlarge; ignored beside w, h, l or s'),
  g: byDefault(
    choice(['center', 'auto']),
    'center',
    'what fill keeps: the centre, or what draws attention (not in OSS)',
  ),
}

/** The same inside the picture of a watermark, where a size may also be relative to the picture that is marked. */
const parametersInMark = {
  ...parameters,
  P: optional(
    integer(1, 100),
    'percent of the marked picture, inside which the mark must fit; replaces all other sizes',
  ),
}

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

function box({ w, h, l, s, p, P, m }: AnySize): Words {
  if (P !== undefined) return { en: `inside ${P} % of the marked picture`, zh: `到被加水印图片的 ${P}% 以内` }
  if (p !== undefined && [w, h, l, s].every((size) => size === undefined)) return { en: `to ${p} %`, zh: `到 ${p}%` }
  if (w !== undefined || h !== undefined) {
    if (w !== undefined && h !== undefined) return { en: `${w} × ${h} px`, zh: `${w}×${h} 像素` }
    if (m !== 'lfit' && m !== 'mfit') return { en: `${w ?? h} × ${w ?? h} px`, zh: `${w ?? h}×${w ?? h} 像素` }
    return w === undefined ? { en: `height ${h} px`, zh: `高 ${h} 像素` } : { en: `width ${w} px`, zh: `宽 ${w} 像素` }
  }
  const sides = [
    ...(l === undefined ? [] : [{ en: `longest side ${l} px`, zh: `长边 ${l} 像素` }]),
    ...(s === undefined ? [] : [{ en: `shortest side ${s} px`, zh: `短边 ${s} 像素` }]),
  ]
  return { en: sides.map(({ en }) => en).join(', '), zh: sides.map(({ zh }) => zh).join('、') }
}

function words(values: AnySize): Words {
  const size = box(values)
  const { m, p, P, limit, color, g } = values
  if (p !== undefined || P !== undefined) return { en: `resize ${size.en}`, zh: `缩放${size.zh}` }
  const how: Words = {
    lfit: { en: `fit inside ${size.en}`, zh: `等比缩放至${size.zh}以内` },
    mfit: { en: `cover at least ${size.en}`, zh: `等比缩放至不小于${size.zh}` },
    fill: {
      en: `fill ${size.en}, ${g === 'auto' ? 'keeping what draws attention' : 'cut from the centre'}`,
      zh: `填满${size.zh}，${g === 'auto' ? '保留主体' : '居中裁剪'}`,
    },
    pad: { en: `fit inside ${size.en} on a canvas of #${color}`, zh: `等比缩放至${size.zh}，以 #${color} 填充` },
    fixed: { en: `stretch to ${size.en}`, zh: `强制缩放至${size.zh}` },
  }[m]
  return limit === 1
    ? { en: `${how.en}, never enlarged`, zh: `${how.zh}，不放大` }
    : { en: `${how.en}, enlarged if needed`, zh: `${how.zh}，允许放大` }
}

const about = { en: 'change the size', zh: '缩放' }

/** @see https://help.aliyun.com/zh/oss/user-guide/resize-images-4 */
export const resize = defineAction({ name: 'resize', about, parameters, check, ignored, neutral, words })

export const resizeInMark = defineAction({
  name: 'resize',
  about,
  parameters: parametersInMark,
  check,
  ignored,
  neutral,
  words,
})

export type Resize = OperationOf<typeof resize>
export type ResizeInMark = OperationOf<typeof resizeInMark>
