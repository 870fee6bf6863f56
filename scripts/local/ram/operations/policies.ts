// Policies of the account's own, with their versions.

import { RamError } from '../error.ts'
import { type CustomPolicy, readPolicy } from '../state.ts'
import {
  customNamed,
  documentOf,
  type Parameters,
  policyNamed,
  type RamWorld,
  samePolicy,
  versionOf,
  wanted,
} from './parameters.ts'

const MOST_VERSIONS = 5
const MOST_DOCUMENT_CHARACTERS = 6144

/** A policy with its default version. */
export function getPolicy(p: Parameters, world: RamWorld): Record<string, unknown> {
  const policy = policyNamed(p)
  const PolicyDocument = documentOf(policy, world)
  const custom = policy.type === 'Custom' ? customNamed(policy.name, world) : undefined
  const VersionId = custom?.defaultVersion ?? 'v1'
  const attached = [...world.state.roles.values()].filter((role) =>
    role.attached.some((each) => samePolicy(each, policy)),
  )
  return {
    Policy: {
      PolicyName: policy.name,
      PolicyType: policy.type,
      DefaultVersion: VersionId,
      Description: custom?.description ?? '',
      AttachmentCount: attached.length,
      CreateDate: custom?.created ?? '',
      UpdateDate: custom?.updated ?? '',
    },
    DefaultPolicyVersion: { VersionId, IsDefaultVersion: true, PolicyDocument, CreateDate: custom?.updated ?? '' },
  }
}

/** A policy with version v1. @throws RamError 409 where there is one of that name */
export function createPolicy(p: Parameters, world: RamWorld): Record<string, unknown> {
  const name = wanted(p, 'PolicyName', /^[A-Za-z0-9-]{1,128}$/)
  const document = permissionDocument(p)
  if (world.state.policies.has(name))
    throw new RamError(409, 'EntityAlreadyExists.Policy', 'The policy already exists.')
  const now = world.now()
  const versions = [{ id: 'v1', document, created: now }]
  const description = p['Description'] ?? ''
  const policy: CustomPolicy = {
    name,
    description,
    created: now,
    updated: now,
    defaultVersion: 'v1',
    versions,
    made: 1,
  }
  world.state.policies.set(name, policy)
  return { Policy: { PolicyName: name, PolicyType: 'Custom', DefaultVersion: 'v1', CreateDate: now } }
}

/** A further version, the default where that is asked for. @throws RamError 409 where there are five and none may go */
export function createPolicyVersion(p: Parameters, world: RamWorld): Record<string, unknown> {
  const policy = customNamed(p['PolicyName'] ?? '', world)
  const document = permissionDocument(p)
  if (policy.versions.length >= MOST_VERSIONS) {
    // Documented values: None (the default) and the one below.
    const oldest = policy.versions.find(({ id }) => id !== policy.defaultVersion)
    if (p['RotateStrategy'] !== 'DeleteOldestNonDefaultVersionWhenLimitExceeded' || !oldest) {
      throw new RamError(409, 'LimitExceeded.Policy.Version', 'The count of policy version beyond the current limits.')
    }
    policy.versions = policy.versions.filter(({ id }) => id !== oldest.id)
  }
  policy.made += 1
  const version = { id: `v${policy.made}`, document, created: world.now() }
  policy.versions.push(version)
  if (p['SetAsDefault'] === 'true') policy.defaultVersion = version.id
  policy.updated = version.created
  return { PolicyVersion: versionOf(policy, version.id) }
}

/** One version, the default or not. */
export function getPolicyVersion(p: Parameters, world: RamWorld): Record<string, unknown> {
  const policy = policyNamed(p)
  if (policy.type === 'Custom') {
    return { PolicyVersion: versionOf(customNamed(policy.name, world), p['VersionId'] ?? '') }
  }
  const PolicyDocument = documentOf(policy, world)
  return { PolicyVersion: { VersionId: 'v1', IsDefaultVersion: true, PolicyDocument, CreateDate: '' } }
}

/** All versions, oldest first. */
export function listPolicyVersions(p: Parameters, world: RamWorld): Record<string, unknown> {
  const policy = customNamed(p['PolicyName'] ?? '', world)
  return { PolicyVersions: { PolicyVersion: policy.versions.map(({ id }) => versionOf(policy, id)) } }
}

/** Any version but the default. @throws RamError 409 */
export function deletePolicyVersion(p: Parameters, world: RamWorld): Record<string, unknown> {
  const policy = customNamed(p['PolicyName'] ?? '', world)
  const { VersionId: id } = versionOf(policy, p['VersionId'] ?? '')
  if (id === policy.defaultVersion) {
    throw new RamError(409, 'DeleteConflict.Policy.Version.Default', 'The default version can not be deleted.')
  }
  policy.versions = policy.versions.filter((each) => each.id !== id)
  return {}
}

function permissionDocument(p: Parameters): string {
  const text = p['PolicyDocument'] ?? ''
  if (text.length > MOST_DOCUMENT_CHARACTERS) {
    throw new RamError(400, 'InvalidParameter.PolicyDocument.Length', `Expected at most ${MOST_DOCUMENT_CHARACTERS}.`)
  }
  readPolicy(text)
  return text
}
