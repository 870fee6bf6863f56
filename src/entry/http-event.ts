import type { Answer } from '../answer.ts'
import { errorHeadersAndBody } from '../answer.ts'
import type { Context } from '../context.ts'
import { AppError } from '../errors.ts'
import type { Origin } from '../origin.ts'

/** An HTTP request as an event, version v1: https://help.aliyun.com/zh/functioncompute/http-trigger-invoking-function */
interface HttpEvent {
  version: string
  rawPath?: string
  headers?: Record<string, string>
  requestContext?: { http?: { method?: string; path?: string } }
}

/** The answer as an event function returns it. */
export interface HttpEventAnswer {
  statusCode: number
  headers: Record<string, string>
  isBase64Encoded: boolean
  body: string
}

/**
 * The event way holds the whole answer as base64 text in JSON. 6,000,000 characters are the least that any documentation
 * of such a limit gives; the limit of Function Compute 3.0 is not published. As bytes of a picture that is:
 */
export const MOST_EVENT_BYTES = 4_500_000

/**
 * Answers one event given as JSON bytes. Never throws: Function Compute may answer an exception with 200, and OSS would store it.
 * Anything else than an HTTP event is answered with 400.
 */
export async function answerEvent(event: Buffer, origin: Origin, context: Context): Promise<HttpEventAnswer> {
  const http = parseHttpEvent(event)
  if (http === undefined) {
    return answerWith(new AppError('bad_event', 'Expected an HTTP event of version v1, got something else.'), context)
  }
  const answer = await origin.handle(http, context)
  return collect(answer, context)
}

function parseHttpEvent(event: Buffer): Parameters<Origin['handle']>[0] | undefined {
  let parsed: HttpEvent
  try {
    parsed = JSON.parse(event.toString('utf8')) as HttpEvent
  } catch {
    return undefined
  }
  const method = parsed?.requestContext?.http?.method
  // rawPath is still encoded; requestContext.http.path is decoded, and decoding twice would read another key.
  const rawPath = parsed?.rawPath
  if (typeof method !== 'string' || typeof rawPath !== 'string') return undefined
  return { method, rawPath: rawPath.split('?', 1)[0] ?? '', mirrorSecret: headerOf(parsed.headers, 'x-mirror-secret') }
}

/** The built-in runtimes write header names like X-Mirror-Secret. Two spellings of one name are a smuggled header. */
function headerOf(headers: unknown, name: string): string | undefined {
  if (typeof headers !== 'object' || headers === null) return undefined
  const values = Object.entries(headers as Record<string, unknown>).filter(([key]) => key.toLowerCase() === name)
  return values.length === 0 ? undefined : values.map(([, value]) => String(value)).join(', ')
}

async function collect(answer: Answer, context: Context): Promise<HttpEventAnswer> {
  const chunks: Buffer[] = []
  let length = 0
  try {
    if (Buffer.isBuffer(answer.body)) chunks.push(answer.body)
    else if (answer.body !== undefined) {
      for await (const chunk of answer.body) {
        length += chunk.length
        if (length > MOST_EVENT_BYTES) break
        chunks.push(chunk)
      }
    }
    // Also for an answer that is too large: once stored, the next reader gets it from the bucket.
    await answer.settled
  } catch (error) {
    answer.finish({ sentBytes: 0, aborted: true, error })
    return answerWith(
      new AppError('bad_original', 'The original arrived incomplete or damaged.', { cause: error }),
      context,
    )
  }
  const body = Buffer.concat(chunks)
  if (Math.max(length, body.length) > MOST_EVENT_BYTES) {
    const message = `Expected an answer of at most ${MOST_EVENT_BYTES} bytes on the event way, got a larger one. Use the web entry, which streams.`
    const error = new AppError('answer_too_large', message)
    answer.finish({ sentBytes: 0, aborted: false, error })
    return answerWith(error, context)
  }
  answer.finish({ sentBytes: body.length, aborted: false })
  return { statusCode: answer.status, headers: answer.headers, isBase64Encoded: true, body: body.toString('base64') }
}

function answerWith(error: AppError, context: Context): HttpEventAnswer {
  const { headers, body } = errorHeadersAndBody(error, context.requestId)
  return { statusCode: error.status, headers, isBase64Encoded: true, body: body.toString('base64') }
}
