// What a drawing's attributes and style sheets have it paint with (url(#…)), and how often. Taken for too much rather than too little.

/**
 * How often what is referred to is drawn: once for the element itself; for each shape in it, since it is inherited; or for each
 * vertex of those, as markers in the middle of a line are.
 */
export type Reach = 'element' | 'shapes' | 'vertices'

export interface Reference {
  id: string
  reach: Reach
}

/** Not inherited: https://www.w3.org/TR/css-masking-1/, https://www.w3.org/TR/filter-effects-1/ */
const ELEMENT = /^(?:-webkit-)?(?:clip-path|filter|mask|mask-image)$/

const SHAPES = new Set(['fill', 'stroke', 'marker-start', 'marker-end'])

/** What an attribute or a declaration refers to. Custom properties can become any other, markers among them. */
export function referencesIn(value: string, property: string): Reference[] {
  const reach = ELEMENT.test(property) ? 'element' : SHAPES.has(property) ? 'shapes' : 'vertices'
  return [...value.matchAll(/url\([ \t\r\n\f]*["']?#([^ \t\r\n\f"')]+)/gi)].map(([, id = '']) => ({ id, reach }))
}

/** The same for a list of declarations. One that cannot be told from another is taken for the worst. */
export function referencesInStyle(css: string): Reference[] {
  return declarations(css).flatMap((one) => referencesIn(one, propertyOf(one)))
}

/** True where a reference that is not inherited by itself may be inherited all the same. */
export function inheritsMore(css: string): boolean {
  return declarations(css).some((one) => /inherit/i.test(one) && /clip|mask|filter|all|--/i.test(one))
}

const declarations = (css: string): string[] => css.split(/[;{}]/)

const propertyOf = (declaration: string): string => declaration.slice(0, declaration.indexOf(':')).trim().toLowerCase()

/** At least as many as a path or a list of points has vertices: each needs a letter or a number of its own. */
export function verticesIn(path: string): number {
  return path.match(/[a-df-z]|[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?/gi)?.length ?? 0
}

interface Block {
  references: Reference[]
  /** What is in it are no selectors. */
  keyframes: boolean
}

/**
 * What style sheets refer to, by each element name, `.class`, `#id` and `*` that their selectors speak of. One of a selector's
 * parts is taken for a match; so is every element where it has a condition (`:hover`, `[x]`) or is none (keyframes).
 */
export function paintOfSheets(css: string): Map<string, Reference[][]> {
  const all: Reference[] = []
  const byMark = new Map([['*', [all]]])
  if (!css.includes('url(') && !/url\(/i.test(css)) return byMark
  if (hasHiddenBraces(css)) {
    all.push(...referencesIn(css, ''))
    return byMark
  }
  const top: Block = { references: all, keyframes: false }
  const open: Block[] = []
  let from = 0
  for (const { index, 0: brace } of css.matchAll(/[{}]/g)) {
    const part = css.slice(from, index)
    from = index + 1
    const outer = open.at(-1) ?? top
    for (const reference of referencesInStyle(part)) outer.references.push(reference)
    if (brace === '}') open.pop()
    else if (part.includes('@')) {
      // Groups rules, or declarations of the rule around it.
      const keyframes = outer.keyframes || /keyframes|property|font-face/i.test(part)
      open.push({ references: outer.references, keyframes })
    } else if (outer.keyframes) open.push({ references: all, keyframes: true })
    else open.push({ references: referencesOfRule(part, byMark, all), keyframes: false })
  }
  for (const reference of referencesInStyle(css.slice(from))) all.push(reference)
  return byMark
}

/** Where a rule's references are to be listed: with every mark of its selector. */
function referencesOfRule(selector: string, byMark: Map<string, Reference[][]>, all: Reference[]): Reference[] {
  const marks = /[:&*]/.test(selector) ? [] : (selector.match(/[.#]?[^ \t\r\n\f.#:|>+~,()]+/g) ?? [])
  if (marks.length === 0) return all
  const references: Reference[] = []
  for (const mark of new Set(marks)) {
    const rules = byMark.get(mark)
    if (rules) rules.push(references)
    else byMark.set(mark, [references])
  }
  return references
}

/** True where a brace may be a part of a string or a selector, so that it opens or closes nothing. */
function hasHiddenBraces(css: string): boolean {
  if (css.includes('[')) return true
  let quote = ''
  let depth = 0
  for (const char of css) {
    if (quote !== '') {
      if (char === quote || char === '\n') quote = ''
      else if (char === '{' || char === '}') return true
    } else if (char === '"' || char === "'") quote = char
    else if (char === '(') depth++
    else if (char === ')') depth = Math.max(0, depth - 1)
    else if (depth > 0 && (char === '{' || char === '}')) return true
  }
  return false
}
