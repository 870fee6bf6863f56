import { parseXml, XmlElement, XmlText, type XmlDocument, XmlDocumentType } from '@rgrove/parse-xml'
import { isHarmlessValue, isKnownAttribute } from './attribute.ts'
import { cleanCss } from './css.ts'
import { ELEMENTS, SVG_NAMESPACE, TEXT_ELEMENTS, XLINK_NAMESPACE, XML_NAMESPACE } from './names.ts'
import { cleanHref } from './references.ts'
import { MAX_DEPTH, type Tag, withLineFeeds } from './tree.ts'

const MAX_PREFIXES = 100

/** Prefix → namespace, '' for the default one. https://www.w3.org/TR/xml-names/ */
type Scope = ReadonlyMap<string, string>

/**
 * The drawing without anything that is not on the lists: scripts, handlers, foreign elements, references to the outside,
 * comments, processing instructions, editors' notes. Ids and classes stay: pages refer to them (`icons.svg#home`).
 * Undefined where it cannot be told what it is: not well-formed, entities of its own, not an `svg` of the SVG namespace, too deep, too many
 * prefixes.
 */
export function cleanSvg(text: string): Tag | undefined {
  const document = parsed(text)
  const root = document?.root
  if (document === undefined || root === null || root === undefined) return undefined
  // Declarations of its own could give elements attributes that are not written anywhere.
  const declares = document.children.some((node) => node instanceof XmlDocumentType && node.internalSubset !== null)
  if (declares) return undefined
  const scope = new Map([['xml', XML_NAMESPACE]])
  const clean = cleanElement(root, scope, false, 0)
  if (clean === undefined || clean === 'refused' || clean.name !== 'svg') return undefined
  const names: [string, string][] = [['xmlns', SVG_NAMESPACE]]
  if (usesXlink(clean)) names.push(['xmlns:xlink', XLINK_NAMESPACE])
  return { ...clean, attributes: new Map([...names, ...clean.attributes]) }
}

function parsed(text: string): XmlDocument | undefined {
  try {
    return parseXml(withLineFeeds(text), { preserveDocumentType: true })
  } catch {
    // Not well-formed, entities that nobody declared, or nested so deeply that the parser has no stack left.
    return undefined
  }
}

/** Undefined for what goes, with all that is in it: nothing of it would be drawn either. */
function cleanElement(element: XmlElement, outer: Scope, inText: boolean, depth: number): Tag | 'refused' | undefined {
  if (depth > MAX_DEPTH) return 'refused'
  const scope = scopeOf(element, outer)
  if (scope === undefined) return 'refused'
  const { namespace, local } = resolve(element.name, scope, true)
  if (namespace !== SVG_NAMESPACE || !ELEMENTS.has(local)) return undefined
  const attributes = cleanAttributes(element, local, scope)
  // What it changed was not on the list.
  if (/^(?:set|animate)(?!Motion)/.test(local) && !attributes.has('attributeName')) return undefined
  if (local === 'style') {
    const css = element.children.map((child) => (child instanceof XmlText ? child.text : '')).join('')
    return { name: local, attributes, children: [cleanCss(css)] }
  }
  const textInside = inText || TEXT_ELEMENTS.has(local)
  const children: (Tag | string)[] = []
  for (const child of element.children) {
    if (child instanceof XmlText && textInside) children.push(child.text)
    if (!(child instanceof XmlElement)) continue
    const clean = cleanElement(child, scope, textInside, depth + 1)
    if (clean === 'refused') return clean
    if (clean !== undefined) children.push(clean)
  }
  return { name: local, attributes, children }
}

/** Undefined where it has more prefixes than anybody needs: each element that declares one copies them all. */
function scopeOf(element: XmlElement, outer: Scope): Scope | undefined {
  const declared = Object.entries(element.attributes).filter(([name]) => /^xmlns(:|$)/.test(name))
  if (declared.length === 0) return outer
  if (outer.size + declared.length > MAX_PREFIXES) return undefined
  return new Map([...outer, ...declared.map(([name, value]) => [name.slice('xmlns:'.length), value] as const)])
}

/** An attribute without a prefix is in no namespace, whatever the default one is. */
function resolve(name: string, scope: Scope, element: boolean): { namespace: string | undefined; local: string } {
  const [prefix, local, ...more] = name.includes(':') ? name.split(':') : ['', name]
  if (more.length > 0 || local === undefined) return { namespace: undefined, local: name }
  return { namespace: prefix === '' && !element ? '' : scope.get(prefix ?? ''), local }
}

const WRITTEN_PREFIX = new Map([
  ['', ''],
  [XLINK_NAMESPACE, 'xlink:'],
  [XML_NAMESPACE, 'xml:'],
])

function cleanAttributes(element: XmlElement, tag: string, scope: Scope): Map<string, string> {
  const kept = new Map<string, string>()
  for (const [written, value] of Object.entries(element.attributes)) {
    const { namespace, local } = resolve(written, scope, false)
    const prefix = namespace === undefined ? undefined : WRITTEN_PREFIX.get(namespace)
    const name = `${prefix ?? '?'}${local}`
    if (prefix === undefined || !isKnownAttribute(name)) continue
    const clean = cleanValue(tag, name, value)
    if (clean !== undefined && isHarmlessValue(tag, name, clean)) kept.set(name, clean)
  }
  return kept
}

function cleanValue(tag: string, name: string, value: string): string | undefined {
  if (name === 'href' || name === 'xlink:href') return cleanHref(tag, value)
  if (name === 'style') return cleanCss(value)
  return value
}

function usesXlink({ attributes, children }: Tag): boolean {
  return attributes.has('xlink:href') || children.some((child) => typeof child !== 'string' && usesXlink(child))
}
