import type { Config } from 'svgo'
import { verticesIn } from './paint.ts'
import type { Tag } from './tree.ts'

/** Digits after the point that are enough for a drawing a hundred units wide: a thousandth of a unit cannot be seen. */
const DIGITS = 3
const MOST_DIGITS = 9

/**
 * What a page may count on stays: ids and classes (`icons.svg#home`), symbols that nothing in the file uses, what is hidden
 * until a page shows it, titles and roles for screen readers, white space where it is drawn.
 */
const STILL: NonNullable<Config['plugins']> = [
  {
    name: 'preset-default',
    params: {
      overrides: {
        cleanupIds: false,
        removeUselessDefs: false,
        removeHiddenElems: false,
        removeDesc: false,
        // Renderers differ in what an inch is.
        cleanupNumericValues: { convertToPx: false },
        // Compares every path with every other.
        mergePaths: false,
        removeUnknownsAndDefaults: { keepAriaAttrs: true, keepRoleAttr: true },
      },
    },
  },
]

/** A style sheet may speak of elements by their kind and place, an animation of any attribute: those stay as they are. */
const STYLED: NonNullable<Config['plugins']> = [
  'cleanupAttrs',
  { name: 'cleanupNumericValues', params: { convertToPx: false } },
  'convertColors',
  'convertTransform',
  'minifyStyles',
  'removeEmptyAttrs',
  'sortAttrs',
]

const MAX_BYTES = 524_288

/** svgo looks an element up among its siblings again and again: 4,000 of them cost a second, 20,000 half a minute. */
const MAX_SIBLING_PAIRS = 16_000_000

/** … and each rule of a style sheet for each element. */
const MAX_RULES_TIMES_ELEMENTS = 500_000

/** … and long values again and again: 50,000 letters of a transform, or 22,000 numbers of a path, cost a second or two. */
const MAX_VALUE_WORK = 2_500_000_000

function valueWork(name: string, value: string): number {
  if (name === 'href' || name === 'xlink:href') return 0
  return name === 'd' || name === 'points' ? 5 * verticesIn(value) ** 2 : value.length ** 2
}

/**
 * Whether svgo is done with it in two or three seconds, told by what is in it and never by a clock. What is not only gets
 * cleaned, which takes time in proportion to its length.
 */
function canBeMinified(text: string, root: Tag): boolean {
  let pairs = 0
  let elements = 0
  let rules = 0
  let work = 0
  const count = ({ name, attributes, children }: Tag): void => {
    for (const [attribute, value] of attributes) work += valueWork(attribute, value)
    elements++
    pairs += children.length ** 2
    for (const child of children) {
      if (typeof child !== 'string') count(child)
      else if (name === 'style') rules += child.split(/[,{]/).length
    }
  }
  count(root)
  if (text.length > MAX_BYTES || work > MAX_VALUE_WORK) return false
  return pairs <= MAX_SIBLING_PAIRS && rules * Math.max(rules, elements) <= MAX_RULES_TIMES_ELEMENTS
}

/**
 * The same drawing in fewer characters, with svgo (https://svgo.dev). Undefined where svgo cannot do it, or would take too long.
 * Rejects where svgo cannot be loaded.
 * @param text `root` as it is written, known to be harmless: svgo is no guard
 */
export async function minifySvg(text: string, root: Tag): Promise<string | undefined> {
  if (!canBeMinified(text, root)) return undefined
  // Large, and most workers never see an SVG.
  const { optimize } = await import('svgo')
  const animated = /<(?:animate|set)/.test(text)
  const styled = text.includes('<style')
  const plugins = animated ? STYLED : styled ? [...STYLED, 'convertPathData' as const] : STILL
  try {
    return optimize(text, { floatPrecision: digitsFor(text), plugins }).data
  } catch {
    return undefined
  }
}

/** More digits for a drawing that is only a few units wide, or that is enlarged inside of itself. */
function digitsFor(text: string): number {
  const root = /<svg[^>]*>/.exec(text)?.[0] ?? ''
  const box = /\sviewBox="([^"]*)"/
    .exec(root)?.[1]
    ?.trim()
    .split(/[\s,]+/)
    .map(Number)
  const sides =
    box?.slice(2, 4) ??
    [/\swidth="([^"]*)"/, /\sheight="([^"]*)"/].map((side) => Number.parseFloat(side.exec(root)?.[1] ?? ''))
  const side = Math.min(100, ...sides.filter((one) => one > 0))
  const factors = [...text.matchAll(/\b(?:scale|matrix)\(([^()]*)\)/g)].flatMap(([, numbers = '']) =>
    numbers
      .split(/[\s,]+/)
      .slice(0, 4)
      .map(Number),
  )
  const enlarged = factors.reduce((largest, factor) => Math.max(largest, Math.abs(factor) || 1), 1)
  return Math.min(MOST_DIGITS, DIGITS + Math.ceil(Math.log10((100 / side) * enlarged)))
}
