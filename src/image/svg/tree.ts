// An SVG as plain data: names as they are written in what goes out, SVG elements without a prefix.

export interface Tag {
  readonly name: string
  readonly attributes: ReadonlyMap<string, string>
  readonly children: readonly (Tag | string)[]
}

/** Deeper nesting is nobody's drawing, and everything that walks a tree may rely on it. */
export const MAX_DEPTH = 256

/** Well-formed XML in its plainest form: no declaration, no comments, no CDATA. */
export function write({ name, attributes, children }: Tag): string {
  const written = [...attributes].map(([attribute, value]) => ` ${attribute}="${escaped(value)}"`).join('')
  const inside = children.map((child) => (typeof child === 'string' ? escaped(child, true) : write(child))).join('')
  return inside === '' ? `<${name}${written}/>` : `<${name}${written}>${inside}</${name}>`
}

const ESCAPES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' }

/** White space in attributes would come back as spaces, a carriage return anywhere as a line feed. */
function escaped(text: string, inElement = false): string {
  const safe = text.replace(inElement ? /[&<>]/g : /[&<>"]/g, (char) => ESCAPES[char] ?? char)
  return safe.replace(inElement ? /\r/g : /[\t\n\r]/g, (char) => `&#${char.charCodeAt(0)};`)
}

/** As XML reads line ends (https://www.w3.org/TR/xml/#sec-line-ends). The parser does the same, but copies the rest for each. */
export function withLineFeeds(text: string): string {
  return text.replace(/\r\n?/g, '\n')
}
