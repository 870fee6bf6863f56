// Signatures of both versions, written from the documents and on their own: nothing here is shared with the code that
// checks them in the local OSS, so that a mistake there is not made here as well.
// Sources: AlibabaCloudDocs/oss, "Add a signature to the header";
// https://www.alibabacloud.com/help/en/oss/developer-reference/recommend-to-use-signature-version-4

import { createHash, createHmac } from 'node:crypto'

export interface Key {
  id: string
  secret: string
}

/** A request as far as it is signed. */
export interface Unsigned {
  method: string
  bucket: string | undefined
  /** Decoded. */
  key: string | undefined
  /** Decoded names and values. */
  query: readonly (readonly [name: string, value: string])[]
  /** Lower-case names; values as on the wire, each character a byte. */
  headers: ReadonlyMap<string, string>
}

const V1_RESOURCES = new Set(
  (
    'acl append asyncFetch bucketInfo callback callback-var cname comp continuation-token cors delete encryption ' +
    'endTime img inventory inventoryId lifecycle live location logging objectMeta partNumber policy position qos ' +
    'referer regionList replication requestPayment response-cache-control response-content-disposition ' +
    'response-content-encoding response-content-language response-content-type response-expires restore ' +
    'security-token sequential startTime stat status style styleName symlink tagging uploadId uploads versionId ' +
    'versioning versions vod website worm wormExtend wormId'
  ).split(' '),
)

/** The value of `Authorization`, version 1. `x-oss-date` counts before `date`. */
export function authorizationV1(request: Unsigned, { id, secret }: Key): string {
  const { method, headers } = request
  const date = headers.get('x-oss-date') ?? headers.get('date') ?? ''
  let text = `${method}\n${headers.get('content-md5') ?? ''}\n${headers.get('content-type') ?? ''}\n${date}\n`
  for (const [name, value] of ossHeaders(headers)) text += `${name}:${value}\n`
  const signature = createHmac('sha1', secret).update(text, 'latin1').update(resourceV1(request), 'utf8')
  return `OSS ${id}:${signature.digest('base64')}`
}

function resourceV1({ bucket, key, query }: Unsigned): string {
  const path = bucket === undefined ? '/' : `/${bucket}/${key ?? ''}`
  const named = query
    .filter(([name]) => V1_RESOURCES.has(name))
    .sort(([a], [b]) => Buffer.compare(Buffer.from(a), Buffer.from(b)))
    .map(([name, value]) => (value === '' ? name : `${name}=${value}`))
  return named.length === 0 ? path : `${path}?${named.join('&')}`
}

/**
 * The value of `Authorization`, version 4. The headers must hold `x-oss-date` (20250411T064124Z) and
 * `x-oss-content-sha256`.
 */
export function authorizationV4(request: Unsigned, { id, secret }: Key, region: string): string {
  const date = request.headers.get('x-oss-date') ?? ''
  const day = date.slice(0, 8)
  const scope = `${day}/${region}/oss/aliyun_v4_request`
  const hash = createHash('sha256').update(canonicalV4(request), 'latin1').digest('hex')
  let signing = hmac(`aliyun_v4${secret}`, day)
  for (const part of [region, 'oss', 'aliyun_v4_request']) signing = hmac(signing, part)
  const signature = hmac(signing, `OSS4-HMAC-SHA256\n${date}\n${scope}\n${hash}`).toString('hex')
  return `OSS4-HMAC-SHA256 Credential=${id}/${scope},Signature=${signature}`
}

function canonicalV4({ method, bucket, key, query, headers }: Unsigned): string {
  const path = bucket === undefined ? '/' : `/${bucket}/${key ?? ''}`
  const pairs = query
    .map(([name, value]) => (value === '' ? escape(name) : `${escape(name)}=${escape(value)}`))
    .sort((a, b) => (nameOf(a) < nameOf(b) ? -1 : 1))
  const signed = [...headers]
    .filter(([name]) => name === 'content-type' || name === 'content-md5' || name.startsWith('x-oss-'))
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => `${name}:${value.trim()}\n`)
  const payload = headers.get('x-oss-content-sha256') ?? 'UNSIGNED-PAYLOAD'
  return `${method}\n${path.split('/').map(escape).join('/')}\n${pairs.join('&')}\n${signed.join('')}\n\n${payload}`
}

function nameOf(pair: string): string {
  return pair.split('=', 1)[0] ?? ''
}

function ossHeaders(headers: ReadonlyMap<string, string>): [string, string][] {
  return [...headers]
    .filter(([name]) => name.startsWith('x-oss-'))
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => [name, value.trim()])
}

function hmac(key: string | Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest()
}

/** Everything but unreserved characters (RFC 3986, section 2.3), of the UTF-8 bytes. */
function escape(text: string): string {
  let out = ''
  for (const byte of Buffer.from(text)) {
    const char = String.fromCharCode(byte)
    out += /[A-Za-z0-9\-._~]/.test(char) ? char : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`
  }
  return out
}
