// Signature version 1: HMAC-SHA1 over a handful of lines.
// Source: AlibabaCloudDocs/oss, "Add a signature to the header", "Add signatures to URLs".

import { createHmac } from 'node:crypto'
import type { QueryPair } from '../http/address.ts'

/** Query names that are part of the signed resource, besides everything that starts with `x-oss-`. */
const SUB_RESOURCES = new Set(
  (
    'acl append bucketInfo callback callback-var cname comp continuation-token cors delete encryption endTime img ' +
    'inventory inventoryId lifecycle live location logging objectMeta partNumber policy position qos referer ' +
    'regionList replication requestPayment response-cache-control response-content-disposition ' +
    'response-content-encoding response-content-language response-content-type response-expires restore ' +
    'security-token sequential startTime stat status style styleName symlink tagging uploadId uploads versionId ' +
    'versioning versions vod website worm wormExtend wormId asyncFetch'
  ).split(' '),
)

/** What of a request is signed. Header names are lower case, values as received (Latin-1), repeated ones joined by `,`. */
export interface Signable {
  method: string
  bucket: string | undefined
  key: string | undefined
  query: readonly QueryPair[]
  headers: Readonly<Record<string, string>>
}

/**
 * The bytes that version 1 signs, as a Latin-1 string: header values are signed as they were on the wire, the resource
 * as UTF-8. `date` is the header's value, or the expiry of a signed URL.
 */
export function stringToSignV1({ method, bucket, key, query, headers }: Signable, date: string): string {
  const ossHeaders = Object.entries(headers)
    .filter(([name]) => name.startsWith('x-oss-'))
    .sort(([a], [b]) => byBytes(a, b))
    .map(([name, value]) => `${name}:${value.trim()}\n`)
  const signed = query
    .filter(({ name }) => SUB_RESOURCES.has(name) || name.startsWith('x-oss-'))
    .sort((a, b) => byBytes(a.name, b.name))
    .map(({ name, value }) => (value === undefined || value === '' ? name : `${name}=${value}`))
  const path = bucket === undefined ? '/' : `/${bucket}/${key ?? ''}`
  const resource = signed.length > 0 ? `${path}?${signed.join('&')}` : path
  const head = [method, headers['content-md5'] ?? '', headers['content-type'] ?? '', date].join('\n')
  return `${head}\n${ossHeaders.join('')}${Buffer.from(resource).toString('latin1')}`
}

/** Base64 HMAC-SHA1 of bytes given as a Latin-1 string. */
export function signV1(secret: string, text: string): string {
  return createHmac('sha1', secret).update(text, 'latin1').digest('base64')
}

/** Order of names by their bytes; `x-a` comes before `x-a-b`, which a sort of whole lines would turn round. */
export function byBytes(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
