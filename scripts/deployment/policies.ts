// What each of the two functions may do, as RAM policies: what setup writes, doctor checks, and the local cloud enforces.

/** Names of the roles where ORIGIN_ROLE and EVENTS_ROLE do not say otherwise (s.yaml has the same); each has one policy of the same name. */
export const ROLES = { origin: 'oss-image-origin', events: 'oss-image-origin-events' } as const

/** Both functions run under a role that Function Compute may assume. */
export const FUNCTION_TRUST = {
  Version: '1',
  Statement: [{ Action: 'sts:AssumeRole', Effect: 'Allow' as const, Principal: { Service: ['fc.aliyuncs.com'] } }],
}

export interface Policy {
  Version: '1'
  Statement: { Effect: 'Allow'; Action: string[]; Resource: string[] }[]
}

interface Buckets {
  originals: string
  compressed: string
}

const allow = (actions: string[], resource: string) => ({
  Effect: 'Allow' as const,
  Action: actions,
  Resource: [`acs:oss:*:*:${resource}`],
})

/**
 * Least privilege of the function `origin`: reads originals, writes compressed (not even that with STORE=mirror).
 * https://help.aliyun.com/zh/oss/user-guide/ram-policy-overview
 */
export function originPolicy({ originals, compressed, store = 'function' }: Buckets & { store?: string }): Policy {
  const read = allow(['oss:GetObject'], `${originals}/*`)
  return { Version: '1', Statement: store === 'mirror' ? [read] : [read, allow(['oss:PutObject'], `${compressed}/*`)] }
}

/** Least privilege of the function `events`: also looks at, lists and deletes what was made. */
export function eventsPolicy({ originals, compressed }: Buckets): Policy {
  return {
    Version: '1',
    Statement: [
      allow(['oss:GetObject'], `${originals}/*`),
      allow(['oss:GetObject', 'oss:PutObject', 'oss:DeleteObject'], `${compressed}/*`),
      allow(['oss:ListObjects'], compressed),
    ],
  }
}
