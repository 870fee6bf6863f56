// What an href may lead to: something in the same file, or pixels that are in the file.
import { cutMetadata } from '../metadata/cut.ts'
import { sniff } from '../sniff.ts'
import { isLocalReference } from './css.ts'

/** Elements that draw pixels out of a data: address. */
const PICTURES = new Set(['image', 'feImage'])

const RASTER = new Set(['jpeg', 'png', 'gif', 'webp', 'avif'])

const WRITTEN_HEAD = /^data:image\/(?:png|jpeg|gif|webp|avif);base64$/

/** True for `#name`, and on pictures for a data: address whose bytes are what it says. */
export function isHarmlessHref(element: string, href: string): boolean {
  if (isLocalReference(href)) return true
  const comma = href.indexOf(',')
  if (comma < 0 || !PICTURES.has(element) || !WRITTEN_HEAD.test(href.slice(0, comma))) return false
  const data = href.slice(comma + 1)
  if (data === '' || /[^A-Za-z0-9+/=]/.test(data)) return false
  const { format, contentType } = sniff(Buffer.from(data, 'base64'))
  return format !== undefined && RASTER.has(format) && href.startsWith(`data:${contentType};`)
}

/** The reference as it may stay, undefined where it may not. Pictures within lose their personal metadata. */
export function cleanHref(element: string, href: string): string | undefined {
  const trimmed = trimSpaces(href)
  const local = trimmed.startsWith('#') ? decoded(trimmed) : undefined
  if (local !== undefined && isLocalReference(local)) return local
  if (!PICTURES.has(element)) return undefined
  const bytes = dataOf(trimmed)
  if (bytes === undefined) return undefined
  const { format, contentType } = sniff(bytes)
  if (format === undefined || !RASTER.has(format)) return undefined
  return `data:${contentType};base64,${cutMetadata(bytes, format).bytes.toString('base64')}`
}

/** Without percent signs, as browsers look for an id and read data. */
function decoded(address: string): string | undefined {
  try {
    return decodeURIComponent(address)
  } catch {
    return undefined
  }
}

/** White space as browsers cut it from an address (https://url.spec.whatwg.org/#url-parsing); any other space is a part of it. */
function trimSpaces(text: string): string {
  let [from, to] = [0, text.length]
  while (from < to && text.charAt(from) <= ' ') from++
  while (to > from && text.charAt(to - 1) <= ' ') to--
  return text.slice(from, to)
}

/** https://www.rfc-editor.org/rfc/rfc2397; the type it claims is not asked. */
function dataOf(href: string): Buffer | undefined {
  const comma = href.indexOf(',')
  if (comma < 0 || !/^data:/i.test(href)) return undefined
  // Percent-encoded bytes without base64 are no UTF-8, and no picture is UTF-8.
  if (!/;[ \t\r\n\f]*base64[ \t\r\n\f]*$/i.test(href.slice(0, comma))) return undefined
  const plain = decoded(href.slice(comma + 1))
  return plain === undefined ? undefined : Buffer.from(plain.replace(/[ \t\r\n\f]+/g, ''), 'base64')
}
