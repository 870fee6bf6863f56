import { pickFormat } from '../key/accept.ts'
import { decodeKey } from '../key/decode.ts'
import { edgeKey } from '../key/edge-key.ts'
import { BCE_PARAMETER } from '../key/query/bce.ts'
import { CDN_PARAMETER } from '../key/query/cdn.ts'
import { OSS_PARAMETER } from '../key/query/oss.ts'
import type { EdgeSettings } from './edge-settings.ts'

/**
 * All the bucket gets to see of a reader. Ranges and conditions are the bucket's to answer: it has the bytes and their
 * ETag. `Referer` and `Origin` are what its hotlink protection and its CORS rules ask for. Not `Accept`, which has been
 * heard already; not `Authorization`, because a signed read of a missing key is not mirrored; no cookies.
 */
const PASSED_ON = [
  'range',
  'if-range',
  'if-match',
  'if-none-match',
  'if-modified-since',
  'if-unmodified-since',
  'origin',
  'referer',
  'user-agent',
]

/** What is asked of the bucket. */
export interface BucketRequest {
  readonly url: string
  readonly headers: Record<string, string>
  /** Whether `Accept` had a say. */
  readonly negotiated: boolean
}

/** @throws KeyFault for what cannot be read; permissions are the function's business. */
export function bucketRequest(request: Request, { bucketOrigin, keySettings }: EdgeSettings): BucketRequest {
  const { pathname, search } = new URL(request.url)
  const { process, rest } = splitQuery(search)
  const format = pickFormat(request.headers.get('accept'))
  const { key, negotiated } = edgeKey(decodeKey(pathname.slice(1)), process, format, keySettings)
  // Objects stored with a Content-Encoding have it anyway; nothing else may be packed on the way.
  const headers: Record<string, string> = { 'accept-encoding': 'identity' }
  for (const name of PASSED_ON) {
    const value = request.headers.get(name)
    if (value !== null) headers[name] = value
  }
  return { url: `${bucketOrigin}/${key.split('/').map(encodeURIComponent).join('/')}${rest}`, headers, negotiated }
}

const PROCESS_PARAMETERS = [OSS_PARAMETER, BCE_PARAMETER, CDN_PARAMETER]

/**
 * The parameters that ask for operations, and the others, which are the bucket's business. The former never go on: the
 * bucket would carry them out once more, on the result, and a cache by URL would keep a copy for each spelling. Names are
 * compared as the bucket reads them, decoded.
 */
function splitQuery(search: string): { process: string; rest: string } {
  const process: string[] = []
  const rest: string[] = []
  for (const pair of search.slice(1).split('&')) {
    const [name = '', ...value] = pair.split('=')
    const known = PROCESS_PARAMETERS.find((parameter) => parameter === decoded(name))
    if (known !== undefined) process.push([known, ...value].join('='))
    else if (pair !== '') rest.push(pair)
  }
  return { process: process.join('&'), rest: rest.length === 0 ? '' : `?${rest.join('&')}` }
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
