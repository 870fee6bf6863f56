import { XMLParser, XMLValidator } from 'fast-xml-parser'
import { OssError } from '../error.ts'

/** An element with children: each name leads to all elements of that name, in document order. */
export interface Element {
  readonly text: string
  readonly children: ReadonlyMap<string, readonly Element[]>
}

type Parsed = Record<string, unknown>

const parser = new XMLParser({
  preserveOrder: true,
  ignoreAttributes: true,
  ignoreDeclaration: true,
  parseTagValue: false,
  trimValues: false,
  processEntities: true,
  htmlEntities: true,
})

/**
 * Reads a small XML document.
 * @returns its root element and that element's name
 * @throws OssError 400 MalformedXML for what is not well-formed, and for a document type, which no OSS body carries
 */
export function parseXml(xml: string): { name: string; root: Element } {
  const malformed = new OssError(400, 'MalformedXML', 'The XML you provided was not well-formed.')
  if (/<!DOCTYPE/i.test(xml)) throw malformed
  // The validator takes any name for an entity; only the five of XML are known without a document type.
  const text = xml.replace(/<!\[CDATA\[.*?\]\]>|<!--.*?-->|<\?.*?\?>/gs, '')
  if (/&(?!(?:amp|lt|gt|quot|apos|#\d+|#x[\da-f]+);)/i.test(text)) throw malformed
  if (XMLValidator.validate(xml) !== true) throw malformed
  const roots = nodes(parser.parse(xml)).filter((node) => nameOf(node) !== undefined)
  const root = roots[0]
  const name = root && nameOf(root)
  if (root === undefined || name === undefined || roots.length > 1) throw malformed
  return { name, root: element(nodes(root[name])) }
}

function nodes(value: unknown): Parsed[] {
  return Array.isArray(value) ? (value as Parsed[]) : []
}

function nameOf(node: Parsed): string | undefined {
  return Object.keys(node).find((name) => name !== '#text' && name !== ':@')
}

function element(content: Parsed[]): Element {
  const children = new Map<string, Element[]>()
  let text = ''
  for (const node of content) {
    const name = nameOf(node)
    if (name === undefined) {
      text += typeof node['#text'] === 'string' ? node['#text'] : ''
    } else {
      const same = children.get(name) ?? []
      same.push(element(nodes(node[name])))
      children.set(name, same)
    }
  }
  return { text, children }
}

/** All children of that name. */
export function all(parent: Element | undefined, name: string): readonly Element[] {
  return parent?.children.get(name) ?? []
}

/** The first child of that name. */
export function first(parent: Element | undefined, name: string): Element | undefined {
  return all(parent, name)[0]
}

/** The exact text of the first child of that name, spaces included; undefined where there is none. */
export function exact(parent: Element | undefined, name: string): string | undefined {
  return first(parent, name)?.text
}

/** The text of the first child of that name without surrounding space; empty where there is none. */
export function text(parent: Element | undefined, name: string): string {
  return (exact(parent, name) ?? '').trim()
}
