// Roles: who may take them, and which policies they have.

import { RamError } from '../error.ts'
import type { Role } from '../state.ts'
import { documentOf, type Parameters, policyNamed, type RamWorld, roleNamed, samePolicy, wanted } from './parameters.ts'

/** Everything about a role but its policies. */
export function getRole(p: Parameters, world: RamWorld): Record<string, unknown> {
  return { Role: described(roleNamed(p, world), world) }
}

/** A role without policies. @throws RamError 409 where there is one of that name */
export function createRole(p: Parameters, world: RamWorld): Record<string, unknown> {
  const name = wanted(p, 'RoleName', /^[A-Za-z0-9.-]{1,64}$/)
  if (world.state.roles.has(name)) throw new RamError(409, 'EntityAlreadyExists.Role', 'The role already exists.')
  const trust = trustDocument(p['AssumeRolePolicyDocument'])
  const now = world.now()
  const role: Role = { name, trust, description: p['Description'] ?? '', created: now, updated: now, attached: [] }
  world.state.roles.set(name, role)
  return { Role: described(role, world) }
}

/** Another trust policy or description; what is not named stays. */
export function updateRole(p: Parameters, world: RamWorld): Record<string, unknown> {
  const role = roleNamed(p, world)
  if (p['NewAssumeRolePolicyDocument'] !== undefined) role.trust = trustDocument(p['NewAssumeRolePolicyDocument'])
  role.description = p['NewDescription'] ?? role.description
  role.updated = world.now()
  return { Role: described(role, world) }
}

/** Only a role that has no policies any more. @throws RamError 409 */
export function deleteRole(p: Parameters, world: RamWorld): Record<string, unknown> {
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

/** Names and dates, without what the policies say. */
export function listPoliciesForRole(p: Parameters, world: RamWorld): Record<string, unknown> {
  const list = roleNamed(p, world).attached.map(({ name, type, date }) => ({
    PolicyName: name,
    PolicyType: type,
    AttachDate: date,
    Description: world.state.policies.get(name)?.description ?? '',
    DefaultVersion: world.state.policies.get(name)?.defaultVersion ?? 'v1',
  }))
  return { Policies: { Policy: list } }
}

/** @throws RamError 404 where there is no such policy, 409 where the role has it */
export function attach(p: Parameters, world: RamWorld): Record<string, unknown> {
  const role = roleNamed(p, world)
  const policy = policyNamed(p)
  documentOf(policy, world)
  if (role.attached.some((each) => samePolicy(each, policy))) {
    throw new RamError(409, 'EntityAlreadyExists.Role.Policy', 'The policy is attached to the role already.')
  }
  role.attached.push({ ...policy, date: world.now() })
  return {}
}

/** @throws RamError 404 where the role does not have it */
export function detach(p: Parameters, world: RamWorld): Record<string, unknown> {
  const role = roleNamed(p, world)
  const policy = policyNamed(p)
  if (!role.attached.some((each) => samePolicy(each, policy))) {
    throw new RamError(404, 'EntityNotExist.Role.Policy', 'The policy is not attached to the role.')
  }
  role.attached = role.attached.filter((each) => !samePolicy(each, policy))
  return {}
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
