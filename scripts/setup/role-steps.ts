// The roles of the two functions: who may take them, and one policy each that allows what it must and nothing else.
import { isDeepStrictEqual } from 'node:util'

import { FUNCTION_TRUST, type Policy } from '../deployment/policies.ts'
import type { Ram, RamRole } from '../ram.ts'
import { type Step, unchanged } from './step.ts'

export interface WantedRole {
  /** Also the name of its policy. */
  name: string
  policy: Policy
  description: string
}

/**
 * Order inside: the policy, the role, what joins them. Interrupted anywhere, the next run goes on.
 * @param takes whether a policy that is about other buckets may be replaced.
 * @throws Error where it is and may not.
 */
export async function roleStep({ name, policy, description }: WantedRole, ram: Ram, takes: boolean): Promise<Step> {
  const role = await ram.roleOf(name)
  const existing = await ram.customPolicy(name)
  if (existing && !takes) refuseForeign(name, existing.document, policy)
  const attached = role ? await ram.attachedTo(name) : []
  const trust = role ? missingTrust(role) : undefined

  const samePolicy = existing !== undefined && isDeepStrictEqual(normal(existing.document), normal(policy))
  const isAttached = attached.some((each) => each.name === name && each.type === 'Custom')
  const others = attached.filter((each) => each.name !== name || each.type !== 'Custom')
  const warnings = others.map(
    (other) =>
      `${name} also has the policy ${other.name}: the function may do more than it needs. Detach it in the RAM console`,
  )
  if (role && otherPrincipals(role)) warnings.push(`${name} may be taken by others than Function Compute; that stays`)

  const will = [
    role ? '' : 'created, for Function Compute only',
    trust === undefined ? '' : 'Function Compute may take it',
    existing ? '' : `policy ${name} created`,
    existing && !samePolicy ? `policy ${name}: a new version with what the function needs` : '',
    isAttached ? '' : `policy ${name} attached`,
  ].filter((part) => part !== '')
  const is = role
    ? `there, ${isAttached ? (samePolicy ? 'least privilege' : 'another policy') : 'no policy of ours'}`
    : 'missing'
  if (will.length === 0) return unchanged(`role ${name}`, is, warnings)
  return {
    subject: `role ${name}`,
    is,
    will: will.join(', '),
    warnings,
    apply: async () => {
      if (!existing) await ram.createPolicy(name, policy, description)
      else if (!samePolicy) await ram.setPolicy(name, policy)
      if (!role) await ram.createRole(name, FUNCTION_TRUST, description)
      else if (trust !== undefined) await ram.setTrust(name, trust)
      if (!isAttached) await ram.attach(name, name)
    },
  }
}

/** Roles are the account's, not the region's: another deployment that has this one would stand without its rights. */
function refuseForeign(name: string, document: unknown, policy: Policy): void {
  const ours = bucketsIn(policy)
  const foreign = bucketsIn(document).filter((bucket) => !ours.includes(bucket))
  if (foreign.length === 0) return
  throw new Error(
    `Expected the policy ${name} to be about ${ours.join(' and ')}, got one about ${foreign.join(' and ')}: another deployment seems to use it. Give this one roles of its own (ORIGIN_ROLE, EVENTS_ROLE), or, where the buckets were renamed, run setup with --take-roles.`,
  )
}

/** Names of the buckets a policy names; one with wildcards in it is none. */
function bucketsIn(document: unknown): string[] {
  const { Statement } = document as { Statement?: { Resource?: unknown }[] }
  const resources = [Statement ?? []].flat().flatMap(({ Resource }) => [Resource].flat())
  const names = resources.map((each) => /^acs:oss:[^:]*:[^:]*:([a-z0-9-]+)(?:\/|$)/.exec(String(each))?.[1])
  return [...new Set(names.filter((name) => name !== undefined))]
}

interface Trust {
  Version: string
  Statement: { Effect?: string; Action?: string | string[]; Principal?: Record<string, string | string[]> }[]
}

/** The role's trust with Function Compute added to it; undefined where it is in it already. */
function missingTrust({ name, trust }: RamRole): object | undefined {
  const { Statement } = trustOf(name, trust)
  const ours = Statement.some(
    ({ Effect, Action, Principal }) =>
      Effect === 'Allow' &&
      [Action].flat().includes('sts:AssumeRole') &&
      [Principal?.['Service']].flat().includes('fc.aliyuncs.com'),
  )
  return ours ? undefined : { Version: '1', Statement: [...Statement, ...FUNCTION_TRUST.Statement] }
}

function otherPrincipals({ name, trust }: RamRole): boolean {
  const principals = trustOf(name, trust).Statement.flatMap(({ Principal }) => Object.values(Principal ?? {}).flat())
  return principals.some((principal) => principal !== 'fc.aliyuncs.com')
}

function trustOf(name: string, trust: unknown): Trust {
  if (typeof trust === 'object' && trust !== null && 'Statement' in trust && Array.isArray(trust.Statement)) {
    return trust as Trust
  }
  throw new Error(
    `Expected the role ${name} to have a trust policy, got ${JSON.stringify(trust)}. Choose another name.`,
  )
}

/** A policy as a value that can be compared: lists for single words, sorted. */
function normal(document: unknown): unknown {
  const { Version, Statement } = document as { Version?: unknown; Statement?: unknown }
  if (!Array.isArray(Statement)) return document
  return {
    Version,
    Statement: Statement.map(normalStatement).sort((a, b) => compare(JSON.stringify(a), JSON.stringify(b))),
  }
}

function normalStatement(statement: Record<string, unknown>): unknown {
  const sorted = Object.entries(statement).sort(([a], [b]) => compare(a, b))
  const list = (value: unknown) => ([value].flat() as string[]).toSorted(compare)
  return Object.fromEntries(
    sorted.map(([field, value]) => [field, field === 'Action' || field === 'Resource' ? list(value) : value]),
  )
}

const compare = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0)
