import type { IncomingHttpHeaders, ServerResponse } from 'node:http'
import { OssError } from '../error.ts'
import type { ObjectSink } from '../store/types.ts'
import { parseWebsite } from '../website/parse.ts'
import type { RoutingRule } from '../website/types.ts'
import { describe, type Progress } from './deliver.ts'
import type { MirrorFacts } from './facts.ts'
import { loop } from './failures.ts'
import { fly } from './flight.ts'
import { startLimit } from './limit.ts'
import { cameThrough, ownBucket, viaHeader, viaMark } from './loop.ts'
import type { OriginRequest } from './origin.ts'
import type { OriginFault } from './origin-fault.ts'
import { originUrl, type OriginUrl } from './origin-url.ts'
import { httpReader } from './reader.ts'
import { answerRedirect, ruleLocation } from './redirect-rule.ts'
import { originHeaders } from './request-headers.ts'
import { chooseRule, withoutLeadingSlashes } from './rule.ts'
import { countAgainstQuota, stateOf, type Flight, type MirrorState } from './state.ts'
import type { MirrorSwitches } from './switches.ts'

/** A read that would be answered 404, of a bucket with a website configuration that its reader may read. */
export interface MirrorInput {
  bucket: string
  /** Decoded once. */
  key: string
  method: 'GET' | 'HEAD'
  /** As sent, without `?`. */
  rawQuery: string
  headers: IncomingHttpHeaders
  rawHeaders: string[]
  /** Whether the request carried a signature, in a header or in its URL. */
  signed: boolean
  requestId: string
  /** The bucket's website configuration as it was put. */
  websiteXml: string
}

/** What the mirror needs of its server. */
export interface MirrorDeps {
  /** The same object for every request of a server: quota and merging are counted by it. */
  sink: ObjectSink
  switches: MirrorSwitches
  /** Milliseconds since the epoch. */
  now: () => number
  /** Called once per executed mirror rule, whatever came of it. */
  log: (facts: MirrorFacts) => void
  /** Ends all mirror requests. */
  signal?: AbortSignal
  /** What shall go wrong with this mirror request; see faults/. */
  fault?: (request: { bucket: string; key: string }) => OriginFault | undefined
  /** The bucket of this stand-in a URL leads to, where addresses other than loopback and its own port do. */
  ownBucket?: (url: OriginUrl) => string | undefined
  /** A trusted certificate in PEM form, for tests. */
  ca?: string
}

/**
 * Tries the routing rules for a read that would be answered 404 NoSuchKey.
 * Call it only after access was granted: a private bucket answers 403 before any rule is looked at.
 * https://www.alibabacloud.com/help/en/oss/user-guide/mirroring-based-back-to-origin
 * @returns false when no rule was executed and the caller answers NoSuchKey; true when `response` has its whole answer
 *   (or its connection was cut, or its reader left)
 * @throws OssError for failures that have not been answered yet: 404 NoSuchKey, 424 MirrorFailed, 503 …
 */
export async function mirror(input: MirrorInput, deps: MirrorDeps, response: ServerResponse): Promise<boolean> {
  const { switches } = deps
  if (input.signed && !switches.signedGet) return false
  const rule = chooseRule(parseWebsite(input.websiteXml).rules, { ...input, status: 404 })
  if (!rule) return false
  const { redirectType, httpRedirectCode } = rule.redirect
  if (redirectType === 'External' || redirectType === 'AliCDN') {
    const location = ruleLocation(rule, withoutLeadingSlashes(input.key), input.rawQuery)
    const answer = { status: httpRedirectCode ?? 302, location, requestId: input.requestId }
    answerRedirect(response, answer, switches.refuseRedirects)
    return true
  }
  if (redirectType !== 'Mirror' || !triggers(input.method, rule, switches)) return false
  await execute(rule, input, deps, response)
  return true
}

/** Documented: HEAD triggers nothing; MirrorAllowHeadObject of the SDK models is meant to change that. */
function triggers(method: 'GET' | 'HEAD', rule: RoutingRule, switches: MirrorSwitches): boolean {
  if (method === 'GET') return true
  return switches.head === 'always' || (switches.head === 'by-rule' && rule.redirect.mirrorAllowHeadObject)
}

async function execute(
  rule: RoutingRule,
  input: MirrorInput,
  deps: MirrorDeps,
  response: ServerResponse,
): Promise<void> {
  const startedAt = deps.now()
  const state = stateOf(deps.sink)
  const url = originUrl(rule, input.key, input.rawQuery, deps.switches.pathEncoding)
  const request = originRequest(rule, url, input, deps, response)
  const progress: Progress = {
    hops: 0,
    originStatus: undefined,
    status: undefined,
    firstByteMs: undefined,
    bytes: 0,
    stored: false,
    why: undefined,
  }
  let merged = false
  try {
    countAgainstQuota(state, deps.switches.quota, startedAt)
    merged = await join(rule, request, input, deps, response, state, progress)
  } catch (error) {
    progress.why ??= describe(error)
    if (error instanceof OssError) progress.status = error.status
    if (response.destroyed) progress.status = undefined
    else throw error
  } finally {
    const { requestId, bucket, key } = input
    const totalMs = deps.now() - startedAt
    const ruleNumber = rule.number
    deps.log({ requestId, bucket, key, ruleNumber, originPath: url.path, ...progress, totalMs, merged })
  }
}

/** Flies alone, or with `merge` joins an equal request that has not been answered yet. @returns whether it joined */
async function join(
  rule: RoutingRule,
  request: OriginRequest,
  input: MirrorInput,
  deps: MirrorDeps,
  response: ServerResponse,
  state: MirrorState,
  progress: Progress,
): Promise<boolean> {
  const { switches, sink, now } = deps
  const range = input.headers.range
  const { method, requestId, bucket } = input
  const reader = httpReader({ method, range, requestId }, response, switches.range === 'partial')
  const { url } = request
  const name = JSON.stringify([bucket, input.key, method, request.method, url, request.headers(url)])
  const underWay = state.flights.get(name)
  if (switches.merge && underWay?.open) {
    underWay.join(reader)
    await underWay.done
    progress.why = 'merged into another request'
    progress.status = response.statusCode
    return true
  }

  const limit = startLimit(switches, deps.signal)
  const flight: Flight = { readers: [], open: true, join: enter, done: Promise.resolve() }
  function enter(one: typeof reader): void {
    flight.readers.push(one)
    one.onLeave(() => {
      if (switches.clientGone === 'abort' && flight.readers.every(({ left }) => left)) limit.end('reader left')
    })
  }
  function close(): void {
    flight.open = false
    if (state.flights.get(name) === flight) state.flights.delete(name)
  }
  enter(reader)
  const key = withoutLeadingSlashes(input.key)
  const { readers } = flight
  flight.done = fly(
    {
      bucket,
      key,
      redirect: rule.redirect,
      request,
      readers,
      onStart: close,
      limit,
      switches,
      sink,
      now,
    },
    progress,
  ).finally(() => {
    close()
    limit.clear()
  })
  if (switches.merge) state.flights.set(name, flight)
  await flight.done
  return false
}

function originRequest(
  { redirect }: RoutingRule,
  url: OriginUrl,
  input: MirrorInput,
  deps: MirrorDeps,
  response: ServerResponse,
): OriginRequest {
  const { switches } = deps
  const ownPort = response.socket?.localPort
  const bucketOf = (target: OriginUrl) => deps.ownBucket?.(target) ?? ownBucket(target, ownPort)
  const via = input.headers.via
  return {
    url,
    method: input.method === 'HEAD' ? switches.headMethod : 'GET',
    headers: (target) => {
      const headers = originHeaders(redirect, input.rawHeaders, target.host, switches.setAuthorization)
      return bucketOf(target) !== undefined
        ? [...headers, viaHeader, [via, viaMark(input.bucket)].filter(Boolean).join(', ')]
        : headers
    },
    followRedirects: redirect.mirrorFollowRedirect,
    transparent: redirect.transparentMirrorResponseCodes,
    sni: redirect.mirrorSni || switches.sni === 'always',
    refuseInternalAddresses: switches.refuseInternalAddresses,
    ca: deps.ca,
    fault: deps.fault?.({ bucket: input.bucket, key: input.key }),
    guard: (target) => {
      const own = bucketOf(target)
      const looped = own === input.bucket || cameThrough(via, input.bucket)
      if (looped || (own !== undefined && cameThrough(via, own))) throw loop()
    },
  }
}
