// Whether an answer tells the truth, found out without the function's own code: by decoding both sides and comparing.
import sharp, { type Sharp } from 'sharp'

/** What is asked for besides the plain version, and what it has to look like. */
export const OPERATIONS: Record<string, (source: Sharp) => Sharp> = {
  'resize,w_40': (source) => source.resize({ width: 40, withoutEnlargement: true }),
  'format,f_webp': (source) => source,
  'rotate,90': (source) => source.rotate(90),
}

export interface Answered {
  contentType: string
  body: Buffer
}

/** Why a 200 is wrong, undefined where it is right. @param operation a name of OPERATIONS; undefined for the plain version. */
export async function wrongWith(
  original: Buffer,
  operation: string | undefined,
  answer: Answered,
): Promise<string | undefined> {
  const { contentType, body } = answer
  const lie = lieOf(answer)
  if (lie !== undefined) return lie
  if (operation === undefined && body.length > original.length)
    return `larger than the original: ${body.length} of ${original.length} bytes`
  if (operation === undefined && (body.equals(original) || contentType === 'image/svg+xml')) return undefined
  const source = await decoded(original, operation)
  const made = await decoded(body, undefined)
  if (source === undefined && made === undefined && operation === undefined) {
    // Neither can be decoded: only metadata may have been cut from it.
    return body.length < original.length && typeOf(body) === typeOf(original)
      ? undefined
      : 'neither the original nor a picture'
  }
  if (made === undefined) return 'cannot be decoded, the original can'
  if (source === undefined) return 'a picture made of an original that cannot be decoded'
  if (Math.abs(made.width - source.width) > 1 || Math.abs(made.height - source.height) > 1)
    return `${made.width} × ${made.height} instead of ${source.width} × ${source.height}`
  const difference = meanDifference(made.pixels, source.pixels)
  return difference > MOST_DIFFERENCE ? `looks different: ${difference.toFixed(1)} of 255` : undefined
}

/** On average over a picture of 16 × 16: compression is below 4, another picture is above 30. */
const MOST_DIFFERENCE = 14

interface Seen {
  width: number
  height: number
  /** 16 × 16, grey levels of three channels on white. */
  pixels: Buffer
}

/** As a browser shows it: damaged or not, upright, the first frame. Undefined for what has nothing to show. */
async function decoded(bytes: Buffer, operation: string | undefined): Promise<Seen | undefined> {
  const open = () => sharp(bytes, { failOn: 'none', limitInputPixels: 1e8 })
  try {
    const upright = await open()
      .autoOrient()
      .flatten({ background: '#fff' })
      .toColourspace('srgb')
      .png({ compressionLevel: 0 })
      .toBuffer()
    const shown = OPERATIONS[operation ?? '']?.(sharp(upright)) ?? sharp(upright)
    const { data, info } = await shown.png({ compressionLevel: 0 }).toBuffer({ resolveWithObject: true })
    const pixels = await sharp(data).resize(16, 16, { fit: 'fill', kernel: 'linear' }).raw().toBuffer()
    return { width: info.width, height: info.height, pixels }
  } catch {
    return undefined
  }
}

function meanDifference(one: Buffer, other: Buffer): number {
  let sum = 0
  for (let at = 0; at < one.length; at++) sum += Math.abs((one[at] ?? 0) - (other[at] ?? 0))
  return sum / one.length
}

/** A Content-Type that is not what the bytes are, or one that a browser would run. */
function lieOf({ contentType, body }: Answered): string | undefined {
  const type = typeOf(body)
  // The platform takes `Content-Disposition: attachment` out of answers; without it, too, browsers only save this type.
  if (type === 'active' && contentType !== 'image/svg+xml')
    return contentType === 'application/octet-stream' ? undefined : `active content as ${contentType}`
  if (contentType === 'image/svg+xml') {
    const text = body.toString('utf8')
    return /^<svg[\s>]/.test(text) && !/<script|<!|<\?|\son\w+=|javascript:|https?:\/\/(?!www\.w3\.org\/)/i.test(text)
      ? undefined
      : 'an SVG that is not harmless'
  }
  if (/html|xml|script/.test(contentType)) return `active type ${contentType}`
  return type === 'unknown' || type === contentType ? undefined : `${contentType} for ${type}`
}

/** By its first bytes alone; `active` for text that begins as markup. */
function typeOf(bytes: Buffer): string {
  const start = bytes.toString('latin1', 0, 16)
  if (start.startsWith('\xff\xd8\xff')) return 'image/jpeg'
  if (start.startsWith('\x89PNG\r\n\x1a\n')) return 'image/png'
  if (/^GIF8[79]a/.test(start)) return 'image/gif'
  if (start.startsWith('RIFF') && start.slice(8, 14) === 'WEBPVP') return 'image/webp'
  if (start.slice(4, 12) === 'ftypavif') return 'image/avif'
  return /^(?:\xef\xbb\xbf)?\s*<(?:[a-z!?])/i.test(start) ? 'active' : 'unknown'
}
