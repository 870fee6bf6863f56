// Reading small XML documents of OSS, with the places of their elements in the text.
import { parseXml, XmlElement } from '@rgrove/parse-xml'

export { XmlElement } from '@rgrove/parse-xml'

/**
 * The root of a document; every element knows `start` and `end`, as offsets in the text.
 * @throws Error where the text is not well-formed or its root has another name.
 */
export function readXml(xml: string, rootName: string): XmlElement {
  let root: XmlElement | null
  try {
    ;({ root } = parseXml(xml, { includeOffsets: true }))
  } catch (error) {
    const reason = error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error)
    throw new Error(`Expected XML from OSS, got something that cannot be read: ${reason}`, { cause: error })
  }
  if (root?.name !== rootName) throw new Error(`Expected the element ${rootName}, got ${root?.name ?? 'none'}.`)
  return root
}

/** Child elements of that name, in the order of the text. */
export function childrenOf(parent: XmlElement | undefined, name: string): XmlElement[] {
  return elementsOf(parent).filter((child) => child.name === name)
}

export function elementsOf(parent: XmlElement | undefined): XmlElement[] {
  return (parent?.children ?? []).filter((child): child is XmlElement => child instanceof XmlElement)
}

export function childOf(parent: XmlElement | undefined, name: string): XmlElement | undefined {
  return childrenOf(parent, name)[0]
}

/** Text of the first child of that name without the space around it; empty where there is none. */
export function textOf(parent: XmlElement | undefined, name: string): string {
  return (childOf(parent, name)?.text ?? '').trim()
}
