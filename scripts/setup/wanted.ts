// What a deployment's settings make of roles and rule.
import type { Deployment } from '../deployment/live.ts'
import { eventsPolicy, originPolicy } from '../deployment/policies.ts'
import { type NewRule, rulePerStore } from '../deployment/rule.ts'
import type { WantedRole } from './role-steps.ts'

/** Choices that are not settings of the function. */
export interface RuleChoices {
  sni?: boolean
  checkMd5: boolean
  transparentCodes: string
  publicFields: boolean
}

type Named = Pick<Deployment, 'originals' | 'compressed' | 'config' | 'roles'>

/** @throws Error where a name is none that a role and a policy may both have, in lower case as s.yaml needs it. */
export function wantedRoles({ originals, compressed, config, roles }: Named): Record<'origin' | 'events', WantedRole> {
  for (const [setting, name] of [
    ['ORIGIN_ROLE', roles.origin],
    ['EVENTS_ROLE', roles.events],
  ] as const) {
    if (!/^[a-z0-9-]{1,64}$/.test(name)) {
      throw new Error(`Expected ${setting} to be 1 to 64 of a-z 0-9 -, got «${name}».`)
    }
  }
  if (roles.origin === roles.events) {
    throw new Error(
      `Expected two roles, got ${roles.origin} for both: the function that strangers reach must not delete.`,
    )
  }
  return {
    origin: {
      name: roles.origin,
      policy: originPolicy({ originals, compressed, store: config.store }),
      description: 'oss-image-origin: reads originals, writes compressed pictures',
    },
    events: {
      name: roles.events,
      policy: eventsPolicy({ originals, compressed }),
      description: 'oss-image-origin: purges and remakes what an event says has changed',
    },
  }
}

export function wantedRule(
  { config }: Pick<Deployment, 'config'>,
  mirrorUrl: string,
  secret: string,
  choices: RuleChoices,
): NewRule {
  return { mirrorUrl, secret, ...rulePerStore(config.store), ...choices }
}
