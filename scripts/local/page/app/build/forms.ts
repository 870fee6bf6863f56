// A form for every operation. What may be entered is for the grammar of src/key to say: a form refuses nothing itself.
import type { ActionName } from '../../../../../src/key/actions/list.ts'
import { PLACES } from '../../../../../src/key/actions/places.ts'
import { FORMAT_NAMES } from '../../../../../src/key/actions/format.ts'
import type { Words } from '../../../../../src/key/grammar/docs.ts'

export interface Field {
  /** Of the parameter; `value` where there is only one. */
  name: string
  label: Words
  kind: 'number' | 'range' | 'choice' | 'colour' | 'text' | 'photo'
  /** What it begins with; empty: the parameter is left out. */
  first: string
  /** Of a range. */
  least?: number
  most?: number
  /** Shown when asked for. */
  isRare?: boolean
  /** Of a choice. */
  options?: readonly { value: string; label: Words }[]
}

export interface Form {
  fields: readonly Field[]
  /** Offered at once. */
  isCommon?: boolean
}

function number(name: string, en: string, zh: string, first = ''): Field {
  return { name, label: { en, zh }, kind: 'number', first }
}

function range(name: string, en: string, zh: string, least: number, most: number, first: number): Field {
  return { name, label: { en, zh }, kind: 'range', first: String(first), least, most }
}

function choice(name: string, en: string, zh: string, options: readonly [string, string, string][]): Field {
  const [first = ['']] = options
  return {
    name,
    label: { en, zh },
    kind: 'choice',
    first: first[0],
    options: options.map(([value, en, zh]) => ({ value, label: { en, zh } })),
  }
}

const PLACE_WORDS: Record<(typeof PLACES)[number], [string, string]> = {
  nw: ['top left', '左上'],
  north: ['top', '中上'],
  ne: ['top right', '右上'],
  west: ['left', '左中'],
  center: ['centre', '中心'],
  east: ['right', '右中'],
  sw: ['bottom left', '左下'],
  south: ['bottom', '中下'],
  se: ['bottom right', '右下'],
}

function place(first: (typeof PLACES)[number], more: readonly [string, string, string][] = []): Field {
  const places = PLACES.map((name): [string, string, string] => [name, ...PLACE_WORDS[name]])
  return { ...choice('g', 'Where', '位置', [...places, ...more]), first }
}

const ATTENTION: [string, string, string] = ['auto', 'where attention goes', '主体所在']

/** Behind «more». */
function rare(field: Field): Field {
  return { ...field, isRare: true }
}

export const FORMS: Record<ActionName, Form> = {
  resize: {
    isCommon: true,
    fields: [
      choice('m', 'Mode', '方式', [
        ['lfit', 'fit inside', '等比，限制在内'],
        ['mfit', 'cover', '等比，延伸在外'],
        ['fill', 'fill and cut', '填满并裁剪'],
        ['pad', 'fit and pad', '等比并填充'],
        ['fixed', 'stretch', '强制拉伸'],
      ]),
      number('w', 'Width', '宽', '800'),
      number('h', 'Height', '高'),
      rare(number('l', 'Longest side', '长边')),
      rare(number('s', 'Shortest side', '短边')),
      rare(number('p', 'Percent', '百分比')),
      rare(
        choice('limit', 'Enlarge', '放大', [
          ['1', 'never', '不放大'],
          ['0', 'if needed', '允许'],
        ]),
      ),
      rare(choice('g', 'Fill keeps', '裁剪保留', [['center', 'the centre', '中心'], ATTENTION])),
      rare({ name: 'color', label: { en: 'Canvas', zh: '填充色' }, kind: 'colour', first: 'ffffff' }),
    ],
  },
  crop: {
    isCommon: true,
    fields: [
      number('w', 'Width', '宽', '600'),
      number('h', 'Height', '高', '400'),
      number('x', 'Shift right', '右移'),
      number('y', 'Shift down', '下移'),
      place('nw', [ATTENTION]),
    ],
  },
  rotate: { isCommon: true, fields: [range('value', 'Degrees clockwise', '顺时针角度', 0, 360, 90)] },
  watermark: {
    isCommon: true,
    fields: [
      { name: 'image', label: { en: 'Picture', zh: '图片' }, kind: 'photo', first: '' },
      { ...range('scale', 'Its size in percent', '图片占比（%）', 1, 100, 20) },
      { name: 'text', label: { en: 'Text (needs a font)', zh: '文字（需要字体）' }, kind: 'text', first: '' },
      rare(number('size', 'Text size', '字号')),
      rare({ name: 'color', label: { en: 'Text colour', zh: '文字颜色' }, kind: 'colour', first: '000000' }),
      place('se'),
      range('t', 'Opacity', '不透明度', 0, 100, 100),
      rare(number('x', 'From the side', '水平边距')),
      rare(number('y', 'From the edge', '垂直边距')),
      rare(
        choice('fill', 'Repeat', '平铺', [
          ['0', 'once', '一次'],
          ['1', 'all over', '铺满'],
        ]),
      ),
    ],
  },
  format: {
    isCommon: true,
    fields: [
      {
        ...choice(
          'value',
          'Format',
          '格式',
          FORMAT_NAMES.map((name) => [
            name,
            name === 'auto' ? 'what the reader takes' : name.toUpperCase(),
            name === 'auto' ? '按读者自动选择' : name.toUpperCase(),
          ]),
        ),
        first: 'webp',
      },
    ],
  },
  quality: {
    isCommon: true,
    fields: [
      number('Q', 'Absolute (1–100)', '绝对质量（1–100）', '75'),
      number('q', 'Relative (1–100)', '相对质量（1–100）'),
    ],
  },
  blur: { fields: [range('r', 'Radius', '半径', 1, 50, 8), range('s', 'Strength', '标准差', 1, 50, 8)] },
  bright: { fields: [range('value', 'Brightness', '亮度', -100, 100, 20)] },
  contrast: { fields: [range('value', 'Contrast', '对比度', -100, 100, 20)] },
  sharpen: { fields: [range('value', 'Strength', '强度', 50, 399, 100)] },
  circle: { fields: [number('r', 'Radius', '半径', '200')] },
  'rounded-corners': { fields: [number('r', 'Radius', '半径', '40')] },
  indexcrop: {
    fields: [
      number('x', 'Strip width', '每块宽度', '300'),
      number('y', 'Strip height', '每块高度'),
      number('i', 'Which, from 0', '第几块（从 0 起）'),
    ],
  },
  'auto-orient': {
    fields: [
      choice('value', 'Orientation', '方向', [
        ['1', 'upright', '自动摆正'],
        ['0', 'as stored', '保持原样'],
      ]),
    ],
  },
  interlace: {
    fields: [
      choice('value', 'JPEG', 'JPEG', [
        ['1', 'progressive', '渐进显示'],
        ['0', 'from top to bottom', '自上而下'],
      ]),
    ],
  },
  info: { fields: [] },
  'average-hue': { fields: [] },
}

/** Parameters that have no field: they are rarely needed, and can be typed into the key. */
export const WITHOUT_FIELD: Partial<Record<ActionName, readonly string[]>> = {
  watermark: ['voffset', 'padx', 'pady', 'type', 'shadow', 'rotate', 'order', 'align', 'interval'],
}
