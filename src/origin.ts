// The way of one request, top to bottom; the only file that knows the order of the steps.
import { type Answer, errorHeadersAndBody, toPublicError } from './answer.ts'
import { authorise } from './authorise.ts'
import type { Config } from './config.ts'
import type { Context } from './context.ts'
import { beforeDeadline } from './deadline.ts'
import { AppError } from './errors.ts'
import { createFlights } from './flights.ts'
import { type Compressed as CompressedPicture, type CompressOptions, RECIPE } from './image/compress.ts'
import { SNIFF_BYTES, sniff } from './image/sniff.ts'
import { decodeKey } from './key/decode.ts'
import { type ParsedKey, parseKey } from './key/parse.ts'
import { describeCause, type Log, type RequestLine } from './log.ts'
import { type Compressed, md5Of, type NewObject, type OpenOriginal, type Originals } from './oss/bucket.ts'
import { isPassing, OssFault } from './oss/fault.ts'
import { passThroughHeaders, type PassedType, passedType } from './passthrough.ts'

/** A request as either entry hands it over. */
export interface OriginRequest {
  method: string
  /** Path as sent, still percent-encoded, with its leading slash and without the query. */
  rawPath: string
  /** Value of x-mirror-secret; repeated headers arrive joined and so are a wrong value. */
  mirrorSecret: string | undefined
}

export interface Buckets {
  originals: Originals
  compressed: Compressed
}

export interface OriginDeps {
  config: Config
  /** The two buckets as seen with this request's credentials. @throws AppError no_credentials */
  buckets(context: Context): Buckets
  compress(source: Buffer, options: CompressOptions): Promise<CompressedPicture>
  log: Log
}

export interface Origin {
  handle(request: OriginRequest, context: Context): Promise<Answer>
}

/** What one read of an original leads to; shared by all who ask for the same key at the same time. */
interface Product {
  headers: Record<string, string>
  /** An open original can be streamed once; `again` opens it anew for those who joined. */
  body: Buffer | { once: OpenOriginal; again: () => Promise<OpenOriginal> }
  /** For the log. */
  facts: Partial<RequestLine>
  ms: { read: number; render?: number }
  store(deadline: number): Promise<'stored' | 'copied'>
}

interface PutOutcome {
  put: NonNullable<RequestLine['put']>
  putError?: string
  ms?: number
}

interface Flight {
  product: Promise<Product>
  put: Promise<PutOutcome>
}

/** Kept back from the time for making a picture, for putting and sending it. */
const ANSWER_RESERVE_MS = 500

/** What is not a picture is read to its end, in memory, up to this size before it is judged by its first bytes. */
const VERIFIED_FIRST_BYTES = 4_194_304

export function createOrigin(deps: OriginDeps): Origin {
  const { config, log } = deps
  const flights = createFlights<Flight>()

  async function handle(request: OriginRequest, context: Context): Promise<Answer> {
    const started = Date.now()
    const deadline = started + config.deadlineMs
    const line: RequestLine = {
      requestId: context.requestId,
      method: request.method.slice(0, 20),
      status: 500,
      outcome: 'unexpected',
      ms: { total: 0 },
    }
    let streamed: OpenOriginal | undefined
    let finished = false
    const finish: Answer['finish'] = ({ sentBytes, aborted }) => {
      if (finished) return
      finished = true
      streamed?.close()
      line.ms.total = Date.now() - started
      line.bytesOut = sentBytes
      if (aborted) line.aborted = true
      log.request(line)
    }
    try {
      authorise(request.mirrorSecret, config.mirrorSecrets)
      if (request.method !== 'GET' && request.method !== 'HEAD') {
        throw new AppError('method_not_allowed', `Expected GET or HEAD, got ${line.method}.`)
      }
      const key = parse(request.rawPath)
      line.requestedKey = key.requestedKey
      line.sourceKey = key.sourceKey
      const buckets = deps.buckets(context)
      if (request.method === 'HEAD') return await answerHead(key, buckets, deadline, line, finish)

      const { work: flight, joined } = flights.join(key.requestedKey, () => {
        const started = startFlight(key, buckets, deadline)
        return { work: started, landed: started.put }
      })
      if (joined) line.joined = true
      const product = await beforeDeadline(flight.product, deadline).catch((error: unknown) => {
        if (!joined) void flight.product.then(closeUnused, () => undefined)
        throw error
      })
      Object.assign(line, product.facts, { status: 200 })
      Object.assign(line.ms, product.ms)
      const settled = flight.put.then(({ ms, ...outcome }) => {
        Object.assign(line, outcome)
        if (ms !== undefined) line.ms.put = ms
      })
      if (Buffer.isBuffer(product.body))
        return { status: 200, headers: product.headers, body: product.body, settled, finish }
      streamed = joined ? await product.body.again() : product.body.once
      return { status: 200, headers: product.headers, body: streamed.chunks(), settled, finish }
    } catch (thrown) {
      const error = toPublicError(thrown)
      Object.assign(line, { status: error.status, outcome: error.code, reason: error.message })
      if (error.cause !== undefined) line.cause = describeCause(error.cause)
      const { headers, body } = errorHeadersAndBody(error, line.requestId)
      return {
        status: error.status,
        headers,
        body: request.method === 'HEAD' ? undefined : body,
        settled: Promise.resolve(),
        finish,
      }
    }
  }

  /** @throws KeyFault, AppError not_found for a source outside the allowed prefixes (nothing tells that it exists). */
  function parse(rawPath: string): ParsedKey {
    const key = parseKey(decodeKey(rawPath.replace(/^\//, '')), config.keySettings)
    const allowed = config.sourcePrefixes
    if (allowed.length > 0 && !allowed.some((prefix) => key.sourceKey.startsWith(prefix))) {
      throw new AppError('not_found', 'No such object.')
    }
    if (key.operations.length > 0) {
      throw new AppError(
        'bad_operation',
        'Expected a key without operations: this version does not carry them out yet.',
      )
    }
    return key
  }

  function startFlight(key: ParsedKey, buckets: Buckets, deadline: number): Flight {
    const product = makeProduct(key, buckets, deadline - ANSWER_RESERVE_MS)
    const off: PutOutcome = { put: 'off' }
    const put = product.then(
      (made) => (config.store === 'mirror' ? off : settlePut(made, deadline)),
      () => off,
    )
    return { product, put }
  }

  /** Read, look, compress or pass through. */
  async function makeProduct(key: ParsedKey, buckets: Buckets, deadline: number): Promise<Product> {
    const started = Date.now()
    for (let attempt = 1; ; attempt++) {
      const original = await buckets.originals.open(key.sourceKey, deadline).catch((error: unknown) => {
        // A mistyped style, say: the whole string is then no object's name either.
        throw key.whenMissing !== undefined && error instanceof OssFault && error.kind === 'missing'
          ? key.whenMissing
          : error
      })
      try {
        const sniffed = sniff(await original.head(SNIFF_BYTES))
        // Whether it may go out, and as what, is better decided on verified bytes, where that does not cost much.
        if (sniffed.format === undefined && original.facts.bytes <= VERIFIED_FIRST_BYTES) {
          await original.head(VERIFIED_FIRST_BYTES + 1)
        }
        const type = passedType(sniffed, original.facts, config)
        if (!type.compressible) return passThrough(key, buckets, original, type, started)
        const source = await original.readAll()
        return await makePicture(key, buckets, original, source, started, deadline)
      } catch (thrown) {
        original.close()
        // The bytes broke off or were wrong on the way: once more, while there is time to make the picture after it.
        const again =
          attempt === 1 &&
          thrown instanceof OssFault &&
          isPassing(thrown) &&
          Date.now() - started < config.deadlineMs / 3
        if (!again) throw thrown
      }
    }
  }

  async function makePicture(
    key: ParsedKey,
    buckets: Buckets,
    original: OpenOriginal,
    source: Buffer,
    started: number,
    deadline: number,
  ): Promise<Product> {
    const read = Date.now() - started
    const picture = await deps.compress(source, {
      quality: config.quality,
      format: config.format,
      limits: { maxSourcePixels: config.maxSourcePixels, maxOutputPixels: config.maxOutputPixels },
      msLeft: deadline - Date.now(),
    })
    const { bytes, contentType, reason } = picture
    const md5 = md5Of(bytes)
    const object: NewObject = {
      key: key.requestedKey,
      contentType,
      cacheControl: config.cacheControl,
      meta: metaOf(original, picture.outcome, reason),
    }
    return {
      headers: {
        'Content-Type': contentType,
        'Content-Length': String(bytes.length),
        'Content-MD5': md5.base64,
        'Cache-Control': config.cacheControl,
        ETag: `"${md5.etag}"`,
        'X-Content-Type-Options': 'nosniff',
        ...metaHeaders(object),
      },
      body: bytes,
      facts: {
        outcome: picture.outcome,
        ...(reason === undefined ? {} : { reason }),
        bytesIn: source.length,
        format: picture.format,
        width: picture.width,
        height: picture.height,
        pages: picture.pages,
        settings: picture.settings,
        recipe: RECIPE,
      },
      ms: { read, render: Date.now() - started - read },
      store: async (until) => {
        await buckets.compressed.put(object, bytes, until)
        return 'stored'
      },
    }
  }

  /** Streamed with flat memory, stored by a copy on the server: the bytes are the original's. */
  function passThrough(
    key: ParsedKey,
    buckets: Buckets,
    original: OpenOriginal,
    type: PassedType,
    started: number,
  ): Product {
    const { facts } = original
    const object: NewObject = {
      key: key.requestedKey,
      contentType: type.contentType,
      cacheControl: config.cacheControl,
      contentDisposition: type.contentDisposition,
      contentEncoding: facts.contentEncoding,
      meta: metaOf(original, 'passed_through', type.reason),
    }
    return {
      headers: { ...passThroughHeaders(type, facts, config.cacheControl), ...metaHeaders(object) },
      body: {
        once: original,
        again: async () => {
          const reread = await buckets.originals.open(key.sourceKey, Date.now() + config.deadlineMs)
          if (reread.facts.etag === facts.etag) return reread
          reread.close()
          throw new OssFault('conflict', 'read original: it was replaced meanwhile')
        },
      },
      facts: { outcome: 'passed_through', reason: type.reason, bytesIn: facts.bytes, recipe: RECIPE },
      ms: { read: Date.now() - started },
      store: async (until) => {
        await buckets.compressed.copy(object, { key: key.sourceKey, etag: facts.etag }, until)
        return 'copied'
      },
    }
  }

  /** Where OSS is the one who stores, MirrorSaveOssMeta makes it keep these. */
  function metaHeaders({ meta }: NewObject): Record<string, string> {
    if (config.store === 'function') return {}
    return Object.fromEntries(Object.entries(meta).map(([name, value]) => [`x-oss-meta-${name}`, value]))
  }

  /** A HEAD makes nothing and stores nothing, so neither length nor type of what a GET would make are promised. */
  async function answerHead(
    key: ParsedKey,
    buckets: Buckets,
    deadline: number,
    line: RequestLine,
    finish: Answer['finish'],
  ): Promise<Answer> {
    const facts = await beforeDeadline(buckets.originals.head(key.sourceKey, deadline), deadline)
    Object.assign(line, { status: 200, outcome: 'head' })
    const headers = { 'Cache-Control': 'no-store', 'Last-Modified': facts.lastModified }
    return { status: 200, headers, body: undefined, settled: Promise.resolve(), finish }
  }

  return { handle }
}

/** A picture that came too late for the one who asked: what it holds open is let go. */
function closeUnused(product: Product): void {
  if (!Buffer.isBuffer(product.body)) product.body.once.close()
}

/** Runs the put to its end or to the deadline. A put that fails is logged; the reader's answer is whole all the same. */
async function settlePut(product: Product, deadline: number): Promise<PutOutcome> {
  const started = Date.now()
  try {
    const put = await beforeDeadline(product.store(deadline), deadline)
    return { put, ms: Date.now() - started }
  } catch (error) {
    const put = error instanceof AppError ? 'given_up' : 'failed'
    return { put, putError: describeCause(error), ms: Date.now() - started }
  }
}

/** What is kept with the object, for audit and report. When OSS writes last it is lost: nothing may depend on it. */
function metaOf(original: OpenOriginal, outcome: string, reason: string | undefined): Record<string, string> {
  return {
    recipe: RECIPE,
    'source-etag': original.facts.etag,
    'source-bytes': String(original.facts.bytes),
    outcome,
    ...(reason === undefined ? {} : { reason }),
  }
}
