// Signature ACS3-HMAC-SHA256, with which Alibaba's own SDK signs RAM calls.
// Source: https://www.alibabacloud.com/help/en/sdk/product-overview/v3-request-structure-and-signature

import { createHash, createHmac, timingSafeEqual } from 'node:crypto'

import type { KnownKey } from '../oss/auth/credentials.ts'
import { RamError } from './error.ts'

const ALGORITHM = 'ACS3-HMAC-SHA256'
const MOST_SKEW_MS = 15 * 60_000

export interface SignedCall {
  method: string
  path: string
  query: readonly (readonly [name: string, value: string])[]
  /** By lower-case name. */
  headers: Readonly<Record<string, string>>
  body: Buffer
}

export interface SignatureWorld {
  key(accessKeyId: string): KnownKey | undefined
  now(): number
  /** Remembers a nonce; false where it was used before. */
  freshNonce(nonce: string): boolean
}

/**
 * Who signed this call.
 * @throws RamError 400 or 404 where the signature does not hold, is too old, was seen before, or the key is not known.
 */
export function authenticate(call: SignedCall, world: SignatureWorld): KnownKey {
  const authorization = call.headers['authorization'] ?? ''
  const parts = /^(\S+) Credential=([^,]+),\s*SignedHeaders=([^,]+),\s*Signature=([0-9a-f]{64})$/.exec(authorization)
  if (!parts) throw new RamError(400, 'IncompleteSignature', 'The request signature does not conform to our standards.')
  const [, algorithm, accessKeyId = '', signedHeaders = '', signature = ''] = parts
  if (algorithm !== ALGORITHM) {
    throw new RamError(400, 'InvalidSignatureMethod', `Expected ${ALGORITHM}, got ${algorithm}.`)
  }
  const key = world.key(accessKeyId)
  if (!key) throw new RamError(404, 'InvalidAccessKeyId.NotFound', 'Specified access key is not found.')
  checkToken(key, call.headers['x-acs-security-token'], world.now())
  const names = signedHeaders.split(';')
  const needed = Object.keys(call.headers).filter((name) => name === 'host' || name.startsWith('x-acs-'))
  const unsigned = needed.filter((name) => !names.includes(name))
  if (unsigned.length > 0) {
    throw new RamError(400, 'IncompleteSignature', `Expected these headers to be signed: ${unsigned.join(', ')}.`)
  }
  if (call.headers['x-acs-content-sha256'] !== sha256(call.body)) {
    throw new RamError(400, 'InvalidContentHash', 'Expected x-acs-content-sha256 to be the hash of the body.')
  }
  const wanted = createHmac('sha256', key.accessKeySecret).update(stringToSign(call, names)).digest()
  if (!timingSafeEqual(wanted, Buffer.from(signature, 'hex'))) {
    throw new RamError(
      400,
      'SignatureDoesNotMatch',
      'Specified signature is not matched with our calculation. server string to sign is:' + stringToSign(call, names),
    )
  }
  const time = Date.parse(call.headers['x-acs-date'] ?? '')
  if (!(Math.abs(time - world.now()) <= MOST_SKEW_MS)) {
    throw new RamError(400, 'InvalidTimeStamp.Expired', 'Specified time stamp or date value is expired.')
  }
  if (!world.freshNonce(`${accessKeyId} ${call.headers['x-acs-signature-nonce'] ?? ''}`)) {
    throw new RamError(400, 'SignatureNonceUsed', 'Specified signature nonce was used already.')
  }
  return key
}

function checkToken({ session }: KnownKey, token: string | undefined, now: number): void {
  if (session === undefined && token === undefined) return
  if (session === undefined || token !== session.securityToken) {
    throw new RamError(400, 'InvalidSecurityToken.MismatchWithAccessKey', 'Specified SecurityToken is not of this key.')
  }
  if (now >= session.expires) {
    throw new RamError(400, 'InvalidSecurityToken.Expired', 'Specified SecurityToken is expired.')
  }
}

function stringToSign({ method, path, query, headers, body }: SignedCall, names: readonly string[]): string {
  const canonicalQuery = query
    .map(([name, value]) => `${encode(name)}=${encode(value)}`)
    .sort()
    .join('&')
  const canonicalHeaders = names.map((name) => `${name}:${(headers[name] ?? '').trim()}\n`).join('')
  const request = [method, path, canonicalQuery, canonicalHeaders, names.join(';'), sha256(body)].join('\n')
  return `${ALGORITHM}\n${sha256(request)}`
}

const encode = (text: string) =>
  encodeURIComponent(text).replace(/[!'()*]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`)

const sha256 = (data: string | Buffer) => createHash('sha256').update(data).digest('hex')
