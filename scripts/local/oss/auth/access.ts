// Whether somebody may do something: policies of the role, of the bucket, then the access control lists.
// Order of evaluation: https://www.alibabacloud.com/help/en/oss/user-guide/overview-of-permissions-and-access-control

import type { Bucket } from '../store/store.ts'
import type { Identity } from './authenticate.ts'
import { evaluatePolicy } from './policy.ts'
import type { Ask, RamPolicy } from './policy.ts'
import { OssError } from '../error.ts'

const READS = new Set(['oss:GetObject', 'oss:GetObjectVersion'])
const PUBLIC_LISTS = new Set(['oss:ListObjects'])
const PUBLIC_WRITES = new Set(['oss:PutObject', 'oss:AbortMultipartUpload', 'oss:ListParts', 'oss:DeleteObject'])

export interface AccessQuestion {
  identity: Identity
  ask: Ask
  bucket: Bucket | undefined
  /** The object's own list, which wins over the bucket's; `default` or undefined leaves the matter to the bucket. */
  objectAcl?: string | undefined
  region: string
}

/** @throws OssError 403 AccessDenied */
export function checkAccess(question: AccessQuestion): void {
  if (isAllowed(question)) return
  const { identity, bucket, ask } = question
  if (!identity.key) {
    const what = ask.resource.includes('/') ? 'object' : 'bucket'
    throw new OssError(403, 'AccessDenied', `Anonymous user has no right to access this ${what}.`, {}, '0003-00000001')
  }
  if (identity.key.session) {
    const detail = {
      AuthAction: ask.action,
      AuthPrincipalType: 'AssumedRoleUser',
      PolicyType: 'AccountLevelIdentityBasedPolicy',
    }
    throw new OssError(
      403,
      'AccessDenied',
      'You have no right to access this object because of bucket acl.',
      detail,
      '0003-00000001',
    )
  }
  const detail: Record<string, string> = bucket ? { BucketName: bucket.name } : {}
  throw new OssError(
    403,
    'AccessDenied',
    'You do not have permission to access this resource.',
    detail,
    '0003-00000001',
  )
}

function isAllowed({ identity, ask, bucket, objectAcl, region }: AccessQuestion): boolean {
  const { key } = identity
  const ownerId = bucket?.settings.ownerId ?? key?.ownerId ?? ''
  const world = { region, ownerId }
  const ofBucket = bucket ? bucketPolicy(bucket) : undefined
  const bucketVerdict = ofBucket ? evaluatePolicy(ofBucket, ask, world, key?.ownerId) : 'silent'
  const roleVerdict = key?.session ? evaluatePolicy(key.session.policy, ask, world) : 'silent'
  if (bucketVerdict === 'deny' || roleVerdict === 'deny') return false
  const own = key !== undefined && key.ownerId === ownerId
  // A role's policy reaches no further than the account it belongs to.
  if (own && (!key.session || roleVerdict === 'allow')) return true
  if (bucketVerdict === 'allow') {
    const forEverybody = ofBucket?.Statement.some((each) => each.Effect === 'Allow' && each.Principal?.includes('*'))
    if (own || !forEverybody || !bucket?.settings.blockPublicAccess) return true
  }
  if (!bucket || bucket.settings.blockPublicAccess) return false
  const acl = objectAcl === undefined || objectAcl === 'default' ? bucket.settings.acl : objectAcl
  if (acl === 'private') return false
  if (READS.has(ask.action)) return true
  if (PUBLIC_LISTS.has(ask.action)) return bucket.settings.acl !== 'private'
  return acl === 'public-read-write' && PUBLIC_WRITES.has(ask.action)
}

/** The bucket's policy, which was checked when it was put. */
export function bucketPolicy(bucket: Bucket): RamPolicy | undefined {
  const text = bucket.settings.documents['policy']
  return text === undefined ? undefined : (JSON.parse(text) as RamPolicy)
}
