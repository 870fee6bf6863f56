// fetch as the edge platform has it, where that differs from the standard: `decompress: 'manual'` leaves bodies as they are
// stored, and a redirect is not followed with `redirect: 'manual'`.
// https://www.alibabacloud.com/help/en/edge-security-acceleration/esa/user-guide/fetch-1
import { type IncomingMessage, request as requestHttp } from 'node:http'
import { request as requestHttps } from 'node:https'
import { Readable } from 'node:stream'
import type { ReadableStream } from 'node:stream/web'

export interface EdgeFetchInit {
  method: string
  headers: Record<string, string>
  redirect: 'manual'
  decompress: 'manual'
  signal: AbortSignal
}

/**
 * @throws RangeError for other ways of calling it (what is not imitated must not seem to work) and for an answer whose
 *   status is none; TypeError, like the standard one, where there is no answer.
 */
export async function edgeFetch(url: string, init: EdgeFetchInit): Promise<Response> {
  const { method, headers, redirect, decompress, signal } = init
  if (redirect !== 'manual' || decompress !== 'manual') {
    throw new RangeError(`Expected redirect and decompress to be manual, got ${redirect} and ${decompress}`)
  }
  const send = url.startsWith('https:') ? requestHttps : requestHttp
  const answer = await new Promise<IncomingMessage>((resolve, reject) => {
    const sent = send(url, { method, headers, signal }, resolve)
    sent.once('error', (cause) => reject(new TypeError('fetch failed', { cause })))
    sent.end()
  })
  const given = new Headers()
  for (let i = 0; i + 1 < answer.rawHeaders.length; i += 2) {
    given.append(answer.rawHeaders[i] ?? '', answer.rawHeaders[i + 1] ?? '')
  }
  const status = answer.statusCode ?? 0
  const bodiless = method === 'HEAD' || status === 204 || status === 304
  if (bodiless) answer.resume()
  const body = bodiless ? null : (Readable.toWeb(answer) as ReadableStream<Uint8Array>)
  return new Response(body, { status, statusText: answer.statusMessage ?? '', headers: given })
}
