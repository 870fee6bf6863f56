// What the two functions may do: as much as they must, and nothing beside it.
import { MissingPermission } from '../../deployment/permission.ts'
import { createRam, type AttachedPolicy, type RamRole } from '../../ram.ts'
import { CannotCheck, careful, type Check, type Examination, type Finding, good, once, wrong } from '../check.ts'
import { type Ask, judge, trusted } from '../policy.ts'

type Which = 'origin' | 'events'

interface Permissions {
  role: RamRole | undefined
  policies: AttachedPolicy[]
}

const FUNCTION_COMPUTE = 'fc.aliyuncs.com'
/** Somebody else's bucket, as far as the roles are concerned. */
const ANOTHER = 'a-bucket-of-somebody-else'

/** @throws MissingPermission, CannotCheck */
async function read({ deployment }: Examination, which: Which): Promise<Permissions> {
  if (deployment.local && deployment.ramEndpoint === undefined) {
    throw new CannotCheck('the RAM of this machine has no address', 'Set RAM_ENDPOINT, or use --local.')
  }
  const ram = createRam(deployment)
  const name = deployment.roles[which]
  try {
    const role = await ram.roleOf(name)
    return { role, policies: role === undefined ? [] : await ram.policiesOf(name) }
  } catch (error) {
    if (error instanceof MissingPermission) throw error
    // RAM has an address of its own, which a network may not let through.
    const reason = error instanceof Error ? error.message : String(error)
    throw new CannotCheck(`RAM does not answer (${reason})`, 'Let this machine reach https://ram.aliyuncs.com.')
  }
}

const PERMISSIONS = {
  origin: once((examination) => read(examination, 'origin')),
  events: once((examination) => read(examination, 'events')),
}

const SETUP_FIX = 'npm run setup -- --apply attaches what is needed (RAM console → Identities → Roles).'

const trustFix = (name: string) =>
  `npm run setup -- --apply (RAM console → Identities → Roles → ${name} → Trust Policy).`

async function checkRole(examination: Examination, which: Which): Promise<Finding> {
  const name = examination.deployment.roles[which]
  const { role } = await PERMISSIONS[which](examination)
  if (role === undefined) {
    return wrong(`there is no role ${name}`, 'npm run setup -- --apply makes it; then deploy again: npx s deploy -y.')
  }
  if (trusted(role.trust).includes(FUNCTION_COMPUTE)) return good(role.arn)
  return wrong(`Function Compute may not take the role ${name}`, trustFix(name))
}

async function checkTrust(examination: Examination, which: Which): Promise<Finding> {
  const name = examination.deployment.roles[which]
  const { role } = await PERMISSIONS[which](examination)
  const others = trusted(role?.trust).filter((each) => each !== FUNCTION_COMPUTE)
  if (others.length === 0) return good()
  return wrong(`others may take the role ${name} as well: ${others.join(', ')}`, trustFix(name))
}

async function checkMust(examination: Examination, which: Which, must: readonly Ask[]): Promise<Finding> {
  const found = await PERMISSIONS[which](examination)
  const name = examination.deployment.roles[which]
  const documents = found.policies.map(({ document }) => document)
  const lacking = must.filter((ask) => judge(documents, ask) === 'no')
  if (lacking.length > 0) return wrong(`${name} may not ${inWords(lacking)}`, SETUP_FIX)
  const conditional = must.filter((ask) => judge(documents, ask) === 'depends')
  if (conditional.length > 0) {
    return careful(
      `a condition decides whether ${name} may ${inWords(conditional)}`,
      'Look at the Condition of its policies: RAM console → Identities → Roles.',
    )
  }
  return good()
}

async function checkNoMore(examination: Examination, which: Which, never: readonly Ask[]): Promise<Finding> {
  const found = await PERMISSIONS[which](examination)
  const name = examination.deployment.roles[which]
  const tooMuch = never.filter(
    (ask) =>
      judge(
        found.policies.map(({ document }) => document),
        ask,
      ) !== 'no',
  )
  if (tooMuch.length === 0) return good(found.policies.map(({ name }) => name).join(', '))
  const guilty = found.policies.filter(({ document }) => tooMuch.some((ask) => judge([document], ask) !== 'no'))
  return wrong(
    `${name} may also ${inWords(tooMuch)}`,
    `Detach or narrow ${guilty.map((policy) => policy.name).join(', ')} (RAM console → Identities → Roles → ${name} → Permissions), then npm run setup -- --apply.`,
  )
}

/** «oss:PutObject on photos/*», at most three of them. */
function inWords(asks: readonly Ask[]): string {
  const named = asks.slice(0, 3).map(({ action, resource }) => `${action} on ${resource}`)
  return [...named, ...(asks.length > 3 ? [`${asks.length - 3} more`] : [])].join(', ')
}

/** Resources as a key deep inside the bucket, so that a policy for one folder shows as one. */
function asks({ deployment, scratch }: Examination) {
  const { originals, compressed } = deployment
  const on = (bucket: string, ...actions: string[]): Ask[] =>
    actions.map((action) => ({ action: `oss:${action}`, resource: `${bucket}/${scratch.prefix}x` }))
  const whole = (bucket: string, ...actions: string[]): Ask[] =>
    actions.map((action) => ({ action: `oss:${action}`, resource: bucket }))
  // The first holds the secret.
  const settings = ['GetBucketWebsite', 'PutBucketWebsite', 'PutBucketAcl', 'PutBucketPolicy', 'PutBucketLifecycle']
  return {
    on,
    whole,
    /** What neither function may. */
    never: [
      ...on(originals, 'PutObject', 'DeleteObject', 'PutObjectAcl'),
      ...on(compressed, 'PutObjectAcl'),
      ...whole(originals, 'DeleteBucket', ...settings),
      ...whole(compressed, 'DeleteBucket', ...settings),
      ...on(ANOTHER, 'GetObject', 'PutObject', 'DeleteObject'),
      ...whole(ANOTHER, 'ListObjects'),
      { action: 'ram:CreateAccessKey', resource: '*' },
      { action: 'ram:AttachPolicyToRole', resource: '*' },
      { action: 'fc:UpdateFunction', resource: '*' },
      { action: 'sts:AssumeRole', resource: '*' },
    ],
  }
}

const needs = ['originals', 'compressed'] as const

export const ROLES: readonly Check[] = [
  {
    name: 'origin-role',
    title: 'The function origin has a role that Function Compute may take',
    needs: ['credentials'],
    run: (examination) => checkRole(examination, 'origin'),
  },
  {
    name: 'origin-trust',
    title: 'Nobody else may take it',
    needs: ['origin-role'],
    run: (examination) => checkTrust(examination, 'origin'),
  },
  {
    name: 'origin-reads',
    title: 'The role of origin may read originals',
    needs: [...needs, 'origin-role'],
    run: (examination) =>
      checkMust(examination, 'origin', asks(examination).on(examination.deployment.originals, 'GetObject')),
  },
  {
    name: 'origin-writes',
    title: 'The role of origin may write compressed objects',
    needs: [...needs, 'origin-role'],
    async run(examination) {
      const { config, compressed } = examination.deployment
      if (config.store === 'mirror') return good('not needed: STORE=mirror')
      return checkMust(examination, 'origin', asks(examination).on(compressed, 'PutObject'))
    },
  },
  {
    name: 'origin-no-more',
    title: 'The role of origin may do nothing else',
    needs: [...needs, 'origin-role'],
    run(examination) {
      const { config, originals, compressed } = examination.deployment
      const { on, whole, never } = asks(examination)
      return checkNoMore(examination, 'origin', [
        ...on(compressed, 'GetObject', 'DeleteObject', ...(config.store === 'mirror' ? ['PutObject'] : [])),
        ...whole(originals, 'ListObjects'),
        ...whole(compressed, 'ListObjects'),
        ...never,
      ])
    },
  },
  {
    name: 'events-role',
    title: 'The function events has a role that Function Compute may take',
    needs: ['credentials'],
    run: (examination) => checkRole(examination, 'events'),
  },
  {
    name: 'events-trust',
    title: 'Nobody else may take it',
    needs: ['events-role'],
    run: (examination) => checkTrust(examination, 'events'),
  },
  {
    name: 'events-can',
    title: 'The role of events may read originals, and look at, list, write and delete compressed objects',
    needs: [...needs, 'events-role'],
    run(examination) {
      const { originals, compressed } = examination.deployment
      const { on, whole } = asks(examination)
      return checkMust(examination, 'events', [
        ...on(originals, 'GetObject'),
        ...on(compressed, 'GetObject', 'PutObject', 'DeleteObject'),
        ...whole(compressed, 'ListObjects'),
      ])
    },
  },
  {
    name: 'events-no-more',
    title: 'The role of events may do nothing else',
    needs: [...needs, 'events-role'],
    run(examination) {
      const { whole, never } = asks(examination)
      return checkNoMore(examination, 'events', [...whole(examination.deployment.originals, 'ListObjects'), ...never])
    },
  },
]
