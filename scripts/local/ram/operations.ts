// The calls of the RAM API that setting up two functions takes, and what each of them must be allowed to do.
// Source: https://www.alibabacloud.com/help/en/ram/developer-reference/api-ram-2015-05-01-dir and its page of error codes.

import { RamError } from './error.ts'
import { type CustomPolicy, type PolicyName, type RamState, readPolicy, type Role, SYSTEM_POLICIES } from './state.ts'

export interface RamWorld {
  state: RamState
  accountId: string
  /** ISO 8601, whole seconds. */
  now(): string
}

type Parameters = Readonly<Record<string, string>>

export interface RamOperation {
  /** What a policy of the caller has to cover: role/NAME, policy/NAME. */
  resources(parameters: Parameters): string[]
  run(parameters: Parameters, world: RamWorld): Record<string, unknown>
}

const MOST_VERSIONS = 5
const MOST_DOCUMENT_CHARACTERS = 6144

const onRole = (p: Parameters) => [`role/${p['RoleName'] ?? ''}`]
const onPolicy = (p: Parameters) => [`policy/${p['PolicyName'] ?? ''}`]
const onBoth = (p: Parameters) => [...onPolicy(p), ...onRole(p)]

export const OPERATIONS: Readonly<Record<string, RamOperation>> = {
  GetRole: { resources: onRole, run: (p, world) => ({ Role: described(roleNamed(p, world), world) }) },
  CreateRole: { resources: onRole, run: createRole },
  UpdateRole: { resources: onRole, run: updateRole },
  DeleteRole: { resources: onRole, run: deleteRole },
  ListPoliciesForRole: { resources: onRole, run: listPoliciesForRole },
  AttachPolicyToRole: { resources: onBoth, run: attach },
  DetachPolicyFromRole: { resources: onBoth, run: detach },
  GetPolicy: { resources: onPolicy, run: getPolicy },
  CreatePolicy: { resources: onPolicy, run: createPolicy },
  CreatePolicyVersion: { resources: onPolicy, run: createPolicyVersion },
  GetPolicyVersion: { resources: onPolicy, run: getPolicyVersion },
  ListPolicyVersions: { resources: onPolicy, run: listPolicyVersions },
  DeletePolicyVersion: { resources: onPolicy, run: deletePolicyVersion },
}

function createRole(p: Parameters, world: RamWorld): Record<string, unknown> {
  const name = wanted(p, 'RoleName', /^[A-Za-z0-9.-]{1,64}$/)
  if (world.state.roles.has(name)) throw new RamError(409, 'EntityAlreadyExists.Role', 'The role already exists.')
  const trust = trustDocument(p['AssumeRolePolicyDocument'])
  const now = world.now()
  const role: Role = { name, trust, description: p['Description'] ?? '', created: now, updated: now, attached: [] }
  world.state.roles.set(name, role)
  return { Role: described(role, world) }
}

function updateRole(p: Parameters, world: RamWorld): Record<string, unknown> {
  const role = roleNamed(p, world)
  if (p['NewAssumeRolePolicyDocument'] !== undefined) role.trust = trustDocument(p['NewAssumeRolePolicyDocument'])
  role.description = p['NewDescription'] ?? role.description
  role.updated = world.now()
  return { Role: described(role, world) }
}

function deleteRole(p: Parameters, world: RamWorld): Record<string, unknown> {
  const role = roleNamed(p, world)
  if (role.attached.length > 0) {
    throw new RamError(
      409,
      'DeleteConflict.Role.Policy',
      'The role can not have any attached policy while deleting it.',
    )
  }
  world.state.roles.delete(role.name)
  return {}
}

function listPoliciesForRole(p: Parameters, world: RamWorld): Record<string, unknown> {
  const list = roleNamed(p, world).attached.map(({ name, type, date }) => ({
    PolicyName: name,
    PolicyType: type,
    AttachDate: date,
    Description: world.state.policies.get(name)?.description ?? '',
    DefaultVersion: world.state.policies.get(name)?.defaultVersion ?? 'v1',
  }))
  return { Policies: { Policy: list } }
}

function attach(p: Parameters, world: RamWorld): Record<string, unknown> {
  const role = roleNamed(p, world)
  const policy = policyNamed(p)
  documentOf(policy, world)
  if (role.attached.some((each) => same(each, policy))) {
    throw new RamError(409, 'EntityAlreadyExists.Role.Policy', 'The policy is attached to the role already.')
  }
  role.attached.push({ ...policy, date: world.now() })
  return {}
}

function detach(p: Parameters, world: RamWorld): Record<string, unknown> {
  const role = roleNamed(p, world)
  const policy = policyNamed(p)
  if (!role.attached.some((each) => same(each, policy))) {
    throw new RamError(404, 'EntityNotExist.Role.Policy', 'The policy is not attached to the role.')
  }
  role.attached = role.attached.filter((each) => !same(each, policy))
  return {}
}

function getPolicy(p: Parameters, world: RamWorld): Record<string, unknown> {
  const policy = policyNamed(p)
  const PolicyDocument = documentOf(policy, world)
  const custom = policy.type === 'Custom' ? customNamed(policy.name, world) : undefined
  const VersionId = custom?.defaultVersion ?? 'v1'
  const attached = [...world.state.roles.values()].filter((role) => role.attached.some((each) => same(each, policy)))
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

function createPolicy(p: Parameters, world: RamWorld): Record<string, unknown> {
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

function createPolicyVersion(p: Parameters, world: RamWorld): Record<string, unknown> {
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

function getPolicyVersion(p: Parameters, world: RamWorld): Record<string, unknown> {
  const policy = policyNamed(p)
  if (policy.type === 'Custom') {
    return { PolicyVersion: versionOf(customNamed(policy.name, world), p['VersionId'] ?? '') }
  }
  const PolicyDocument = documentOf(policy, world)
  return { PolicyVersion: { VersionId: 'v1', IsDefaultVersion: true, PolicyDocument, CreateDate: '' } }
}

function listPolicyVersions(p: Parameters, world: RamWorld): Record<string, unknown> {
  const policy = customNamed(p['PolicyName'] ?? '', world)
  return { PolicyVersions: { PolicyVersion: policy.versions.map(({ id }) => versionOf(policy, id)) } }
}

function deletePolicyVersion(p: Parameters, world: RamWorld): Record<string, unknown> {
  const policy = customNamed(p['PolicyName'] ?? '', world)
  const { VersionId: id } = versionOf(policy, p['VersionId'] ?? '')
  if (id === policy.defaultVersion) {
    throw new RamError(409, 'DeleteConflict.Policy.Version.Default', 'The default version can not be deleted.')
  }
  policy.versions = policy.versions.filter((each) => each.id !== id)
  return {}
}

function versionOf(policy: CustomPolicy, id: string) {
  const version = policy.versions.find((each) => each.id === id)
  if (!version) throw new RamError(404, 'EntityNotExist.Policy.Version', 'The policy version does not exist.')
  return {
    VersionId: version.id,
    IsDefaultVersion: version.id === policy.defaultVersion,
    PolicyDocument: version.document,
    CreateDate: version.created,
  }
}

function roleNamed(p: Parameters, { state }: RamWorld): Role {
  const role = state.roles.get(p['RoleName'] ?? '')
  if (!role) throw new RamError(404, 'EntityNotExist.Role', `The role does not exist: ${p['RoleName'] ?? ''}.`)
  return role
}

function policyNamed(p: Parameters): PolicyName {
  const type = p['PolicyType']
  if (type !== 'Custom' && type !== 'System') {
    throw new RamError(400, 'InvalidParameter.PolicyType', 'The parameter - "PolicyType" is incorrect.')
  }
  return { name: p['PolicyName'] ?? '', type }
}

function customNamed(name: string, { state }: RamWorld): CustomPolicy {
  const policy = state.policies.get(name)
  if (!policy) throw new RamError(404, 'EntityNotExist.Policy', `The policy does not exist: ${name}.`)
  return policy
}

function documentOf({ name, type }: PolicyName, world: RamWorld): string {
  if (type === 'Custom') {
    const policy = customNamed(name, world)
    return versionOf(policy, policy.defaultVersion).PolicyDocument
  }
  const document = SYSTEM_POLICIES[name]
  if (!document) throw new RamError(404, 'EntityNotExist.Policy', `The policy does not exist: ${name}.`)
  return JSON.stringify(document)
}

function described(role: Role, { accountId }: RamWorld): Record<string, unknown> {
  return {
    RoleName: role.name,
    Arn: `acs:ram::${accountId}:role/${role.name}`,
    AssumeRolePolicyDocument: role.trust,
    Description: role.description,
    MaxSessionDuration: 3600,
    CreateDate: role.created,
    UpdateDate: role.updated,
  }
}

function permissionDocument(p: Parameters): string {
  const text = p['PolicyDocument'] ?? ''
  if (text.length > MOST_DOCUMENT_CHARACTERS) {
    throw new RamError(400, 'InvalidParameter.PolicyDocument.Length', `Expected at most ${MOST_DOCUMENT_CHARACTERS}.`)
  }
  readPolicy(text)
  return text
}

/** Who may take the role: one or more statements that allow sts:AssumeRole to somebody. */
function trustDocument(text: string | undefined): string {
  const malformed = (reason: string) => new RamError(400, 'MalformedPolicyDocument', reason)
  let document: { Statement?: { Action?: unknown; Principal?: unknown }[] }
  try {
    document = JSON.parse(text ?? '') as typeof document
  } catch {
    throw malformed('Expected JSON, got something else')
  }
  const statements = document.Statement
  if (!Array.isArray(statements) || statements.length === 0) throw malformed('Expected statements, got none')
  for (const { Action, Principal } of statements) {
    if (![Action].flat().includes('sts:AssumeRole')) throw malformed('Expected Action sts:AssumeRole')
    if (typeof Principal !== 'object' || Principal === null) throw malformed('Expected a Principal')
  }
  return text ?? ''
}

function wanted(p: Parameters, name: string, pattern: RegExp): string {
  const value = p[name] ?? ''
  if (pattern.test(value)) return value
  throw new RamError(400, `InvalidParameter.${name}.InvalidChars`, `The parameter - "${name}" contains invalid chars.`)
}

const same = (a: PolicyName, b: PolicyName) => a.name === b.name && a.type === b.type
