// Roles and policies of the one account there is. In memory: `npm start` sets them up again, as it does the mirror rule.

import { checkPolicy, type RamPolicy } from '../oss/auth/policy.ts'
import { RamError } from './error.ts'

export interface PolicyName {
  name: string
  type: 'Custom' | 'System'
}

export interface Role {
  name: string
  /** JSON text, as it was sent. */
  trust: string
  description: string
  created: string
  updated: string
  attached: (PolicyName & { date: string })[]
}

export interface PolicyVersion {
  /** v1, v2 … never used twice. */
  id: string
  /** JSON text, as it was sent. */
  document: string
  created: string
}

export interface CustomPolicy {
  name: string
  description: string
  created: string
  updated: string
  defaultVersion: string
  /** Oldest first, at most five. */
  versions: PolicyVersion[]
  /** How many were ever made. */
  made: number
}

export interface RamState {
  roles: Map<string, Role>
  policies: Map<string, CustomPolicy>
}

/** Policies that the service itself brings; the few that people attach to a function that reads and writes OSS. */
export const SYSTEM_POLICIES: Readonly<Record<string, RamPolicy>> = {
  AliyunOSSFullAccess: { Version: '1', Statement: [{ Effect: 'Allow', Action: 'oss:*', Resource: '*' }] },
  AliyunOSSReadOnlyAccess: {
    Version: '1',
    Statement: [{ Effect: 'Allow', Action: ['oss:Get*', 'oss:List*'], Resource: '*' }],
  },
}

// What a role without any policy may do. An empty list of statements is not a policy.
const NOTHING: RamPolicy = { Version: '1', Statement: [{ Effect: 'Deny', Action: '*', Resource: '*' }] }

/** Everything a role may do, as one policy; one that allows nothing where there is no such role. */
export function policyOfRole({ roles, policies }: RamState, roleName: string): RamPolicy {
  const statements = (roles.get(roleName)?.attached ?? []).flatMap(({ name, type }) =>
    type === 'System' ? (SYSTEM_POLICIES[name]?.Statement ?? []) : statementsOf(policies.get(name)),
  )
  return statements.length === 0 ? NOTHING : { Version: '1', Statement: statements }
}

function statementsOf(policy: CustomPolicy | undefined): RamPolicy['Statement'] {
  const version = policy?.versions.find(({ id }) => id === policy.defaultVersion)
  return version === undefined ? [] : readPolicy(version.document).Statement
}

/** @throws RamError 400 where the text is no policy, or says something this machine could not enforce. */
export function readPolicy(text: string): RamPolicy {
  try {
    return checkPolicy(JSON.parse(text), 'ram')
  } catch (error) {
    const reason = error instanceof SyntaxError ? 'Expected JSON, got something else' : (error as Error).message
    throw new RamError(400, 'MalformedPolicyDocument', reason)
  }
}
