// Writing and reading the XML of the OSS API.

import { XMLParser, XMLValidator } from 'fast-xml-parser'
import { OssError } from '../error.ts'

/**
 * Escapes text for XML. Control characters, which no XML 1.0 can hold in any form, go out raw: the client's own tests
 * against the service list such keys, and its parser refuses them as references. A carriage return, which readers turn
 * into a line feed, is a reference.
 */
export function escapeXml(text: string): string {
  return text.replace(/[&<>"'\r]/g, (character) => {
    switch (character) {
      case '&':
        return '&amp;'
      case '<':
        return '&lt;'
      case '>':
        return '&gt;'
      case '"':
        return '&quot;'
      case "'":
        return '&apos;'
      default:
        return '&#xD;'
    }
  })
}

/** XML that is already escaped, as opposed to text. */
export interface Xml {
  xml: string
}

type Child = string | number | boolean | Xml | undefined | readonly Xml[]

/** An element with text or elements in it; `undefined` children are left out. */
export function el(name: string, ...children: Child[]): Xml {
  const inner = children.map(render).join('')
  return { xml: inner === '' ? `<${name}></${name}>` : `<${name}>${inner}</${name}>` }
}

function render(child: Child): string {
  if (child === undefined) return ''
  if (typeof child === 'object') return 'xml' in child ? child.xml : child.map(({ xml }) => xml).join('')
  return escapeXml(String(child))
}

/** A whole XML document. */
export function xmlDocument(root: Xml): string {
  return `<?xml version="1.0" encoding="UTF-8"?>\n${root.xml}`
}

/** A parsed element: text, or child elements by name; an element that may repeat is a list. */
export interface XmlNode {
  [name: string]: XmlValue | undefined
}
export type XmlValue = string | XmlNode | (string | XmlNode)[]

const parser = new XMLParser({
  ignoreAttributes: true,
  parseTagValue: false,
  trimValues: false,
  htmlEntities: true,
  ignoreDeclaration: true,
  ignorePiTags: true,
})

/**
 * Reads a request's XML with the given root element.
 * @throws OssError 400 MalformedXML for anything else, a DOCTYPE included (its entities could grow without end).
 */
export function parseXml(body: string, root: string): XmlNode {
  const malformed = (): OssError =>
    new OssError(
      400,
      'MalformedXML',
      'The XML you provided was not well-formed or did not validate against our published schema.',
    )
  if (/<!DOCTYPE/i.test(body) || XMLValidator.validate(body) !== true) throw malformed()
  let tree: unknown
  try {
    tree = parser.parse(body)
  } catch {
    throw malformed()
  }
  if (typeof tree !== 'object' || tree === null || !(root in tree)) throw malformed()
  const node = (tree as Record<string, XmlValue>)[root]
  if (node === undefined || Array.isArray(node)) throw malformed()
  return typeof node === 'string' ? {} : node
}

/** The text of a child element; undefined when it is missing or has elements of its own. */
export function textOf(node: XmlNode | undefined, name: string): string | undefined {
  const child = node?.[name]
  const first = Array.isArray(child) ? child[0] : child
  return typeof first === 'string' ? first : undefined
}

/** Child elements of a name, however many there are. */
export function nodesOf(node: XmlNode | undefined, name: string): XmlNode[] {
  return valuesOf(node, name).map((value) => (typeof value === 'string' ? {} : value))
}

/** Texts of the child elements of a name. */
export function textsOf(node: XmlNode | undefined, name: string): string[] {
  return valuesOf(node, name).filter((value): value is string => typeof value === 'string')
}

function valuesOf(node: XmlNode | undefined, name: string): (string | XmlNode)[] {
  const child = node?.[name]
  if (child === undefined) return []
  return Array.isArray(child) ? child : [child]
}
