// What the calls read from a request, and what they find by it.

import { RamError } from '../error.ts'
import { type CustomPolicy, type PolicyName, type RamState, type Role, SYSTEM_POLICIES } from '../state.ts'

export interface RamWorld {
  state: RamState
  accountId: string
  /** ISO 8601, whole seconds. */
  now(): string
}

export type Parameters = Readonly<Record<string, string>>

/** The role of RoleName. @throws RamError 404 */
export function roleNamed(p: Parameters, { state }: RamWorld): Role {
  const role = state.roles.get(p['RoleName'] ?? '')
  if (!role) throw new RamError(404, 'EntityNotExist.Role', `The role does not exist: ${p['RoleName'] ?? ''}.`)
  return role
}

/** PolicyName and PolicyType, whether or not there is such a policy. @throws RamError 400 */
export function policyNamed(p: Parameters): PolicyName {
  const type = p['PolicyType']
  if (type !== 'Custom' && type !== 'System') {
    throw new RamError(400, 'InvalidParameter.PolicyType', 'The parameter - "PolicyType" is incorrect.')
  }
  return { name: p['PolicyName'] ?? '', type }
}

/** One of the account's own policies. @throws RamError 404 */
export function customNamed(name: string, { state }: RamWorld): CustomPolicy {
  const policy = state.policies.get(name)
  if (!policy) throw new RamError(404, 'EntityNotExist.Policy', `The policy does not exist: ${name}.`)
  return policy
}

/** A version as answers describe it. @throws RamError 404 */
export function versionOf(policy: CustomPolicy, id: string) {
  const version = policy.versions.find((each) => each.id === id)
  if (!version) throw new RamError(404, 'EntityNotExist.Policy.Version', 'The policy version does not exist.')
  return {
    VersionId: version.id,
    IsDefaultVersion: version.id === policy.defaultVersion,
    PolicyDocument: version.document,
    CreateDate: version.created,
  }
}

/** What a policy says: its default version, JSON text. @throws RamError 404 */
export function documentOf({ name, type }: PolicyName, world: RamWorld): string {
  if (type === 'Custom') {
    const policy = customNamed(name, world)
    return versionOf(policy, policy.defaultVersion).PolicyDocument
  }
  const document = SYSTEM_POLICIES[name]
  if (!document) throw new RamError(404, 'EntityNotExist.Policy', `The policy does not exist: ${name}.`)
  return JSON.stringify(document)
}

/** A parameter of a certain form. @throws RamError 400 */
export function wanted(p: Parameters, name: string, pattern: RegExp): string {
  const value = p[name] ?? ''
  if (pattern.test(value)) return value
  throw new RamError(400, `InvalidParameter.${name}.InvalidChars`, `The parameter - "${name}" contains invalid chars.`)
}

export const samePolicy = (a: PolicyName, b: PolicyName) => a.name === b.name && a.type === b.type
