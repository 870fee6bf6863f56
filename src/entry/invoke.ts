import type { IncomingMessage, ServerResponse } from 'node:http'

import type { Context } from '../context.ts'
import type { Freshness } from '../freshness/freshness.ts'
import { parseOssEvent } from '../freshness/oss-event.ts'
import type { Origin } from '../origin.ts'
import { answerEvent } from './http-event.ts'

/** The platform sends events of up to 32 MB; an HTTP request without a body is never near this. */
const MOST_EVENT_BYTES_IN = 1_048_576

/** For a change of an original: within the time limit in s.yaml. */
const MOST_CHANGE_MS = 45_000

/**
 * POST /invoke: an event through the custom runtime, as `s local invoke` and SDK calls send it. Only the body of the
 * answer reaches the caller; x-fc-status tells the platform whether it went well.
 */
export async function invoke(
  request: IncomingMessage,
  response: ServerResponse,
  { origin, freshness }: { origin: Origin; freshness: Freshness },
  context: Context,
): Promise<void> {
  const chunks: Buffer[] = []
  let length = 0
  for await (const chunk of request as AsyncIterable<Buffer>) {
    length += chunk.length
    // Read to its end all the same: what is left unread would stand before the next request on this connection.
    if (length <= MOST_EVENT_BYTES_IN) chunks.push(chunk)
  }
  const event = length > MOST_EVENT_BYTES_IN ? Buffer.alloc(0) : Buffer.concat(chunks)
  const changes = parseOssEvent(event)
  if (changes !== undefined) {
    const failure = await freshness.handle(changes, context, Date.now() + MOST_CHANGE_MS).then(
      () => undefined,
      (error: unknown) => (error instanceof Error ? error.message : String(error)),
    )
    return reply(response, failure === undefined ? 200 : 500, { failure })
  }
  const answer = await answerEvent(event, origin, context)
  reply(response, answer.statusCode, answer)
}

function reply(response: ServerResponse, status: number, answer: object): void {
  const body = Buffer.from(JSON.stringify(answer))
  response.writeHead(status, {
    'Content-Type': 'application/json; charset=utf-8',
    'Content-Length': String(body.length),
    'Cache-Control': 'no-store',
    'x-fc-status': status < 400 ? '200' : '404',
  })
  response.end(body)
}
