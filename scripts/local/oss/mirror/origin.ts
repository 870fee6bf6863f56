import { request as requestHttp, type IncomingHttpHeaders, type IncomingMessage } from 'node:http'
import { request as requestHttps } from 'node:https'
import { isIP } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { InternalAddressError, isInternal, publicLookup } from './addresses.ts'
import { badStatus, unreachable } from './failures.ts'
import type { Limit } from './limit.ts'
import { faultyBody, stall, type OriginFault } from './origin-fault.ts'
import { redirectUrl, type OriginUrl } from './origin-url.ts'

/** One request to an origin, redirects included. */
export interface OriginRequest {
  url: OriginUrl
  method: 'GET' | 'HEAD'
  /** Flat name, value pairs for a URL; asked again for every hop. */
  headers: (url: OriginUrl) => string[]
  followRedirects: boolean
  /** Statuses that are passed on, redirects or not. */
  transparent: readonly number[]
  /** Whether the TLS handshake names the host. */
  sni: boolean
  refuseInternalAddresses: boolean
  /** A trusted certificate in PEM form besides the public ones, for tests. */
  ca: string | undefined
  fault: OriginFault | undefined
  /** Refuses a URL before it is asked, by throwing. */
  guard: (url: OriginUrl) => void
}

/** The final answer of an origin. The body throws a BrokenBodyError where it breaks off. */
export interface OriginAnswer {
  url: OriginUrl
  hops: number
  status: number
  headers: IncomingHttpHeaders
  body: AsyncIterable<Uint8Array>
  /** Ends the connection; harmless after the body's end. */
  discard: () => void
}

/** Documented: a request is redirected ten times at most. */
const maxHops = 10

/** The 3xx that are redirects to the mirror; the list of MirrorSwitchAllErrors leaves out 300, 304 and 308. */
export const redirects: readonly number[] = [301, 302, 303, 307]

/**
 * Asks the origin and follows its redirects; the `Set` headers travel along, as reported of the real mirror.
 * @throws OssError 424 when no answer came, or too many redirects did; an AbortError when the limit ended it
 */
export async function askOrigin(ask: OriginRequest, limit: Limit): Promise<OriginAnswer> {
  let url = ask.url
  for (let hops = 0; ; hops += 1) {
    ask.guard(url)
    const answer = await askOnce(ask, url, hops, limit)
    const location = answer.headers.location
    const follows = ask.followRedirects && redirects.includes(answer.status) && !ask.transparent.includes(answer.status)
    if (!follows || location === undefined) return answer
    answer.discard()
    const next = redirectUrl(location, url)
    if (next === undefined || hops === maxHops) throw unreachable()
    url = next
  }
}

async function askOnce(ask: OriginRequest, url: OriginUrl, hops: number, limit: Limit): Promise<OriginAnswer> {
  const { fault } = ask
  if (fault?.kind === 'refused') throw unreachable()
  if (fault?.kind === 'status') {
    return { url, hops, status: fault.status ?? 500, headers: {}, body: nothing(), discard: () => {} }
  }
  limit.asking()
  if (fault?.kind === 'slow' && fault.bytes === undefined)
    await delay(fault.ms ?? 0, undefined, { signal: limit.signal })
  if (fault?.kind === 'stall' && fault.bytes === undefined) await stall(limit.signal)
  if (fault?.kind === 'reset' && fault.bytes === undefined) throw badStatus(0)
  const message = await send(ask, url, limit)
  limit.answered()
  return {
    url,
    hops,
    status: message.statusCode ?? 0,
    headers: message.headers,
    body: whole(faultyBody(message, fault, limit.signal)),
    discard: () => message.destroy(),
  }
}

/** The origin's body broke off. */
export class BrokenBodyError extends Error {}

/** Tells a broken body from everything else that can go wrong while it is read. */
async function* whole(body: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  try {
    yield* body
  } catch (cause) {
    throw new BrokenBodyError('Expected the whole body of the origin, got a part of it', { cause })
  }
}

async function* nothing(): AsyncGenerator<Uint8Array> {}

function send(ask: OriginRequest, url: OriginUrl, limit: Limit): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    if (ask.refuseInternalAddresses && isInternal(url.hostname)) throw unreachable('0041-00000108')
    const request = (url.secure ? requestHttps : requestHttp)({
      hostname: url.hostname,
      port: url.port,
      path: url.path,
      method: ask.method,
      headers: ask.headers(url),
      agent: false,
      signal: limit.signal,
      ...(ask.refuseInternalAddresses && { lookup: publicLookup }),
      ...(url.secure && { servername: ask.sni && isIP(url.hostname) === 0 ? url.hostname : '' }),
      ...(ask.ca !== undefined && { ca: ask.ca }),
    })
    let connected = false
    request.on('socket', (socket) => {
      socket.once(url.secure ? 'secureConnect' : 'connect', () => {
        connected = true
        limit.connected()
      })
    })
    request.once('response', resolve)
    // Stays for the life of the request: an error after the answer shows in the body.
    request.on('error', (error: NodeJS.ErrnoException) => {
      if (limit.signal.aborted) reject(error)
      else if (error instanceof InternalAddressError) reject(unreachable('0041-00000108'))
      else if (error.code === 'ENOTFOUND' || error.code === 'EAI_AGAIN') reject(unreachable('0041-00000106'))
      else reject(connected && error.code === 'ECONNRESET' ? badStatus(0) : unreachable())
    })
    request.end()
  })
}
