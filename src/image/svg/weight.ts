// How much a small file makes a reader draw: elements that refer to elements that refer to elements.
import { XmlElement } from '@rgrove/parse-xml'

/** Ten uses of ten uses … of a dot: five levels are a hundred thousand dots. A detailed map is about a tenth of this. */
export const MAX_DRAWN_ELEMENTS = 200_000

const HREFS = ['href', 'xlink:href']

/** Elements that draw what their href refers to. Links lead somewhere, animations change something, they draw nothing. */
const DRAWS = new Set(['use', 'pattern', 'linearGradient', 'radialGradient', 'filter', 'textPath', 'feImage'])

/**
 * Elements to be drawn once every reference (`use`, patterns, masks, markers, filters) is followed; Infinity where references go
 * round in circles.
 */
export function drawnElements(root: XmlElement): number {
  const byId = new Map<string, XmlElement>()
  const sheets: string[] = []
  visit(root, (element) => {
    const { id } = element.attributes
    if (id !== undefined && !byId.has(id)) byId.set(id, element)
    if (element.name === 'style') sheets.push(element.text)
  })
  const rules = referringRules(sheets.join('\n'))
  const known = new Map<XmlElement, number>()

  const weigh = (element: XmlElement): number => {
    const found = known.get(element)
    if (found !== undefined) return found
    // Until it is known, coming back to it means a circle.
    known.set(element, Infinity)
    let weight = 1
    for (const child of element.children) if (child instanceof XmlElement) weight += weigh(child)
    for (const id of referencesOf(element, rules)) {
      const target = byId.get(id)
      if (target !== undefined) weight += weigh(target)
    }
    known.set(element, weight)
    return weight
  }
  return weigh(root)
}

function visit(element: XmlElement, see: (element: XmlElement) => void): void {
  see(element)
  for (const child of element.children) if (child instanceof XmlElement) visit(child, see)
}

function referencesOf(element: XmlElement, rules: readonly Rule[]): string[] {
  const { attributes, name } = element
  const own = Object.values(attributes).flatMap(idsIn)
  const href = !DRAWS.has(name) ? [] : HREFS.flatMap((attribute) => attributes[attribute]?.slice(1) ?? [])
  const classes = attributes['class']?.split(/\s+/) ?? []
  const marks = [name, '*', ...classes.map((one) => `.${one}`), `#${attributes['id'] ?? ''}`]
  const styled = rules.filter(({ selectors }) => marks.some((mark) => selectors.has(mark)))
  return [...new Set([...own, ...href, ...styled.flatMap(({ ids }) => ids)])]
}

function idsIn(css: string): string[] {
  return [...css.matchAll(/url\(\s*["']?#([^\s"')]+)/gi)].map(([, id = '']) => id)
}

interface Rule {
  /** Elements, classes and ids it speaks of; one of them is taken for a match, which is too many rather than too few. */
  selectors: ReadonlySet<string>
  ids: string[]
}

function referringRules(css: string): Rule[] {
  const rules: Rule[] = []
  for (const [, selector = '', body = ''] of css.matchAll(/([^{}]*)\{([^{}]*)\}/g)) {
    const ids = idsIn(body)
    const marks = selector.match(/[.#]?[^\s.#:[\]>+~,()*]+|\*|\[|:/g) ?? []
    if (ids.length > 0) rules.push({ ids, selectors: new Set(marks.map((mark) => (/[[:]/.test(mark) ? '*' : mark))) })
  }
  return rules
}
