/**
 * The XMP that an HDR gain map is shown by, written anew from its numbers: whatever else stood beside them is gone.
 * Ultra HDR: developer.android.com/media/platform/hdr-image-format. Apple's form has no public description; the names
 * are those its files carry.
 */

const RDF = 'http://www.w3.org/1999/02/22-rdf-syntax-ns#'
const HDRGM = 'http://ns.adobe.com/hdr-gain-map/1.0/'
const APPLE_GAIN_MAP = 'http://ns.apple.com/HDRGainMap/1.0/'
const APPLE_PIXEL_DATA = 'http://ns.apple.com/pixeldatainfo/1.0/'
const APPLE_TYPE = 'urn:com:apple:photo:2020:aux:hdrgainmap'

const NUMBER = /^[-+]?\d{1,12}(?:\.\d{1,20})?(?:[eE][-+]?\d{1,3})?$/
const VERSION = /^\d{1,4}(?:\.\d{1,4}){0,3}$/
const BOOLEAN = /^(?:True|False|true|false)$/

interface Property {
  readonly name: string
  readonly form: RegExp
  readonly required: boolean
}

const HDRGM_PROPERTIES: readonly Property[] = [
  { name: 'Version', form: VERSION, required: true },
  { name: 'BaseRenditionIsHDR', form: BOOLEAN, required: false },
  { name: 'OffsetSDR', form: NUMBER, required: false },
  { name: 'OffsetHDR', form: NUMBER, required: false },
  { name: 'HDRCapacityMin', form: NUMBER, required: false },
  { name: 'HDRCapacityMax', form: NUMBER, required: true },
  { name: 'GainMapMin', form: NUMBER, required: false },
  { name: 'GainMapMax', form: NUMBER, required: true },
  { name: 'Gamma', form: NUMBER, required: false },
]

/** Whether the XMP of a primary picture announces a gain map in Adobe's and Android's way. */
export function announcesGainMap(xmp: string): boolean {
  const prefix = prefixOf(xmp, HDRGM)
  return prefix !== undefined && read(xmp, prefix, 'Version').some((value) => VERSION.test(value))
}

/** Whether the XMP says that the picture it stands in is a gain map, of whichever maker. */
export function isGainMap(xmp: string): boolean {
  return xmp.includes(APPLE_TYPE) || prefixOf(xmp, HDRGM) !== undefined
}

/**
 * @param xmp the XMP of a gain map
 * @returns the same numbers in a new XMP; undefined where one is missing or is not the number it ought to be
 */
export function gainMapXmp(xmp: string): string | undefined {
  if (xmp.includes(APPLE_TYPE)) return appleXmp(xmp)
  const prefix = prefixOf(xmp, HDRGM)
  if (prefix === undefined) return undefined
  let attributes = ''
  let elements = ''
  for (const { name, form, required } of HDRGM_PROPERTIES) {
    const values = read(xmp, prefix, name)
    if (values.length === 0 && !required) continue
    // One value for all channels, or one each for red, green and blue.
    if ((values.length !== 1 && values.length !== 3) || !values.every((value) => form.test(value))) return undefined
    if (values.length === 1) attributes += ` hdrgm:${name}="${values[0]}"`
    else
      elements += `<hdrgm:${name}><rdf:Seq>${values.map((value) => `<rdf:li>${value}</rdf:li>`).join('')}</rdf:Seq></hdrgm:${name}>`
  }
  return packet(` xmlns:hdrgm="${HDRGM}"${attributes}`, elements)
}

/** The XMP of a primary picture: there is a gain map, and it is the `bytes` that follow the picture. */
export function primaryXmp(bytes: number): string {
  const item = (attributes: string): string =>
    `<rdf:li rdf:parseType="Resource"><Container:Item Item:Semantic=${attributes}/></rdf:li>`
  return packet(
    ' xmlns:Container="http://ns.google.com/photos/1.0/container/"' +
      ' xmlns:Item="http://ns.google.com/photos/1.0/container/item/"' +
      ` xmlns:hdrgm="${HDRGM}" hdrgm:Version="1.0"`,
    '<Container:Directory><rdf:Seq>' +
      item('"Primary" Item:Mime="image/jpeg"') +
      item(`"GainMap" Item:Mime="image/jpeg" Item:Length="${bytes}"`) +
      '</rdf:Seq></Container:Directory>',
  )
}

/** Without the headroom the picture could not be shown right: older phones have it in the maker notes only. */
function appleXmp(xmp: string): string | undefined {
  const pixels = prefixOf(xmp, APPLE_PIXEL_DATA)
  const map = prefixOf(xmp, APPLE_GAIN_MAP)
  if (pixels === undefined || map === undefined) return undefined
  let elements = `<apdi:AuxiliaryImageType>${APPLE_TYPE}</apdi:AuxiliaryImageType>`
  for (const name of ['NativeFormat', 'StoredFormat']) {
    const [value] = read(xmp, pixels, name)
    if (value !== undefined && /^\d{1,10}$/.test(value)) elements += `<apdi:${name}>${value}</apdi:${name}>`
  }
  for (const name of ['HDRGainMapVersion', 'HDRGainMapHeadroom']) {
    const [value] = read(xmp, map, name)
    if (value === undefined || !NUMBER.test(value)) return undefined
    elements += `<HDRGainMap:${name}>${value}</HDRGainMap:${name}>`
  }
  return packet(` xmlns:apdi="${APPLE_PIXEL_DATA}" xmlns:HDRGainMap="${APPLE_GAIN_MAP}"`, elements)
}

function packet(attributes: string, elements: string): string {
  return (
    `<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="${RDF}">` +
    `<rdf:Description rdf:about=""${attributes}>${elements}</rdf:Description></rdf:RDF></x:xmpmeta>`
  )
}

/** The prefix that the XMP binds to a namespace. */
function prefixOf(xmp: string, namespace: string): string | undefined {
  const at = [xmp.indexOf(`="${namespace}"`), xmp.indexOf(`='${namespace}'`)].find((index) => index >= 0)
  if (at === undefined) return undefined
  return /xmlns:([A-Za-z][\w-]{0,30})\s{0,9}$/.exec(xmp.slice(Math.max(0, at - 50), at))?.[1]
}

/** The values of a property, written as an attribute, as an element, or as an element with a list in it. */
function read(xmp: string, prefix: string, name: string): readonly string[] {
  const attribute = new RegExp(`\\s${prefix}:${name}\\s{0,9}=\\s{0,9}["']([^"'<>]{0,64})["']`).exec(xmp)
  if (attribute?.[1] !== undefined) return [attribute[1].trim()]
  const open = `<${prefix}:${name}>`
  const start = xmp.indexOf(open)
  const end = start < 0 ? -1 : xmp.indexOf(`</${prefix}:${name}>`, start)
  if (end < 0) return []
  const content = xmp.slice(start + open.length, end)
  if (!content.includes('<')) return [content.trim()]
  return Array.from(content.matchAll(/<rdf:li>([^<>]{0,64})<\/rdf:li>/g), ([, value]) => (value ?? '').trim())
}
