// How much a small file makes a reader draw: elements that refer to elements that refer to elements.
import { XmlElement } from '@rgrove/parse-xml'
import {
  inheritsMore,
  paintOfSheets,
  type Reach,
  type Reference,
  referencesIn,
  referencesInStyle,
  verticesIn,
} from './paint.ts'

/** Ten uses of ten uses … of a dot: five levels are a hundred thousand dots. A detailed map is about a tenth of this. */
export const MAX_DRAWN_ELEMENTS = 200_000

/** References within references, elements within elements: more is nobody's drawing. */
const MAX_STEPS = 700

const HREFS = ['href', 'xlink:href']

/** Elements that draw what their href refers to. Links lead somewhere, animations change something, they draw nothing. */
const DRAWS = new Set(['use', 'pattern', 'linearGradient', 'radialGradient', 'filter', 'textPath', 'feImage'])

const SHAPES = new Set('path rect circle ellipse line polyline polygon text tspan textPath'.split(' '))

/** Elements that nothing is drawn for, whatever a style sheet wants. */
const INERT = /^(?:linearGradient|radialGradient|stop|filter|fe[A-Z]\w*|animate\w*|set|mpath|title|desc|style|view)$/

const ANIMATES = /^(?:animate|set)/
const ANIMATED_TO = ['to', 'from', 'by', 'values']

/**
 * Elements to be drawn once every reference (`use`, patterns, masks, markers, filters) is followed, by everything that inherits
 * it and for every vertex that has it; Infinity where references go round in circles or are nested too deeply.
 * Takes time in proportion to the length of the file.
 */
export function drawnElements(root: XmlElement): number {
  const { byId, sheet, animations, inheritsAll } = survey(root)
  const marks = paintOfSheets(sheet)
  // A style sheet may give any path another course.
  const sheetVertices = pathVertices(sheet)
  let steps = 0

  /** Each result is found once. Until it is found, coming back to it means a circle. */
  function once<Key>(find: (key: Key) => number): (key: Key) => number {
    const known = new Map<Key, number>()
    return (key) => {
      const found = known.get(key)
      if (found !== undefined) return found
      known.set(key, Infinity)
      if (steps >= MAX_STEPS) return Infinity
      steps++
      const result = find(key)
      steps--
      known.set(key, result)
      return result
    }
  }
  const byReach = <Key>(find: (key: Key, reach: Reach) => number) => ({
    element: once<Key>((key) => find(key, 'element')),
    shapes: once<Key>((key) => find(key, 'shapes')),
    vertices: once<Key>((key) => find(key, 'vertices')),
  })

  const targetsOf = ({ name, attributes }: XmlElement): XmlElement[] =>
    DRAWS.has(name) ? HREFS.flatMap((href) => byId.get(attributes[href]?.slice(1) ?? '') ?? []) : []

  const weightOf = once((element: XmlElement): number => {
    let weight = 1 + paintOf(element, 'element')
    for (const child of elementsIn(element)) weight += weightOf(child)
    for (const target of targetsOf(element)) weight += weightOf(target)
    for (const reach of ['shapes', 'vertices'] as const) {
      if (SHAPES.has(element.name)) weight += times(inherited[reach](element), () => sizeOf(element, reach))
      // What is used inherits from where it is used as well.
      if (element.name !== 'use') continue
      for (const used of targetsOf(element)) weight += times(inherited[reach](element), () => expanded[reach](used))
    }
    return weight
  })

  const paintOf = (element: XmlElement, reach: Reach): number => {
    const { attributes, name } = element
    const own = [...ownReferences(element), ...(animations.get(element)?.references ?? [])]
    let weight = weightOfAll(own, reach)
    if (reach === 'element' && INERT.test(name)) return weight
    const classes = attributes['class']?.split(/[ \t\r\n\f]+/) ?? []
    for (const mark of new Set([name, '*', ...classes.map((one) => `.${one}`), `#${attributes['id'] ?? ''}`]))
      if (marks.has(mark)) weight += paintOfMark[reach](mark)
    return weight
  }
  const paintOfMark = byReach((mark: string, reach): number =>
    (marks.get(mark) ?? []).reduce((sum, references) => sum + paintOfRule[reach](references), 0),
  )
  const paintOfRule = byReach((references: readonly Reference[], reach) => weightOfAll(references, reach))

  const weightOfAll = (references: readonly Reference[], reach: Reach): number => {
    let weight = 0
    for (const { id, reach: written } of references) {
      const target = byId.get(id)
      const actual = inheritsAll && written === 'element' ? 'vertices' : written
      if (target !== undefined && actual === reach) weight += weightOf(target)
    }
    return weight
  }

  const inherited = byReach((element: XmlElement, reach): number => {
    const { parent } = element
    return paintOf(element, reach) + (parent instanceof XmlElement ? inherited[reach](parent) : 0)
  })

  /** Shapes, or their vertices, in an element and in what it uses. */
  const expanded = byReach((element: XmlElement, reach): number => {
    let size = SHAPES.has(element.name) ? sizeOf(element, reach) : 0
    for (const child of elementsIn(element)) size += expanded[reach](child)
    if (element.name === 'use') for (const target of targetsOf(element)) size += expanded[reach](target)
    return size
  })

  const sizeOf = (element: XmlElement, reach: Reach): number => {
    if (reach !== 'vertices') return 1
    const { d = '', points = '', style = '' } = element.attributes
    const own = verticesIn(d) + verticesIn(points) + pathVertices(style)
    return 2 + own + (animations.get(element)?.vertices ?? 0) + sheetVertices
  }

  return weightOf(root)
}

interface Survey {
  byId: Map<string, XmlElement>
  sheet: string
  /** What animations set, by the element they change. */
  animations: Map<XmlElement, { references: Reference[]; vertices: number }>
  inheritsAll: boolean
}

function survey(root: XmlElement): Survey {
  const byId = new Map<string, XmlElement>()
  const sheets: string[] = []
  const animating: XmlElement[] = []
  let inheritsAll = false
  visit(root, (element) => {
    const { id } = element.attributes
    if (id !== undefined && !byId.has(id)) byId.set(id, element)
    if (element.name === 'style') sheets.push(element.text)
    if (ANIMATES.test(element.name)) animating.push(element)
    for (const [name, value] of Object.entries(element.attributes)) {
      const css = name === 'style' ? value : ANIMATED_TO.includes(name) ? `--:${value}` : `${name}:${value}`
      if (value.includes('nherit') || /inherit/i.test(value)) inheritsAll ||= inheritsMore(css)
    }
  })
  const sheet = sheets.join('\n')
  const animations: Survey['animations'] = new Map()
  for (const { attributes, parent } of animating) {
    const changed = HREFS.flatMap((href) => byId.get(attributes[href]?.slice(1) ?? '') ?? [])
    if (changed.length === 0 && parent instanceof XmlElement) changed.push(parent)
    const values = ANIMATED_TO.flatMap((name) => attributes[name] ?? [])
    const references = values.flatMap((value) => referencesIn(value, attributes['attributeName'] ?? ''))
    const vertices = values.reduce((sum, value) => sum + verticesIn(value), 0)
    for (const element of changed) {
      const known = animations.get(element) ?? { references: [], vertices: 0 }
      for (const reference of references) known.references.push(reference)
      known.vertices += vertices
      animations.set(element, known)
    }
  }
  return { byId, sheet, animations, inheritsAll: inheritsAll || inheritsMore(sheet) }
}

function ownReferences({ attributes, name }: XmlElement): Reference[] {
  return Object.entries(attributes).flatMap(([attribute, value]) => {
    if (!value.includes('(') || (ANIMATES.test(name) && ANIMATED_TO.includes(attribute))) return []
    return attribute === 'style' ? referencesInStyle(value) : referencesIn(value, attribute)
  })
}

const elementsIn = ({ children }: XmlElement): XmlElement[] => children.filter((child) => child instanceof XmlElement)

const times = (weight: number, count: () => number): number => (weight === 0 ? 0 : weight * count())

const pathVertices = (css: string): number => (/path/i.test(css) ? verticesIn(css) : 0)

function visit(element: XmlElement, see: (element: XmlElement) => void): void {
  see(element)
  for (const child of elementsIn(element)) visit(child, see)
}
