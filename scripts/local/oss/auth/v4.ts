// Signature version 4: HMAC-SHA256 over a canonical request and a day, region and service of validity.
// Source: https://www.alibabacloud.com/help/en/oss/developer-reference/recommend-to-use-signature-version-4

import { createHash, createHmac } from 'node:crypto'
import { encodeStrictly } from '../http/address.ts'
import type { QueryPair } from '../http/address.ts'
import { byBytes } from './v1.ts'
import type { Signable } from './v1.ts'

export const V4_ALGORITHM = 'OSS4-HMAC-SHA256'

/**
 * How parameters without a value are written: clients differ, and the pages do not say. The vendor's Go client writes the
 * bare name; ali-oss writes `name=` for an empty option but the bare name for a sub-resource (mixed).
 */
export type EmptyValues = 'bare' | 'equals' | 'mixed'

export interface V4Input extends Signable {
  /** Names from AdditionalHeaders, lower case. */
  additional: readonly string[]
  /** UNSIGNED-PAYLOAD, or the value of x-oss-content-sha256. */
  payload: string
  emptyValues: EmptyValues
}

/** The canonical request. Query names are in byte order, as the vendor's Go client sorts them. */
export function canonicalRequestV4(input: V4Input): string {
  const { method, bucket, key, headers, additional, payload } = input
  const path = bucket === undefined ? '/' : `/${bucket}/${key ?? ''}`
  const uri = path.split('/').map(encodeStrictly).join('/')
  const query = input.query
    .filter(({ name }) => name !== 'x-oss-signature')
    .map((pair) => canonicalPair(pair, input.emptyValues))
    .sort(([a], [b]) => byBytes(a, b))
    .map(([, text]) => text)
    .join('&')
  const signedHeaders = Object.entries(headers)
    .filter(
      ([name]) =>
        name === 'content-type' || name === 'content-md5' || name.startsWith('x-oss-') || additional.includes(name),
    )
    .sort(([a], [b]) => byBytes(a, b))
    .map(([name, value]) => `${name}:${value.trim()}\n`)
    .join('')
  return [method, uri, query, signedHeaders, additional.join(';'), payload].join('\n')
}

/** Parameters of listings, which are options rather than sub-resources. */
const PLAIN_PARAMETERS = new Set(
  (
    'prefix delimiter marker max-keys encoding-type start-after continuation-token fetch-owner list-type key-marker ' +
    'upload-id-marker max-uploads max-parts part-number-marker version-id-marker'
  ).split(' '),
)

function canonicalPair({ name, value }: QueryPair, empty: EmptyValues): [string, string] {
  const encoded = encodeStrictly(name)
  if (value !== undefined && value !== '') return [encoded, `${encoded}=${encodeStrictly(value)}`]
  const equals = empty === 'equals' || (empty === 'mixed' && PLAIN_PARAMETERS.has(name))
  return [encoded, equals ? `${encoded}=` : encoded]
}

/** @param scope `yyyymmdd/region/oss/aliyun_v4_request` */
export function stringToSignV4(date: string, scope: string, canonicalRequest: string): string {
  // Header values were read as Latin-1; hashing them as such hashes the bytes on the wire. Everything else is ASCII.
  const hash = createHash('sha256').update(canonicalRequest, 'latin1').digest('hex')
  return [V4_ALGORITHM, date, scope, hash].join('\n')
}

/** The key derived from the secret for one day, region and service. */
export function signingKeyV4(secret: string, scope: string): Buffer {
  return scope
    .split('/')
    .reduce<Buffer>((key, part) => createHmac('sha256', key).update(part).digest(), Buffer.from(`aliyun_v4${secret}`))
}

/** Lower-case hex signature. */
export function signV4(secret: string, scope: string, text: string): string {
  return createHmac('sha256', signingKeyV4(secret, scope)).update(text).digest('hex')
}
