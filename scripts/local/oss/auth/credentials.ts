// Keys the server knows: permanent ones of accounts, temporary ones of roles.

import { randomBytes } from 'node:crypto'
import { checkPolicy } from './policy.ts'
import type { RamPolicy } from './policy.ts'

export interface Account {
  accessKeyId: string
  accessKeySecret: string
  /** Account id; accounts with the same one own the same buckets. */
  ownerId?: string
}

/** What is known of a key id. */
export interface KnownKey {
  accessKeyId: string
  accessKeySecret: string
  ownerId: string
  /** Temporary keys only. */
  session?: { role: string; policy: RamPolicy; securityToken: string; expires: number }
}

export interface IssueInput {
  role: string
  /** What the role may do; a function is asked again for every request, as the real service looks at the role as it is then. */
  policy: RamPolicy | (() => RamPolicy)
  /** The real service allows 900 s and more; tests may go below. */
  ttlSeconds: number
  ownerId?: string
}

export interface IssuedCredentials {
  accessKeyId: string
  accessKeySecret: string
  securityToken: string
  /** ISO 8601, whole seconds, as the STS API writes it. */
  expiration: string
}

export interface Credentials {
  find(accessKeyId: string): KnownKey | undefined
  /** @throws Error where the policy has something this server does not evaluate. */
  issue(input: IssueInput): IssuedCredentials
}

export const DEFAULT_OWNER = '1000000000000001'

export function createCredentials(accounts: readonly Account[], now: () => number): Credentials {
  const keys = new Map<string, KnownKey>()
  for (const { accessKeyId, accessKeySecret, ownerId } of accounts) {
    keys.set(accessKeyId, { accessKeyId, accessKeySecret, ownerId: ownerId ?? DEFAULT_OWNER })
  }
  return {
    find: (accessKeyId) => keys.get(accessKeyId),
    issue({ role, policy, ttlSeconds, ownerId }) {
      // A copy: what the caller changes later was never granted.
      const fixed = typeof policy === 'function' ? policy : structuredClone(policy)
      const current = typeof fixed === 'function' ? fixed : () => fixed
      checkPolicy(current(), 'ram')
      // Long-running servers issue many; those that expired a day ago answer "unknown" rather than "expired".
      for (const [id, { session }] of keys) if (session && session.expires < now() - 86_400_000) keys.delete(id)
      const accessKeyId = `STS.${randomBytes(12).toString('hex')}`
      // Told from other words wherever it should not be.
      const accessKeySecret = `rolesecret-${randomBytes(16).toString('base64url')}`
      const securityToken = `CAIS${randomBytes(96).toString('base64')}`
      const expires = now() + ttlSeconds * 1000
      const owner = ownerId ?? accounts[0]?.ownerId ?? DEFAULT_OWNER
      const session = {
        role,
        get policy() {
          return current()
        },
        securityToken,
        expires,
      }
      keys.set(accessKeyId, { accessKeyId, accessKeySecret, ownerId: owner, session })
      const expiration = new Date(expires).toISOString().replace(/\.\d+Z$/, 'Z')
      return { accessKeyId, accessKeySecret, securityToken, expiration }
    },
  }
}
