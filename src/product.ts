// What one read of an original leads to: the answer's headers and body, what is stored, what is logged.
import { RECIPE } from './image/policy.ts'
import type { RequestLine } from './log.ts'
import { type Compressed, md5Of, type NewObject, type OpenOriginal, type OriginalFacts } from './oss/bucket.ts'
import { isEncoded, type PassedType, passThroughHeaders } from './passthrough.ts'

/** Shared by all who ask for the same key at the same time. */
export interface Product {
  headers: Record<string, string>
  /** An open original can be streamed once; `again` opens it anew for those who joined. */
  body: Buffer | { once: OpenOriginal; again: (deadline: number) => Promise<OpenOriginal> }
  /** For the log. */
  facts: Partial<RequestLine>
  ms: { read: number; render?: number }
  /** Of the original it was made from. */
  sourceEtag: string
  /**
   * @param ifAbsent never replaces an object.
   * @throws OssFault; `conflict` where one was not to be replaced
   */
  store(deadline: number, ifAbsent?: boolean): Promise<'stored' | 'copied' | 'exists'>
  /** Nobody sends or stores it any more: the memory that was kept for it is free. */
  letGo?(): void
}

/** What both kinds of product need to know. */
export interface ProductPlace {
  requestedKey: string
  compressed: Compressed
  cacheControl: string
  /** Where OSS is the one who stores (STORE=mirror), MirrorSaveOssMeta makes it keep what we send as x-oss-meta-*. */
  sendMeta: boolean
}

/** A picture as the image room gives it, compressed or with operations. */
export interface Picture {
  bytes: Buffer
  contentType: string
  /** To be saved, never to be shown. */
  download?: true
  /** compressed, original, or transformed. */
  outcome: string
  reason?: string | undefined
  format: string
  width: number
  height: number
  pages: number
  settings: string
}

/** A picture in memory: its length and MD5 are known before the first byte goes out. */
export function pictureProduct(
  picture: Picture,
  source: OriginalFacts,
  ms: Product['ms'],
  place: ProductPlace,
): Product {
  const { bytes, contentType, outcome, reason, format, width, height, pages, settings } = picture
  const md5 = md5Of(bytes)
  const object: NewObject = {
    key: place.requestedKey,
    contentType,
    cacheControl: place.cacheControl,
    contentDisposition: picture.download ? 'attachment' : undefined,
    meta: { ...metaOf(source, outcome, reason), settings },
  }
  return {
    headers: {
      'Content-Type': contentType,
      'Content-Length': String(bytes.length),
      'Content-MD5': md5.base64,
      ...(picture.download ? { 'Content-Disposition': 'attachment' } : {}),
      'Cache-Control': place.cacheControl,
      ETag: `"${md5.etag}"`,
      'X-Content-Type-Options': 'nosniff',
      ...metaHeaders(object, place),
    },
    body: bytes,
    facts: {
      outcome,
      ...(reason === undefined ? {} : { reason }),
      bytesIn: source.bytes,
      format,
      width,
      height,
      pages,
      settings,
      recipe: RECIPE,
    },
    ms,
    sourceEtag: source.etag,
    store: async (deadline, ifAbsent = false) => {
      await place.compressed.put({ ...object, ifAbsent }, bytes, deadline)
      return 'stored'
    },
  }
}

/** An original as it is: streamed with flat memory, stored by a copy on the server. */
export function passThroughProduct(
  original: OpenOriginal,
  sourceKey: string,
  type: PassedType,
  reopen: (deadline: number) => Promise<OpenOriginal>,
  ms: Product['ms'],
  place: ProductPlace,
): Product {
  const { facts } = original
  const object: NewObject = {
    key: place.requestedKey,
    contentType: type.contentType,
    cacheControl: place.cacheControl,
    contentDisposition: type.contentDisposition,
    contentEncoding: isEncoded(facts) ? facts.contentEncoding : undefined,
    meta: metaOf(facts, 'passed_through', type.reason),
  }
  return {
    headers: { ...passThroughHeaders(type, facts, place.cacheControl), ...metaHeaders(object, place) },
    body: { once: original, again: reopen },
    facts: { outcome: 'passed_through', reason: type.reason, bytesIn: facts.bytes, recipe: RECIPE },
    ms,
    sourceEtag: facts.etag,
    store: async (deadline, ifAbsent = false) => {
      await place.compressed.copy({ ...object, ifAbsent }, { key: sourceKey, etag: facts.etag }, deadline)
      return 'copied'
    },
  }
}

/** What a product that nobody will read holds open is let go. */
export function discard({ body }: Product): void {
  if (!Buffer.isBuffer(body)) body.once.close()
}

/**
 * Counts those who need a product. What is returned enters one more, who leaves by calling what that returns.
 * @param end called when the last one leaves
 */
export function countUsers(end: () => void): () => () => void {
  let users = 0
  return () => {
    users++
    let left = false
    return () => {
      if (left) return
      left = true
      if (--users === 0) end()
    }
  }
}

/** What is kept with the object, for audit and report. When OSS writes last it is lost: nothing may depend on it. */
function metaOf(source: OriginalFacts, outcome: string, reason: string | undefined): Record<string, string> {
  return {
    recipe: RECIPE,
    'source-etag': source.etag,
    'source-bytes': String(source.bytes),
    outcome,
    ...(reason === undefined ? {} : { reason }),
  }
}

function metaHeaders({ meta }: NewObject, { sendMeta }: ProductPlace): Record<string, string> {
  if (!sendMeta) return {}
  return Object.fromEntries(Object.entries(meta).map(([name, value]) => [`x-oss-meta-${name}`, value]))
}
