import type { IncomingMessage, ServerResponse } from 'node:http'

import type { Context } from '../context.ts'
import type { Origin } from '../origin.ts'
import { answerEvent } from './http-event.ts'

/** The platform sends events of up to 32 MB; an HTTP request without a body is never near this. */
const MOST_EVENT_BYTES_IN = 1_048_576

/**
 * POST /invoke: an event through the custom runtime, as `s local invoke` and SDK calls send it. Only the body of the
 * answer reaches the caller; x-fc-status tells the platform whether it went well.
 */
export async function invoke(
  request: IncomingMessage,
  response: ServerResponse,
  origin: Origin,
  context: Context,
): Promise<void> {
  const chunks: Buffer[] = []
  let length = 0
  for await (const chunk of request as AsyncIterable<Buffer>) {
    length += chunk.length
    // Read to its end all the same: what is left unread would stand before the next request on this connection.
    if (length <= MOST_EVENT_BYTES_IN) chunks.push(chunk)
  }
  const answer = await answerEvent(
    length > MOST_EVENT_BYTES_IN ? Buffer.alloc(0) : Buffer.concat(chunks),
    origin,
    context,
  )
  const body = Buffer.from(JSON.stringify(answer))
  response.writeHead(answer.statusCode, {
    'Content-Type': 'application/json; charset=utf-8',
    'Content-Length': String(body.length),
    'Cache-Control': 'no-store',
    'x-fc-status': answer.statusCode < 400 ? '200' : '404',
  })
  response.end(body)
}
