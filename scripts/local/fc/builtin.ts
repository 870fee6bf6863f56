import type { WholeAnswer } from './answer.ts'
import { readWhole } from './answer.ts'
import { callInstance } from './call.ts'
import { PlatformFailure } from './failure.ts'
import { goHeaderName, type HeaderList } from './headers.ts'
import type { Instance } from './instance.ts'
import type { GatewaySwitches } from './spec.ts'

/** A request of the HTTP trigger, as the event of a built-in runtime describes it. */
export interface TriggerRequest {
  method: string
  /** Path and query as sent. */
  url: string
  /** Already without x-fc-* and the headers of the connection. */
  headers: HeaderList
  body: Buffer
  requestId: string
  accountId: string
  sourceIp: string
  time: Date
}

const TEXT_TYPE = /^(text\/|application\/(json|xml|javascript|x-www-form-urlencoded))/i

function joined(pairs: Iterable<[string, string]>): Record<string, string> {
  const out = new Map<string, string>()
  for (const [name, value] of pairs) out.set(name, out.has(name) ? `${out.get(name)},${value}` : value)
  return Object.fromEntries(out)
}

/** Percent-decoded, or as it is where the escapes are broken. */
function decoded(path: string): string {
  try {
    return decodeURIComponent(path)
  } catch {
    return path
  }
}

/**
 * The HTTP trigger's event, version v1: JSON in a Buffer. Names of headers are spelled as Go spells them, repeated
 * headers and parameters joined with a comma, a body that is not text is base64.
 * Source: Function Compute, "Use an HTTP trigger to invoke a function" (built-in runtimes).
 */
export function httpEvent(trigger: TriggerRequest): Buffer {
  const mark = trigger.url.indexOf('?')
  const rawPath = mark < 0 ? trigger.url : trigger.url.slice(0, mark)
  const headers = joined(trigger.headers.map(([name, value]) => [goHeaderName(name), value]))
  const domainName = (headers['Host'] ?? 'localhost').replace(/:\d+$/, '')
  const isText = trigger.body.length === 0 || TEXT_TYPE.test(headers['Content-Type'] ?? '')
  const event = {
    version: 'v1',
    rawPath,
    body: trigger.body.toString(isText ? 'utf8' : 'base64'),
    isBase64Encoded: !isText,
    headers,
    queryParameters: joined(new URLSearchParams(mark < 0 ? '' : trigger.url.slice(mark + 1))),
    requestContext: {
      accountId: trigger.accountId,
      domainName,
      domainPrefix: domainName.split('.')[0] ?? '',
      requestId: trigger.requestId,
      time: trigger.time.toISOString().replace(/\.\d+Z$/, 'Z'),
      timeEpoch: String(trigger.time.getTime()),
      http: {
        method: trigger.method,
        path: decoded(rawPath),
        protocol: 'HTTP/1.1',
        sourceIp: trigger.sourceIp,
        userAgent: headers['User-Agent'] ?? '',
      },
    },
  }
  return Buffer.from(JSON.stringify(event))
}

/**
 * Runs the handler once and resolves with the bytes it returned.
 * Rejects with a PlatformFailure: `exception` (its document is the body) when the handler threw.
 */
export async function runHandler(
  instance: Instance,
  event: Buffer,
  headers: HeaderList,
  switches: GatewaySwitches,
  signal: AbortSignal,
): Promise<Buffer> {
  const answer = await callInstance(
    instance,
    { method: 'POST', path: '/invoke', headers, body: event },
    switches,
    signal,
  )
  const body = await readWhole(answer, switches.maxAnswerBytes)
  if (answer.headers['x-fc-outcome'] !== 'ok') throw new PlatformFailure('exception', 'handler failed', body)
  return body
}

function parsed(bytes: Buffer): { value: unknown } | undefined {
  try {
    return { value: JSON.parse(bytes.toString('utf8')) as unknown }
  } catch {
    return undefined
  }
}

function answerHeaders(value: unknown): HeaderList {
  if (value === undefined || value === null) return []
  if (typeof value !== 'object') throw new PlatformFailure('invalid-answer', 'Expected headers to be an object')
  return Object.entries(value).map(([name, content]) => {
    const text = String(content)
    if (!/^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/.test(name) || /[^\t\x20-\x7e\x80-\xff]/.test(text)) {
      throw new PlatformFailure('invalid-answer', `Expected a valid header, got «${name.slice(0, 80)}»`)
    }
    return [goHeaderName(name), text]
  })
}

/**
 * The HTTP answer a handler's return value stands for: {statusCode, headers, isBase64Encoded, body}.
 * Anything else is, by switch, taken as the body of a 200, or rejected as `invalid-answer`.
 */
export function readHandlerAnswer(bytes: Buffer, switches: GatewaySwitches): WholeAnswer {
  const json = parsed(bytes)
  const value = json?.value
  if (typeof value !== 'object' || value === null || !('statusCode' in value)) {
    if (!switches.inferAnswer) {
      throw new PlatformFailure('invalid-answer', 'Expected an object with statusCode, got another answer')
    }
    const type = json ? 'application/json' : 'text/plain; charset=utf-8'
    return { status: 200, headers: [['Content-Type', type]], body: bytes }
  }
  const answer = value as { statusCode: unknown; headers?: unknown; isBase64Encoded?: unknown; body?: unknown }
  const status = Number(answer.statusCode)
  if (!Number.isInteger(status) || status < 200 || status > 599) {
    throw new PlatformFailure('invalid-answer', 'Expected statusCode to be an integer from 200 to 599')
  }
  const text = answer.body ?? ''
  if (typeof text !== 'string') throw new PlatformFailure('invalid-answer', 'Expected body to be a string')
  const body = Buffer.from(text, answer.isBase64Encoded === true ? 'base64' : 'utf8')
  return { status, headers: answerHeaders(answer.headers), body }
}
