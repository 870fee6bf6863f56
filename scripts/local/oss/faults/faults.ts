import { once } from 'node:events'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Transform } from 'node:stream'
import { setTimeout as delay } from 'node:timers/promises'
import { OssError } from '../error.ts'
import type { OriginFault } from '../mirror/origin-fault.ts'
import { changesBody, faultyBody } from './body.ts'
import type { Fault, FaultKind, FaultOperation } from './fault.ts'
import { seededRandom } from './random.ts'

/** A request as faults see it. One object per request: `body` finds by it what `before` drew. */
export interface FaultFacts {
  operation: FaultOperation
  bucket?: string
  key?: string
}

/** A fault with its number and how often it has happened. */
export type ListedFault = Fault & { id: number; fired: number }

/**
 * Injected faults, reproducible by their seeds. The server calls, for every request it could make out:
 *
 * 1. `await before(facts, req, res)` after the request was authenticated and before it is carried out. It may throw an
 *    OssError, to be answered like any other; after 'handled' the server does nothing more with `res`.
 * 2. `body(facts)` when it is about to send the body of a 200 or 206 of a read (not of HEAD): a Transform to put between
 *    the object and `res` with stream.pipeline, so that its error breaks the connection; undefined most of the time.
 * 3. `mirror(facts)` as `MirrorDeps.fault`.
 */
export interface Faults {
  /** @returns the number of the fault */
  add(fault: Fault): number
  clear(): void
  list(): ListedFault[]
  before(facts: FaultFacts, request: IncomingMessage, response: ServerResponse): Promise<'handled' | 'continue'>
  body(facts: FaultFacts): Transform | undefined
  mirror(facts: { bucket: string; key: string }): OriginFault | undefined
  /** What `before` drew for the request, for the request log; empty for nearly all. */
  drawn(facts: FaultFacts): FaultKind[]
}

interface Entry {
  fault: ListedFault
  random: () => number
}

/** @param now server time in ms, for RequestTimeTooSkewed */
export function createFaults(now: () => number = Date.now): Faults {
  let entries: Entry[] = []
  let last = 0
  const drawn = new WeakMap<FaultFacts, { faults: Fault[]; response: ServerResponse }>()

  const draw = (facts: FaultFacts): Fault[] =>
    entries
      .filter(({ fault, random }) => {
        if (!fits(fault, facts) || fault.fired >= (fault.times ?? Number.POSITIVE_INFINITY)) return false
        if (random() >= (fault.probability ?? 1)) return false
        fault.fired += 1
        return true
      })
      .map(({ fault }) => fault)

  return {
    add(fault) {
      last += 1
      entries.push({ fault: { ...fault, id: last, fired: 0 }, random: seededRandom(fault.seed ?? 1) })
      return last
    },
    clear() {
      entries = []
    },
    list() {
      return entries.map(({ fault }) => ({ ...fault }))
    },
    async before(facts, request, response) {
      const faults = draw(facts)
      if (faults.length > 0) drawn.set(facts, { faults, response })
      for (const fault of faults) {
        if ((await beforeRequest(fault, request, response, now)) === 'handled') return 'handled'
      }
      return 'continue'
    },
    body(facts) {
      const { faults, response } = drawn.get(facts) ?? {}
      const fault = faults?.find(changesBody)
      return fault && response && faultyBody(fault, response)
    },
    mirror(facts) {
      const fault = draw({ ...facts, operation: 'mirror' }).find(({ kind }) => kind !== 'wrong-crc')
      return fault && originFault(fault)
    },
    drawn(facts) {
      return (drawn.get(facts)?.faults ?? []).map(({ kind }) => kind)
    },
  }
}

function fits({ match }: Fault, facts: FaultFacts): boolean {
  return (
    (match.operation === undefined || match.operation === facts.operation) &&
    (match.bucket === undefined || match.bucket === facts.bucket) &&
    (match.keyPrefix === undefined || (facts.key ?? '').startsWith(match.keyPrefix))
  )
}

async function beforeRequest(
  fault: Fault,
  request: IncomingMessage,
  response: ServerResponse,
  now: () => number,
): Promise<'handled' | 'continue'> {
  if (fault.kind === 'wrong-crc') onHeaders(response, () => falsifyCrc(response))
  if (fault.kind === 'wrong-crc' || changesBody(fault)) return 'continue'
  if (fault.when === 'after') {
    if (fault.kind === 'stall') withhold(response)
    else onHeaders(response, () => response.socket?.resetAndDestroy())
    return 'continue'
  }
  switch (fault.kind) {
    case 'slow':
      await delay(fault.ms ?? 0)
      return response.destroyed ? 'handled' : 'continue'
    case 'stall':
      if (!response.destroyed) await once(response, 'close')
      return 'handled'
    case 'reset':
    case 'refused':
      request.socket.resetAndDestroy()
      return 'handled'
    default:
      throw injectedError(fault, now())
  }
}

/** Calls back before the headers go out, whether they go by writeHead or by the first write. */
function onHeaders(response: ServerResponse, callback: () => void): void {
  const writeHead = response.writeHead.bind(response) as (...parts: unknown[]) => ServerResponse
  response.writeHead = (status: number, ...parts: unknown[]) => {
    // Headers given to writeHead itself are set first, so that the callback sees all of them in one place.
    const headers = parts.find((part) => typeof part === 'object')
    if (typeof headers === 'object' && headers !== null && !Array.isArray(headers)) {
      for (const [name, value] of Object.entries(headers)) response.setHeader(name, value as string)
    }
    callback()
    return writeHead(status, ...parts.filter((part) => part !== headers))
  }
}

function falsifyCrc(response: ServerResponse): void {
  const crc = response.getHeader('x-oss-hash-crc64ecma')
  if (crc !== undefined) response.setHeader('x-oss-hash-crc64ecma', String(BigInt(String(crc)) ^ 1n))
}

/** Nothing of the answer leaves, for as long as the client waits. */
function withhold(response: ServerResponse): void {
  response.write = () => true
  response.end = () => response
  response.flushHeaders = () => {}
}

function injectedError(fault: Fault, nowMs: number): OssError {
  switch (fault.kind) {
    case 'slowdown':
      return new OssError(503, 'SlowDown', 'Please reduce your request rate.')
    case 'denied':
      return new OssError(403, 'AccessDenied', 'You have no right to access this object.')
    case 'token-expired':
      return new OssError(
        403,
        'SecurityTokenExpired',
        'The security token you provided has expired.',
        {},
        '0002-00000007',
      )
    case 'clock-skew':
      return new OssError(
        403,
        'RequestTimeTooSkewed',
        'The difference between the request time and the current time is too large.',
        {
          RequestTime: new Date(nowMs).toISOString(),
          ServerTime: new Date(nowMs + (fault.ms ?? 3_600_000)).toISOString(),
          MaxAllowedSkewMilliseconds: '900000',
        },
      )
    default: {
      const status = fault.status ?? 500
      return new OssError(status, codes[status] ?? 'InternalError', 'An injected fault.')
    }
  }
}

const codes: Record<number, string> = {
  400: 'InvalidArgument',
  403: 'AccessDenied',
  404: 'NoSuchKey',
  409: 'OperationAborted',
  412: 'PreconditionFailed',
  500: 'InternalError',
  503: 'ServiceUnavailable',
}

function originFault({ kind, ms, bytes, status }: Fault): OriginFault | undefined {
  const amounts = { ...(ms !== undefined && { ms }), ...(bytes !== undefined && { bytes }) }
  switch (kind) {
    case 'slow':
    case 'stall':
    case 'reset':
    case 'short':
    case 'corrupt':
    case 'refused':
      return { kind, ...amounts }
    case 'slowdown':
      return { kind: 'status', status: 503 }
    case 'denied':
    case 'token-expired':
    case 'clock-skew':
      return { kind: 'status', status: 403 }
    case 'status':
      return { kind, status: status ?? 500 }
    default:
      return undefined
  }
}
