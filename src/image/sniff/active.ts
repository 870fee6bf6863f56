import { gunzipSync, constants } from 'node:zlib'
import type { Sniffed } from '../sniff.ts'

const HTML: Sniffed = { contentType: 'text/html', media: 'active' }
const XML: Sniffed = { contentType: 'text/xml', media: 'active' }
const SCRIPT: Sniffed = { contentType: 'text/javascript', media: 'active' }
const SVG: Sniffed = { contentType: 'image/svg+xml', media: 'active', format: 'svg' }

// Section 7.1 of the WHATWG MIME Sniffing standard, plus the names a browser would still lay out as a page.
const HTML_START =
  /^<(?:!doctype\s+html|html|head|script|iframe|h[1-6]|div|font|table|a|style|title|b|body|br|p|img|form|meta|link|base|object|embed|frameset|video|audio|input|button|template|span|i|u|ul|ol|math)(?=[\s/>])/i
const XML_START = /^<(?:\?xml|!doctype|!entity|!element|\?|[a-z_][\w.-]*:?[\w.-]*(?:\s[^<]*)?\/?>)/i
const SVG_TAG = /<(?:[a-z_][\w.-]*:)?svg(?=[\s/>])/i

const SCRIPT_START = new RegExp(
  [
    /^#!.*\b(?:node|deno|bun)\b/,
    /^["']use (?:strict|client|server)["']/,
    /^(?:var|let|const)\s+[\w$[{]/,
    /^(?:import|export)(?:\s+\w|\s*[{*"'(])/,
    /^(?:async\s+)?function[\s*(]/,
    /^class\s+[\w$]+[\s{]/,
    /^[!;~+(-]+\s*(?:async\s*)?(?:function\b|\()/,
    /^(?:\([\w\s,$]*\)|[\w$]+)\s*=>/,
    /^(?:window|document|self|top|parent|globalThis|location|this|module|exports|require|define|alert|eval|console|fetch|setTimeout|new\s+\w+)\s*[.[(=]/,
  ]
    .map((part) => part.source)
    .join('|'),
  'i',
)

/** A gzip stream's first bytes, unpacked: enough to see an `<svg`. Bounded, since 4 KB can unpack to 4 MB. */
function unpackStart(bytes: Uint8Array): Buffer {
  try {
    return gunzipSync(bytes, { finishFlush: constants.Z_SYNC_FLUSH, maxOutputLength: 8 << 20 }).subarray(0, 4096)
  } catch {
    return Buffer.alloc(0)
  }
}

/** UTF-16 in either order, with or without a byte order mark: markup begins with `<`, so one of its two bytes is zero. */
function utf16(bytes: Uint8Array): string | undefined {
  const [a, b] = bytes
  const view = Buffer.from(bytes.subarray(0, bytes.length & ~1))
  if ((a === 0xff && b === 0xfe) || (a === 0x3c && b === 0)) return view.toString('utf16le')
  if ((a === 0xfe && b === 0xff) || (a === 0 && b === 0x3c)) return view.swap16().toString('utf16le')
  return undefined
}

/** Text as a browser would begin to read it: without byte order mark, white space and comments in front. */
function textStart(bytes: Uint8Array): string {
  const text = utf16(bytes) ?? Buffer.from(bytes).toString('utf8')
  return text.replace(/^\uFEFF/, '').trimStart()
}

function withoutScriptComments(text: string): string {
  return text.replace(/^(?:\s+|\/\/[^\n]*(?:\n|$)|\/\*[^]*?(?:\*\/|$)|<!--[^\n]*(?:\n|$))+/, '')
}

function withoutMarkupComments(text: string): string {
  return text.replace(/^(?:\s+|<!--[^]*?(?:-->|$)|<\?[^]*?(?:\?>|$))+/, '')
}

/** Text a browser could run: HTML, SVG (also gzipped), other XML, JavaScript. Markup counts from its first tag on. */
export function sniffActive(bytes: Uint8Array): Sniffed | undefined {
  if (bytes[0] === 0x1f && bytes[1] === 0x8b) {
    const inside = textStart(unpackStart(bytes))
    if (inside.startsWith('<') && !HTML_START.test(withoutMarkupComments(inside)) && SVG_TAG.test(inside)) return SVG
    return { contentType: 'application/gzip', media: 'other' }
  }
  const text = textStart(bytes)
  if (text.startsWith('<')) {
    const first = withoutMarkupComments(text)
    if (HTML_START.test(first)) return HTML
    if (SVG_TAG.test(text)) return SVG
    if (text.startsWith('<!--')) return HTML
    if (XML_START.test(text)) return XML
    return undefined
  }
  return SCRIPT_START.test(withoutScriptComments(text)) ? SCRIPT : undefined
}
