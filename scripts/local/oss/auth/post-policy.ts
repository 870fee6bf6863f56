// PostObject: a form whose rights are a signed policy document.
// Source: AlibabaCloudDocs/oss, "PostObject" (fields, conditions, signature of versions 1 and 4).

import { OssError } from '../error.ts'
import { checkToken, same } from './authenticate.ts'
import type { AuthWorld, Identity } from './authenticate.ts'
import type { KnownKey } from './credentials.ts'
import { signV1 } from './v1.ts'
import { signV4, V4_ALGORITHM } from './v4.ts'

/** Bytes the policy allows a file to have. */
export interface SizeLimits {
  min: number
  max: number
}

export interface PostRights {
  identity: Identity
  size: SizeLimits
}

const NO_LIMITS: SizeLimits = { min: 0, max: Number.MAX_SAFE_INTEGER }

/**
 * Checks signature and policy of a form. A form without a policy is anonymous.
 * @throws OssError 403 for a signature or a condition that does not hold, 400 for a policy that is none
 */
export function checkForm(fields: ReadonlyMap<string, string>, bucket: string, world: AuthWorld): PostRights {
  const policy = fields.get('policy')
  if (policy === undefined) {
    if (fields.has('signature') || fields.has('ossaccesskeyid') || fields.has('x-oss-signature')) {
      throw new OssError(400, 'InvalidArgument', 'Bucket POST must contain the field policy.', {
        ArgumentName: 'policy',
      })
    }
    return { identity: { how: 'anonymous' }, size: NO_LIMITS }
  }
  const key = fields.has('x-oss-signature-version') ? signedV4(fields, policy, world) : signedV1(fields, policy, world)
  checkToken(key, fields.get('x-oss-security-token'), world)
  return { identity: { how: 'post-form', key }, size: checkDocument(policy, fields, bucket, world) }
}

function signedV1(fields: ReadonlyMap<string, string>, policy: string, world: AuthWorld): KnownKey {
  const id = need(fields, 'ossaccesskeyid')
  const signature = need(fields, 'signature')
  const key = known(id, world)
  if (!same(signV1(key.accessKeySecret, policy), signature)) throw mismatch(id, signature, policy)
  return key
}

function signedV4(fields: ReadonlyMap<string, string>, policy: string, world: AuthWorld): KnownKey {
  const version = need(fields, 'x-oss-signature-version')
  if (version !== V4_ALGORITHM) throw new OssError(400, 'InvalidArgument', `Expected ${V4_ALGORITHM}, got ${version}.`)
  const [id = '', ...scope] = need(fields, 'x-oss-credential').split('/')
  const day = need(fields, 'x-oss-date').slice(0, 8)
  if (scope.join('/') !== `${day}/${world.region}/oss/aliyun_v4_request`) {
    throw new OssError(400, 'InvalidArgument', 'Invalid x-oss-credential.', { ArgumentName: 'x-oss-credential' })
  }
  const signature = need(fields, 'x-oss-signature')
  const key = known(id, world)
  if (!same(signV4(key.accessKeySecret, scope.join('/'), policy), signature)) throw mismatch(id, signature, policy)
  return key
}

function checkDocument(
  policy: string,
  fields: ReadonlyMap<string, string>,
  bucket: string,
  world: AuthWorld,
): SizeLimits {
  let document: unknown
  try {
    document = JSON.parse(Buffer.from(policy, 'base64').toString('utf8'))
  } catch {
    throw invalidPolicy('Invalid Policy: Invalid JSON.')
  }
  const { expiration, conditions } = (document ?? {}) as { expiration?: unknown; conditions?: unknown }
  if (typeof expiration !== 'string' || Number.isNaN(Date.parse(expiration))) {
    throw invalidPolicy('Invalid Policy: Invalid expiration.')
  }
  if (Date.parse(expiration) < world.now()) {
    throw new OssError(403, 'AccessDenied', 'Invalid according to Policy: Policy expired.')
  }
  if (!Array.isArray(conditions)) throw invalidPolicy('Invalid Policy: Invalid conditions.')
  let size = NO_LIMITS
  const valueOf = (name: string): string => (name === 'bucket' ? bucket : (fields.get(name.toLowerCase()) ?? ''))
  for (const condition of conditions as unknown[]) {
    if (!Array.isArray(condition)) {
      for (const [name, wanted] of Object.entries((condition ?? {}) as Record<string, unknown>)) {
        if (valueOf(name) !== String(wanted)) throw refused(condition)
      }
      continue
    }
    const [operator, subject, wanted] = condition as unknown[]
    const name = String(subject).replace(/^\$/, '')
    switch (String(operator).toLowerCase()) {
      case 'content-length-range':
        size = { min: Number(subject), max: Number(wanted) }
        break
      case 'eq':
        if (valueOf(name) !== String(wanted)) throw refused(condition)
        break
      case 'starts-with':
        if (!valueOf(name).startsWith(String(wanted))) throw refused(condition)
        break
      case 'in':
        if (!Array.isArray(wanted) || !wanted.includes(valueOf(name))) throw refused(condition)
        break
      case 'not-in':
        if (!Array.isArray(wanted) || wanted.includes(valueOf(name))) throw refused(condition)
        break
      default:
        throw invalidPolicy(`Invalid Policy: Unknown condition ${String(operator)}.`)
    }
  }
  return size
}

function known(id: string, { credentials }: AuthWorld): KnownKey {
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

function need(fields: ReadonlyMap<string, string>, name: string): string {
  const value = fields.get(name)
  if (value) return value
  throw new OssError(400, 'InvalidArgument', `Bucket POST must contain the field ${name}.`, { ArgumentName: name })
}

function mismatch(id: string, signature: string, text: string): OssError {
  return new OssError(
    403,
    'SignatureDoesNotMatch',
    'The request signature we calculated does not match the signature you provided. Check your key and signing method.',
    { OSSAccessKeyId: id, SignatureProvided: signature, StringToSign: text },
    '0002-00000040',
  )
}

function refused(condition: unknown): OssError {
  return new OssError(
    403,
    'AccessDenied',
    `Invalid according to Policy: Policy Condition failed: ${JSON.stringify(condition)}`,
  )
}

function invalidPolicy(message: string): OssError {
  return new OssError(400, 'InvalidPolicyDocument', message)
}
