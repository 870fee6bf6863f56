import { parseXml, XmlElement, XmlText } from '@rgrove/parse-xml'
import { isHarmlessValue, isKnownAttribute } from './attribute.ts'
import { isHarmlessCss } from './css.ts'
import { ELEMENTS, SVG_NAMESPACE, XLINK_NAMESPACE } from './names.ts'
import { MAX_DEPTH, withLineFeeds } from './tree.ts'
import { drawnElements, MAX_DRAWN_ELEMENTS } from './weight.ts'

/**
 * The last word on an SVG that is to go out as one: true only where its text, parsed anew, has nothing in it but what is known
 * to be harmless. Knows nothing of how the text came about. Narrower than SVG is: no declarations, comments, processing
 * instructions or CDATA, no prefixes, namespaces on the root alone.
 */
export function isHarmlessSvg(text: string): boolean {
  if (!text.startsWith('<svg') || /<[!?]/.test(text)) return false
  try {
    const { root } = parseXml(withLineFeeds(text))
    if (root?.name !== 'svg' || root.attributes['xmlns'] !== SVG_NAMESPACE) return false
    return isHarmlessElement(root, 0) && drawnElements(root) <= MAX_DRAWN_ELEMENTS
  } catch {
    // Not well-formed, or a chain of references so long that there is no stack left to follow it.
    return false
  }
}

function isHarmlessElement(element: XmlElement, depth: number): boolean {
  const { name, attributes, children } = element
  if (depth > MAX_DEPTH || !ELEMENTS.has(name)) return false
  for (const [attribute, value] of Object.entries(attributes)) {
    if (depth === 0 && isNamespace(attribute, value)) continue
    if (!isKnownAttribute(attribute) || !isHarmlessValue(name, attribute, value)) return false
  }
  if (name === 'style' && !(children.every((child) => child instanceof XmlText) && isHarmlessCss(element.text)))
    return false
  return children.every((child) => !(child instanceof XmlElement) || isHarmlessElement(child, depth + 1))
}

function isNamespace(attribute: string, value: string): boolean {
  return (
    (attribute === 'xmlns' && value === SVG_NAMESPACE) || (attribute === 'xmlns:xlink' && value === XLINK_NAMESPACE)
  )
}
