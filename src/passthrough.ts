import type { Config } from './config.ts'
import { AppError } from './errors.ts'
import type { sniff } from './image/sniff.ts'
import { MAX_SVG_BYTES } from './image/policy.ts'
import type { OriginalFacts } from './oss/bucket.ts'

type Sniffed = ReturnType<typeof sniff>

/** What an original is, as far as its first bytes tell, and how it goes out if it is not compressed. */
export interface PassedType {
  /** A picture small enough to be read into memory and looked at. */
  compressible: boolean
  contentType: string
  contentDisposition: string | undefined
  reason: string
}

/**
 * Decides by content, never by name, what may go out at all.
 * @throws AppError not_passed_through (404) for what PASS_THROUGH does not let out: to a reader it does not exist.
 */
export function passedType(
  sniffed: Sniffed,
  facts: OriginalFacts,
  config: Pick<Config, 'passThrough' | 'maxSourceBytes'>,
): PassedType {
  const active = sniffed.media === 'active'
  const type = {
    // Active content would run in the reader's browser with the bucket's domain as its origin. What SVG is made harmless
    // gets its type when it is made.
    contentType: active ? 'application/octet-stream' : sniffed.contentType,
    contentDisposition: active ? 'attachment' : undefined,
  }
  const encoded = isEncoded(facts)
  if (sniffed.format !== undefined && !encoded) {
    const fits = facts.bytes <= (active ? Math.min(MAX_SVG_BYTES, config.maxSourceBytes) : config.maxSourceBytes)
    if (fits) return { ...type, compressible: true, reason: 'image' }
    return { ...type, compressible: false, reason: active ? 'active_content' : 'source_too_large' }
  }
  const letOut =
    config.passThrough === 'all' ||
    (config.passThrough === 'media' && ['image', 'audio', 'video', 'pdf'].includes(sniffed.media) && !encoded)
  if (!letOut) throw new AppError('not_passed_through', 'No such object.')
  return { ...type, compressible: false, reason: active ? 'active_content' : 'not_compressed_media' }
}

/**
 * What operations can be carried out on: a picture that fits into memory. There is no original to fall back to here: the
 * answer to a key with operations is what it asks for, or an error.
 * @throws AppError not_an_image (415), source_too_large (413)
 */
export function operableType(
  sniffed: Sniffed,
  facts: OriginalFacts,
  config: Pick<Config, 'maxSourceBytes'>,
): PassedType {
  const encoded = isEncoded(facts)
  if (sniffed.format === undefined || encoded) {
    throw new AppError(
      'not_an_image',
      `Expected an image for operations, got ${encoded ? 'encoded content' : sniffed.contentType}.`,
    )
  }
  if (!(facts.bytes <= config.maxSourceBytes)) {
    throw new AppError(
      'source_too_large',
      `Expected an original of at most ${config.maxSourceBytes} bytes, got ${facts.bytes}.`,
    )
  }
  return { compressible: true, contentType: sniffed.contentType, contentDisposition: undefined, reason: 'image' }
}

/** Real codings only: uploaders write `utf-8` or `base64` there too, and the bytes are what they are all the same. */
export function isEncoded({ contentEncoding }: Pick<OriginalFacts, 'contentEncoding'>): boolean {
  return /^(x-)?(gzip|compress|deflate|br|zstd)\b/i.test(contentEncoding?.trim() ?? '')
}

/** Headers of an original that goes out as it is. Its length and MD5 are what OSS keeps of it. */
export function passThroughHeaders(
  type: PassedType,
  facts: OriginalFacts,
  cacheControl: string,
): Record<string, string> {
  return {
    'Content-Type': type.contentType,
    ...(Number.isFinite(facts.bytes) ? { 'Content-Length': String(facts.bytes) } : {}),
    ...(facts.contentMd5 === undefined ? {} : { 'Content-MD5': facts.contentMd5 }),
    ...(type.contentDisposition === undefined ? {} : { 'Content-Disposition': type.contentDisposition }),
    ...(isEncoded(facts) ? { 'Content-Encoding': facts.contentEncoding ?? '' } : {}),
    'Cache-Control': cacheControl,
    ETag: `"${facts.etag}"`,
    'X-Content-Type-Options': 'nosniff',
  }
}
