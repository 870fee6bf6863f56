// The way of one request, top to bottom; the only file that knows the order of the steps.
import { type Answer, errorHeadersAndBody, toPublicError } from './answer.ts'
import { authorise } from './authorise.ts'
import type { Context } from './context.ts'
import { beforeDeadline, coldStartMs } from './deadline.ts'
import { AppError } from './errors.ts'
import { createFlights } from './flights.ts'
import { decodeKey } from './key/decode.ts'
import { markKeys } from './key/explain.ts'
import { type ParsedKey, parseKey } from './key/parse.ts'
import { describeCause, type Log, type RequestLine } from './log.ts'
import { type Buckets, createMaking, type MakingDeps } from './making.ts'
import type { OpenOriginal } from './oss/bucket.ts'
import { OssFault } from './oss/fault.ts'
import { countUsers, discard, type Product } from './product.ts'
import { type PutOutcome, settlePut } from './put.ts'
import { createRecent } from './recent.ts'
import { openInTime } from './reading.ts'

/** A request as either entry hands it over. */
export interface OriginRequest {
  method: string
  /** Path as sent, still percent-encoded, with its leading slash and without the query. */
  rawPath: string
  /** Value of x-mirror-secret; repeated headers arrive joined and so are a wrong value. */
  mirrorSecret: string | undefined
}

export interface OriginDeps extends MakingDeps {
  /** The two buckets as seen with this request's credentials. @throws AppError no_credentials */
  buckets(context: Context): Buckets
  log: Log
  /** When this instance began, ms since the epoch: its first requests have waited for it. */
  bornAt?: number
}

export interface Origin {
  /** Never rejects: every failure is an answer. */
  handle(request: OriginRequest, context: Context): Promise<Answer>
  /**
   * Makes what a key asks for and stores it, whatever STORE says; for when nobody is waiting. Never replaces an object.
   * @param deadline ms since the epoch; effort follows the time until then.
   * @throws AppError, KeyFault, ImageFault, OssFault (`conflict`: an object of that name is there), Overloaded
   */
  make(requestedKey: string, context: Context, deadline: number): Promise<MadeAhead>
}

/** @see Origin.make */
export interface MadeAhead {
  put: 'stored' | 'copied' | 'exists'
  /** What it was made from. */
  sourceEtag: string
}

/** What identical requests share. `put` never rejects. */
interface Flight {
  product: Promise<Product>
  put: Promise<PutOutcome>
  /** One more sends the product's body, until what is returned is called. */
  enter(): () => void
}

/** Kept back from the time for making a picture, for putting and sending it. */
const ANSWER_RESERVE_MS = 500

/** For a look at whether an original is still the same; whatever goes wrong with it, reading anew is the other way. */
const LOOK_MS = 500

/** Characters; a key of 1,023 bytes is longer when it is percent-encoded, but its beginning says which it was. */
const MOST_LOGGED_PATH = 1200

export function createOrigin({ config, log, ...deps }: OriginDeps): Origin {
  const flights = createFlights<Flight>()
  const recent = createRecent()
  const makeProduct = createMaking({ config, ...deps })

  async function handle(request: OriginRequest, context: Context): Promise<Answer> {
    const started = Date.now()
    const deadline = started + config.deadlineMs - coldStartMs(started, deps.bornAt ?? 0, config.deadlineMs)
    const line: RequestLine = {
      requestId: context.requestId,
      method: request.method.slice(0, 20),
      status: 500,
      outcome: 'unexpected',
      ms: { total: 0 },
    }
    let streamed: OpenOriginal | undefined
    let leave: (() => void) | undefined
    const finish = once<Parameters<Answer['finish']>[0]>(({ sentBytes, aborted, error }) => {
      if (error !== undefined) noteError(line, toPublicError(error))
      streamed?.close()
      leave?.()
      line.ms.total = Date.now() - started
      line.bytesOut = sentBytes
      if (aborted) line.aborted = true
      log.request(line)
    })
    const settled = Promise.resolve()
    try {
      authorise(request.mirrorSecret, config.mirrorSecrets)
      if (request.method !== 'GET' && request.method !== 'HEAD') {
        throw new AppError('method_not_allowed', `Expected GET or HEAD, got ${line.method}.`)
      }
      const key = parse(decodeKey(request.rawPath.replace(/^\//, '')))
      Object.assign(line, { requestedKey: key.requestedKey, sourceKey: key.sourceKey })
      const buckets = deps.buckets(context)

      if (request.method === 'HEAD') {
        const headers = await headOriginal(key, buckets, deadline)
        Object.assign(line, { status: 200, outcome: 'head' })
        return { status: 200, headers, body: undefined, settled, finish }
      }

      const { work: flight, joined } = flights.join(key.requestedKey, () => {
        const work = startFlight(key, buckets, deadline)
        // A flight that hangs must not hold its key: whoever comes after its time starts anew.
        return { work, landed: beforeDeadline(work.put, deadline + ANSWER_RESERVE_MS) }
      })
      leave = flight.enter()
      if (joined) line.joined = true
      const product = await beforeDeadline(flight.product, deadline).catch((error: unknown) => {
        if (!joined) flight.product.then(discard, () => undefined)
        throw error
      })
      Object.assign(line, product.facts, { status: 200 })
      Object.assign(line.ms, product.ms)
      const stored = flight.put.then(({ ms, ...outcome }) => {
        Object.assign(line, outcome)
        if (ms !== undefined) line.ms.put = ms
      })
      if (!Buffer.isBuffer(product.body)) {
        streamed = joined ? await openInTime(product.body.again(deadline), deadline) : product.body.once
      }
      const body = Buffer.isBuffer(product.body) ? product.body : streamed?.chunks()
      return { status: 200, headers: product.headers, body, settled: stored, finish }
    } catch (thrown) {
      const error = toPublicError(thrown)
      noteError(line, error)
      if (line.requestedKey === undefined) line.path = request.rawPath.slice(0, MOST_LOGGED_PATH)
      const { headers, body } = errorHeadersAndBody(error, line.requestId)
      return { status: error.status, headers, body: request.method === 'HEAD' ? undefined : body, settled, finish }
    }
  }

  async function make(requestedKey: string, context: Context, deadline: number): Promise<MadeAhead> {
    const started = Date.now()
    const line: RequestLine = {
      requestId: context.requestId,
      requestedKey,
      method: 'AHEAD',
      status: 200,
      outcome: 'unexpected',
      ms: { total: 0 },
    }
    try {
      const key = parse(requestedKey)
      line.sourceKey = key.sourceKey
      const product = await makeProduct(key, deps.buckets(context), deadline)
      Object.assign(line, product.facts)
      Object.assign(line.ms, product.ms)
      try {
        const put = await product.store(deadline, true)
        line.put = put
        return { put, sourceEtag: product.sourceEtag }
      } finally {
        discard(product)
        product.letGo?.()
      }
    } catch (thrown) {
      const exists = thrown instanceof OssFault && thrown.kind === 'conflict'
      if (exists) line.put = 'exists'
      else noteError(line, toPublicError(thrown))
      throw thrown
    } finally {
      line.ms.total = Date.now() - started
      log.request(line)
    }
  }

  /** @throws KeyFault; AppError not_found for a source or a mark outside the allowed prefixes (nothing tells that it exists). */
  function parse(requestedKey: string): ParsedKey {
    const key = parseKey(requestedKey, config.keySettings)
    const allowed = config.sourcePrefixes
    const isAllowed = (sourceKey: string) =>
      allowed.length === 0 || allowed.some((prefix) => sourceKey.startsWith(prefix))
    if (![key.sourceKey, ...markKeys(key)].every(isAllowed)) throw new AppError('not_found', 'No such object.')
    return key
  }

  /** A HEAD makes nothing and stores nothing, so neither length nor type of what a GET would make are promised. */
  async function headOriginal(
    key: ParsedKey,
    { originals }: Buckets,
    deadline: number,
  ): Promise<Record<string, string>> {
    const { lastModified } = await beforeDeadline(originals.head(key.sourceKey, deadline), deadline)
    return { 'Cache-Control': 'no-store', 'Last-Modified': lastModified }
  }

  function startFlight(key: ParsedKey, buckets: Buckets, deadline: number): Flight {
    const product = justMade(key, buckets).then(
      (made) => made ?? makeProduct(key, buckets, deadline - ANSWER_RESERVE_MS),
    )
    const off: PutOutcome = { put: 'off' }
    const put = product.then(
      async (made) => {
        const outcome = config.store === 'mirror' ? off : await settlePut(made, deadline)
        if (made.facts.joined !== true && (outcome.put === 'stored' || outcome === off))
          recent.keep(key.requestedKey, made)
        return outcome
      },
      () => off,
    )
    const letGo = (made: Product) => made.letGo?.()
    const enter = countUsers(() => void product.then(letGo, () => undefined))
    put.then(enter(), () => undefined)
    return { product, put, enter }
  }

  /** For who comes a moment too late to join: what was made for the others, as long as it is what would be made now. */
  async function justMade(key: ParsedKey, { originals }: Buckets): Promise<Product | undefined> {
    // A watermark may have been replaced as well.
    if (markKeys(key).length > 0) return undefined
    return recent.find(key.requestedKey, async () => {
      try {
        return (await originals.head(key.sourceKey, Date.now() + LOOK_MS)).etag
      } catch {
        return ''
      }
    })
  }

  return { handle, make }
}

function noteError(line: RequestLine, error: AppError): void {
  Object.assign(line, { status: error.status, outcome: error.code, reason: error.message })
  if (error.cause !== undefined) line.cause = describeCause(error.cause)
}

function once<T>(action: (value: T) => void): (value: T) => void {
  let done = false
  return (value) => {
    if (done) return
    done = true
    action(value)
  }
}
