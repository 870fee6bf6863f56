// What an href may lead to: something in the same file, or pixels that are in the file.
import { cutMetadata } from '../metadata/cut.ts'
import { sniff } from '../sniff.ts'

/** Elements that draw pixels out of a data: address. */
const PICTURES = new Set(['image', 'feImage'])

const RASTER = new Set(['jpeg', 'png', 'gif', 'webp', 'avif'])

const LOCAL = /^#[^\s"'()<>\\]+$/
const WRITTEN_DATA = /^data:image\/(?:png|jpeg|gif|webp|avif);base64,([A-Za-z0-9+/]+={0,2})$/

/** True for `#name`, and on pictures for a data: address whose bytes are what it says. */
export function isHarmlessHref(element: string, href: string): boolean {
  if (LOCAL.test(href)) return true
  const data = PICTURES.has(element) ? WRITTEN_DATA.exec(href)?.[1] : undefined
  if (data === undefined) return false
  const { format, contentType } = sniff(Buffer.from(data, 'base64'))
  return format !== undefined && RASTER.has(format) && href.startsWith(`data:${contentType};`)
}

/** The reference as it may stay, undefined where it may not. Pictures within lose their personal metadata. */
export function cleanHref(element: string, href: string): string | undefined {
  const trimmed = href.trim()
  if (LOCAL.test(trimmed)) return trimmed
  if (!PICTURES.has(element)) return undefined
  const bytes = dataOf(trimmed)
  if (bytes === undefined) return undefined
  const { format, contentType } = sniff(bytes)
  if (format === undefined || !RASTER.has(format)) return undefined
  return `data:${contentType};base64,${cutMetadata(bytes, format).bytes.toString('base64')}`
}

/** https://www.rfc-editor.org/rfc/rfc2397; the type it claims is not asked. */
function dataOf(href: string): Buffer | undefined {
  const [, base64, data] = /^data:[^,]*?(;\s*base64\s*)?,([^]*)$/i.exec(href) ?? []
  if (data === undefined) return undefined
  try {
    const plain = decodeURIComponent(base64 === undefined ? data : data.replace(/\s+/g, ''))
    // Percent-encoded bytes that are no UTF-8 throw above, and no picture is UTF-8.
    return base64 === undefined ? undefined : Buffer.from(plain, 'base64')
  } catch {
    return undefined
  }
}
