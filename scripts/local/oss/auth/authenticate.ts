// Who asks: reads the signature of a request, in a header or in the URL, in version 1 or 4, and checks it.
// Outcomes: oss-wire notes of the project; codes and EC numbers as Alibaba's error pages name them, where they do.

import { timingSafeEqual } from 'node:crypto'
import { OssError } from '../error.ts'
import type { Credentials, KnownKey } from './credentials.ts'
import { signV1, stringToSignV1 } from './v1.ts'
import type { Signable } from './v1.ts'
import { canonicalRequestV4, signV4, stringToSignV4, V4_ALGORITHM } from './v4.ts'
import type { EmptyValues } from './v4.ts'

export type SignedHow = 'anonymous' | 'v1-header' | 'v1-url' | 'v4-header' | 'v4-url' | 'post-form'

export interface Identity {
  how: SignedHow
  /** Undefined for anonymous requests. */
  key?: KnownKey
}

export interface AuthWorld {
  credentials: Credentials
  region: string
  now: () => number
}

// Documented: a request's date may be 15 minutes off.
const SKEW_MS = 15 * 60_000
// Documented limit of x-oss-expires.
const MAX_EXPIRES_SECONDS = 604_800

/** @throws OssError for every signature that does not hold; a request without one is anonymous. */
export function authenticate(request: Signable, world: AuthWorld): Identity {
  const authorization = request.headers['authorization']
  const query = (name: string): string | undefined => request.query.find((pair) => pair.name === name)?.value
  const urlV1 = query('Signature') !== undefined || query('OSSAccessKeyId') !== undefined
  const urlV4 = query('x-oss-signature-version') !== undefined || query('x-oss-signature') !== undefined
  if (authorization !== undefined && (urlV1 || urlV4)) {
    throw new OssError(400, 'InvalidArgument', 'Only one auth mechanism is allowed: header or URL.')
  }
  if (authorization !== undefined) {
    return authorization.startsWith('OSS4-')
      ? headerV4(request, authorization, world)
      : headerV1(request, authorization, world)
  }
  if (urlV4) return fromUrlV4(request, query, world)
  if (urlV1) return fromUrlV1(request, query, world)
  return { how: 'anonymous' }
}

function headerV1(request: Signable, authorization: string, world: AuthWorld): Identity {
  const match = /^OSS ([^\s:]+):([^\s:]+)$/.exec(authorization.trim())
  if (!match?.[1] || !match[2]) throw badAuthorization('Authorization header is invalid.', '0002-00000014')
  const key = knownKey(match[1], world)
  checkToken(key, request.headers['x-oss-security-token'], world)
  const date = request.headers['x-oss-date'] ?? request.headers['date']
  checkSkew(Date.parse(date ?? ''), world)
  const text = stringToSignV1(request, date ?? '')
  compare(signV1(key.accessKeySecret, text), match[2], key, text)
  return { how: 'v1-header', key }
}

type Query = (name: string) => string | undefined

function fromUrlV1(request: Signable, query: Query, world: AuthWorld): Identity {
  const id = query('OSSAccessKeyId')
  const signature = query('Signature')
  const expires = query('Expires')
  if (!id || !signature || !expires) {
    throw new OssError(
      403,
      'AccessDenied',
      'Query-string authentication requires the Signature, Expires and OSSAccessKeyId parameters',
    )
  }
  if (!/^\d{1,12}$/.test(expires))
    throw new OssError(403, 'AccessDenied', 'Invalid date (should be seconds since epoch)')
  const key = knownKey(id, world)
  if (Number(expires) * 1000 < world.now()) throw expired(expires, world)
  checkToken(key, query('security-token') ?? request.headers['x-oss-security-token'], world)
  const text = stringToSignV1(request, expires)
  compare(signV1(key.accessKeySecret, text), signature, key, text)
  return { how: 'v1-url', key }
}

interface V4Parts {
  id: string
  scope: string
  day: string
  signature: string
  additional: string[]
}

function headerV4(request: Signable, authorization: string, world: AuthWorld): Identity {
  const fields = new Map<string, string>()
  const [algorithm = '', ...rest] = authorization.trim().split(/\s+/)
  if (algorithm !== V4_ALGORITHM) throw badAuthorization('Invalid signing algorithm in Authorization header.')
  for (const field of rest.join('').split(',')) {
    const equals = field.indexOf('=')
    if (equals < 0) throw badAuthorization('Authorization header has a field without a value.')
    fields.set(field.slice(0, equals), field.slice(equals + 1))
  }
  const parts = v4Parts(fields.get('Credential'), fields.get('Signature'), fields.get('AdditionalHeaders'), world)
  const key = knownKey(parts.id, world)
  checkToken(key, request.headers['x-oss-security-token'], world)
  const date = request.headers['x-oss-date'] ?? ''
  checkSkew(checkDay(date, parts.day), world)
  const payload = request.headers['x-oss-content-sha256']
  if (payload === undefined)
    throw badAuthorization('The header x-oss-content-sha256 is required by signature version 4.')
  if (payload !== 'UNSIGNED-PAYLOAD')
    throw badAuthorization('Only UNSIGNED-PAYLOAD is accepted in x-oss-content-sha256.')
  compareV4(request, parts, key, date, payload)
  return { how: 'v4-header', key }
}

function fromUrlV4(request: Signable, query: Query, world: AuthWorld): Identity {
  if (query('x-oss-signature-version') !== V4_ALGORITHM) {
    throw badAuthorization('Invalid x-oss-signature-version in the query.')
  }
  const date = query('x-oss-date') ?? ''
  const expires = query('x-oss-expires') ?? ''
  const additional = query('x-oss-additional-headers')
  const parts = v4Parts(query('x-oss-credential'), query('x-oss-signature'), additional, world)
  const seconds = Number(expires)
  if (!/^\d+$/.test(expires) || seconds < 1 || seconds > MAX_EXPIRES_SECONDS) {
    throw badAuthorization(`x-oss-expires must be from 1 to ${MAX_EXPIRES_SECONDS} seconds.`)
  }
  const key = knownKey(parts.id, world)
  const start = checkDay(date, parts.day)
  if (start - SKEW_MS > world.now()) throw new OssError(403, 'AccessDenied', 'Request is not valid yet.')
  if (start + seconds * 1000 < world.now()) throw expired(new Date(start + seconds * 1000).toISOString(), world)
  checkToken(key, query('x-oss-security-token'), world)
  compareV4(request, parts, key, date, 'UNSIGNED-PAYLOAD')
  return { how: 'v4-url', key }
}

function v4Parts(
  credential: string | undefined,
  signature: string | undefined,
  additional: string | undefined,
  world: AuthWorld,
): V4Parts {
  const [id, day, region, product, terminator, ...more] = (credential ?? '').split('/')
  if (!id || !day || more.length > 0 || !/^\d{8}$/.test(day)) throw badAuthorization('Invalid Credential.')
  if (product !== 'oss') throw badAuthorization('Invalid signing product in Credential.')
  if (terminator !== 'aliyun_v4_request') throw badAuthorization('Invalid terminator in Credential.')
  if (region !== world.region) {
    throw badAuthorization(`Invalid signing region in Authorization header: expected ${world.region}, got ${region}.`)
  }
  if (!signature || !/^[0-9a-f]{64}$/.test(signature)) throw badAuthorization('Invalid Signature.')
  return { id, day, scope: `${day}/${region}/oss/aliyun_v4_request`, signature, additional: names(additional) }
}

function names(additional: string | undefined): string[] {
  if (additional === undefined) return []
  if (additional === '') throw badAuthorization('AdditionalHeaders is empty.', '0002-00000209')
  const list = additional.split(';')
  if (list.includes('')) throw badAuthorization('AdditionalHeaders has an empty element.', '0002-00000210')
  return list.map((name) => name.toLowerCase()).sort()
}

/** @returns the moment a version 4 date names; its day must be the one of the credential. */
function checkDay(date: string, day: string): number {
  const match = /^(\d{4})(\d{2})(\d{2})T(\d{2})(\d{2})(\d{2})Z$/.exec(date)
  if (!match) throw new OssError(403, 'AccessDenied', 'OSS authentication requires a valid Date.', {}, '0002-00000203')
  if (date.slice(0, 8) !== day) throw badAuthorization('The date of the credential is not the date of the request.')
  const [, year, month, date2, hour, minute, second] = match
  return Date.parse(`${year}-${month}-${date2}T${hour}:${minute}:${second}Z`)
}

function compareV4(request: Signable, parts: V4Parts, key: KnownKey, date: string, payload: string): void {
  let canonical = ''
  let text = ''
  // Only where some parameter is empty do the three forms differ; any of them is accepted.
  const hasEmpty = request.query.some(({ value }) => value === undefined || value === '')
  const forms: EmptyValues[] = hasEmpty ? ['bare', 'equals', 'mixed'] : ['bare']
  for (const emptyValues of forms) {
    const form = canonicalRequestV4({ ...request, additional: parts.additional, payload, emptyValues })
    const toSign = stringToSignV4(date, parts.scope, form)
    if (same(signV4(key.accessKeySecret, parts.scope, toSign), parts.signature)) return
    if (text === '') [canonical, text] = [form, toSign]
  }
  throw mismatch(key, parts.signature, text, { CanonicalRequest: utf8(canonical) })
}

function knownKey(id: string, { credentials }: AuthWorld): KnownKey {
  const key = credentials.find(id)
  if (key) return key
  throw new OssError(
    403,
    'InvalidAccessKeyId',
    'The OSS Access Key Id you provided does not exist in our records.',
    { OSSAccessKeyId: id },
    '0002-00000902',
  )
}

/** A temporary key is worth nothing without the token it was issued with, and a token nothing with another key. */
export function checkToken({ session, accessKeyId }: KnownKey, token: string | undefined, world: AuthWorld): void {
  if (!session) {
    if (token === undefined) return
    throw new OssError(403, 'InvalidSecurityToken', 'The security token you provided is invalid.', {}, '0002-00000006')
  }
  if (token === undefined) {
    throw new OssError(
      403,
      'InvalidAccessKeyId',
      'The OSS Access Key Id you provided does not exist in our records.',
      { OSSAccessKeyId: accessKeyId },
      '0002-00000008',
    )
  }
  if (!same(token, session.securityToken)) {
    throw new OssError(403, 'InvalidSecurityToken', 'The security token you provided is invalid.', {}, '0002-00000006')
  }
  if (world.now() >= session.expires) {
    throw new OssError(403, 'SecurityTokenExpired', 'The security token you provided has expired.', {}, '0002-00000007')
  }
}

function checkSkew(date: number, world: AuthWorld): void {
  if (Number.isNaN(date)) {
    throw new OssError(403, 'AccessDenied', 'OSS authentication requires a valid Date.', {}, '0002-00000202')
  }
  if (Math.abs(world.now() - date) <= SKEW_MS) return
  throw new OssError(
    403,
    'RequestTimeTooSkewed',
    'The difference between the request time and the current time is too large.',
    {
      MaxAllowedSkewMilliseconds: String(SKEW_MS),
      RequestTime: new Date(date).toISOString(),
      ServerTime: new Date(world.now()).toISOString(),
    },
    '0002-00000504',
  )
}

function compare(right: string, given: string, key: KnownKey, text: string): void {
  if (!same(right, given)) throw mismatch(key, given, utf8(text), {})
}

function mismatch(key: KnownKey, given: string, text: string, detail: Record<string, string>): OssError {
  return new OssError(
    403,
    'SignatureDoesNotMatch',
    'The request signature we calculated does not match the signature you provided. Check your key and signing method.',
    { OSSAccessKeyId: key.accessKeyId, SignatureProvided: given, StringToSign: text, ...detail },
    '0002-00000040',
  )
}

function expired(expires: string, world: AuthWorld): OssError {
  return new OssError(
    403,
    'AccessDenied',
    'Request has expired.',
    { Expires: expires, ServerTime: new Date(world.now()).toISOString() },
    '0002-00000069',
  )
}

function badAuthorization(message: string, ec?: string): OssError {
  return new OssError(400, 'InvalidArgument', message, {}, ec)
}

function utf8(latin1: string): string {
  return Buffer.from(latin1, 'latin1').toString('utf8')
}

export function same(a: string, b: string): boolean {
  const left = Buffer.from(a)
  const right = Buffer.from(b)
  return left.length === right.length && timingSafeEqual(left, right)
}
