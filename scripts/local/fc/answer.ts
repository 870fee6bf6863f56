import type { IncomingMessage, ServerResponse } from 'node:http'
import { PlatformFailure } from './failure.ts'
import { headerList, outgoing, passedToCaller, type HeaderList } from './headers.ts'
import type { GatewaySwitches } from './spec.ts'

// Beyond this an answer is relayed as it comes instead of being collected: the gateway is one process for everybody.
const MAX_COLLECTED_BYTES = 32 * 1024 * 1024

/** An answer of the function that is complete before its first byte goes out. */
export interface WholeAnswer {
  status: number
  headers: HeaderList
  body: Buffer
}

/** What every answer to one request needs to know. */
export interface AnswerTerms {
  requestId: string
  switches: GatewaySwitches
  /** The end of this request's log, base64, for a caller who sent X-Fc-Log-Type: Tail. */
  logTail?: (() => string) | undefined
}

/** Waits until the caller has taken what was written, or is gone. */
async function drained(response: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      response.removeListener('drain', done)
      response.removeListener('close', done)
      resolve()
    }
    response.once('drain', done)
    response.once('close', done)
  })
}

/** Status and headers as the caller gets them; refuses what the default domain refuses. */
function writeHead(
  response: ServerResponse,
  status: number,
  headers: HeaderList,
  { requestId, switches }: AnswerTerms,
  ours: HeaderList = [],
): void {
  if (switches.refuse3xx && status >= 300 && status < 400) {
    throw new PlatformFailure('redirect', 'External redirects are forbidden on the default domain')
  }
  const kept = passedToCaller(headers, switches.attachment)
  kept.push(['X-Fc-Request-Id', requestId], ...ours)
  response.writeHead(status, outgoing(kept))
}

/** Sends an answer that is known whole: the platform writes its length itself. Returns the bytes of the body. */
export function sendWhole(response: ServerResponse, answer: WholeAnswer, terms: AnswerTerms): number {
  const bodiless = response.req.method === 'HEAD' || answer.status === 204 || answer.status === 304
  writeHead(response, answer.status, answer.headers, terms, [
    ...(bodiless ? [] : [['Content-Length', String(answer.body.length)] as [string, string]]),
    ...(terms.logTail ? [['X-Fc-Log-Result', terms.logTail()] as [string, string]] : []),
  ])
  response.end(bodiless ? undefined : answer.body)
  return bodiless ? 0 : answer.body.length
}

/** Reads a body whole. Rejects when it breaks off or passes `limitBytes`. */
export async function readWhole(message: IncomingMessage, limitBytes: number): Promise<Buffer> {
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of message as AsyncIterable<Buffer>) {
    bytes += chunk.length
    if (bytes > limitBytes) throw new PlatformFailure('answer-too-large', `body exceeds ${limitBytes} bytes`)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

/** Passes chunks on as they come, waiting for a slow caller. Rejects, leaving the answer unfinished, when the source breaks. */
async function relay(response: ServerResponse, answer: IncomingMessage): Promise<number> {
  let bytes = 0
  for await (const chunk of answer as AsyncIterable<Buffer>) {
    bytes += chunk.length
    if (!response.write(chunk) && !response.destroyed) await drained(response)
  }
  response.end()
  return bytes
}

/**
 * Hands a custom runtime's answer to the caller. A chunked one is streamed and arrives chunked; any other is collected
 * first and arrives with a Content-Length. Source: "Does Function Compute support SSE": streamed if and only if chunked.
 * Rejects when the instance's connection breaks; nothing was sent yet, or the caller's answer stands unfinished.
 */
export async function passAnswer(
  response: ServerResponse,
  answer: IncomingMessage,
  terms: AnswerTerms,
): Promise<number> {
  const { switches } = terms
  const status = answer.statusCode ?? 502
  const headers = headerList(answer)
  const promised = Number(answer.headers['content-length'] ?? 0)
  if (promised > switches.maxAnswerBytes) {
    throw new PlatformFailure('answer-too-large', `response body exceeds ${switches.maxAnswerBytes} bytes`)
  }
  if (response.req.method === 'HEAD') {
    answer.resume()
    const length = answer.headers['content-length']
    const keep = switches.headContentLength === 'keep' && length !== undefined
    writeHead(response, status, headers, terms, keep ? [['Content-Length', length]] : [])
    response.end()
    return 0
  }
  if (/\bchunked\b/i.test(answer.headers['transfer-encoding'] ?? '')) {
    writeHead(response, status, headers, terms)
    return relay(response, answer)
  }
  if (promised > MAX_COLLECTED_BYTES) {
    writeHead(response, status, headers, terms, [['Content-Length', String(promised)]])
    return relay(response, answer)
  }
  const body = await readWhole(answer, Math.min(switches.maxAnswerBytes, MAX_COLLECTED_BYTES))
  return sendWhole(response, { status, headers, body }, terms)
}
