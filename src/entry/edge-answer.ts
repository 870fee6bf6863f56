import { keyBytes } from '../key/decode.ts'
import { KeyFault } from '../key/fault.ts'
import { bucketRequest, type BucketRequest } from './edge-request.ts'
import type { EdgeSettings } from './edge-settings.ts'

/** Longest wait for the bucket to begin its answer: the mirror gives up after 10 s. */
const BUCKET_MS = 15_000

/** The part of errors.ts that can happen here, where there is nothing but key/ to import. */
export const EDGE_STATUS = {
  bad_key: 400,
  bad_operation: 400,
  not_allowed: 403,
  bad_signature: 403,
  no_such_style: 404,
  method_not_allowed: 405,
  unexpected: 500,
  bucket_failed: 502,
  bucket_timeout: 504,
} as const

type EdgeErrorCode = keyof typeof EDGE_STATUS

/**
 * One request, from the reader to the bucket and back. Never rejects: what a platform makes of an exception is its choice.
 * @param bucketMs how long to wait for the bucket's headers.
 */
export async function answerAtEdge(
  request: Request,
  settings: EdgeSettings,
  bucketMs: number = BUCKET_MS,
): Promise<Response> {
  const { method } = request
  const refuse = (code: EdgeErrorCode, message: string): Response => errorResponse(code, message, method)
  if (method !== 'GET' && method !== 'HEAD') {
    return refuse('method_not_allowed', `Expected GET or HEAD, got ${method.slice(0, 20)}.`)
  }
  try {
    const asked = bucketRequest(request, settings)
    const answer = await fromBucket(asked, method, bucketMs)
    if (answer === 'bucket_timeout') return refuse(answer, 'The bucket did not answer in time.')
    if (answer === 'bucket_failed') return refuse(answer, 'The bucket cannot be reached.')
    // A redirect would lead past this routine, and caches would remember one reader's for all of them.
    if (answer.status >= 300 && answer.status < 400 && answer.status !== 304) {
      await answer.body?.cancel()
      return refuse('bucket_failed', `Expected an object from the bucket, got a redirect (${answer.status}).`)
    }
    return handOn(answer, method, asked.negotiated)
  } catch (thrown) {
    if (thrown instanceof KeyFault) return refuse(thrown.code, thrown.message)
    return refuse('unexpected', 'Something failed that should not have.')
  }
}

async function fromBucket(
  { url, headers }: BucketRequest,
  method: string,
  bucketMs: number,
): Promise<Response | 'bucket_timeout' | 'bucket_failed'> {
  const stop = new AbortController()
  let timer: ReturnType<typeof setTimeout> | undefined
  const late = new Promise<'bucket_timeout'>((resolve) => {
    timer = setTimeout(() => {
      resolve('bucket_timeout')
      stop.abort()
    }, bucketMs)
  })
  // `decompress` is the platform's own and leaves what is stored compressed as it is
  // (https://www.alibabacloud.com/help/en/edge-security-acceleration/esa/user-guide/fetch-1).
  const init = { method, headers, redirect: 'manual', signal: stop.signal, decompress: 'manual' } as const
  try {
    return await Promise.race([late, fetch(url, init).catch(() => 'bucket_failed' as const)])
  } finally {
    clearTimeout(timer)
  }
}

/** The bucket's answer, streamed as it comes. An error too, though no cache may keep that one. */
function handOn(answer: Response, method: string, negotiated: boolean): Response {
  const { status, statusText } = answer
  const headers = new Headers(answer.headers)
  // A 304 and an error depend on `Accept` as much as the picture does (RFC 9110 section 12.5.5).
  if (negotiated) headers.set('vary', withAccept(headers.get('vary')))
  if (status >= 400) headers.set('cache-control', 'no-store')
  // A Response refuses to have a body then, also an empty one (https://fetch.spec.whatwg.org/#null-body-status).
  const bodiless = method === 'HEAD' || status === 204 || status === 304
  return new Response(bodiless ? null : answer.body, { status, statusText, headers })
}

function withAccept(vary: string | null): string {
  if (vary === null) return 'Accept'
  return /(?:^|,)\s*(?:\*|accept)\s*(?:,|$)/i.test(vary) ? vary : `${vary}, Accept`
}

/** The same JSON as the function's. */
function errorResponse(code: EdgeErrorCode, message: string, method: string): Response {
  const status = EDGE_STATUS[code]
  const requestId = `edge-${Math.random().toString(36).slice(2)}`
  const body = JSON.stringify({ code, message, requestId })
  return new Response(method === 'HEAD' ? null : body, {
    status,
    headers: {
      'Content-Type': 'application/json; charset=utf-8',
      'Content-Length': String(keyBytes(body)),
      'Cache-Control': 'no-store',
      'X-Content-Type-Options': 'nosniff',
      ...(status === 405 ? { Allow: 'GET, HEAD' } : {}),
    },
  })
}
