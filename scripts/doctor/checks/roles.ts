// What the two functions may do: as much as they must, and nothing beside it.
import { MissingPermission } from '../../deployment/permission.ts'
import { createRam, type AttachedPolicy, type RamRole } from '../../ram.ts'
import { careful, type Check, type Examination, type Finding, good, once, unknown, wrong } from '../check.ts'
import { type Ask, judge, trusted } from '../policy.ts'

type Which = 'origin' | 'events'

interface Permissions {
  role: RamRole | undefined
  policies: AttachedPolicy[]
}

const FUNCTION_COMPUTE = 'fc.aliyuncs.com'
/** Somebody else's bucket, as far as the roles are concerned. */
const ANOTHER = 'a-bucket-of-somebody-else'

async function read({ deployment }: Examination, which: Which): Promise<Permissions | MissingPermission> {
  const ram = createRam(deployment)
  const name = deployment.roles[which]
  try {
    const role = await ram.roleOf(name)
    return { role, policies: role === undefined ? [] : await ram.policiesOf(name) }
  } catch (error) {
    if (error instanceof MissingPermission) return error
    throw error
  }
}

const PERMISSIONS = {
  origin: once((examination) => read(examination, 'origin')),
  events: once((examination) => read(examination, 'events')),
}

function notReadable({ action, resource }: MissingPermission): Finding {
  return unknown(
    `these keys may not look: ${action} on ${resource}`,
    'Allow it to them (AliyunRAMReadOnlyAccess has it), or run npm run doctor with keys that may.',
  )
}

const SETUP_FIX = 'npm run setup -- --apply attaches what is needed (RAM console → Identities → Roles).'

async function checkTrust(examination: Examination, which: Which): Promise<Finding> {
  const name = examination.deployment.roles[which]
  const found = await PERMISSIONS[which](examination)
  if (found instanceof MissingPermission) return notReadable(found)
  if (found.role === undefined) {
    return wrong(`there is no role ${name}`, 'npm run setup -- --apply makes it; then deploy again: npx s deploy -y.')
  }
  const who = trusted(found.role.trust)
  const fix = `npm run setup -- --apply (RAM console → Identities → Roles → ${name} → Trust Policy).`
  if (!who.includes(FUNCTION_COMPUTE)) return wrong(`Function Compute may not take the role ${name}`, fix)
  const others = who.filter((each) => each !== FUNCTION_COMPUTE)
  if (others.length > 0) return wrong(`others may take the role ${name} as well: ${others.join(', ')}`, fix)
  return good(found.role.arn)
}

async function checkMust(examination: Examination, which: Which, must: readonly Ask[]): Promise<Finding> {
  const found = await PERMISSIONS[which](examination)
  if (found instanceof MissingPermission) return notReadable(found)
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
  if (found instanceof MissingPermission) return notReadable(found)
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
  const settings = ['PutBucketWebsite', 'PutBucketAcl', 'PutBucketPolicy', 'DeleteBucket', 'PutBucketLifecycle']
  return {
    on,
    whole,
    /** What neither function may. */
    never: [
      ...on(originals, 'PutObject', 'DeleteObject', 'PutObjectAcl'),
      ...on(compressed, 'PutObjectAcl'),
      ...whole(originals, ...settings),
      ...whole(compressed, ...settings),
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
    name: 'origin-trust',
    title: 'Function Compute, and nobody else, may take the role of the function origin',
    needs: ['credentials'],
    run: (examination) => checkTrust(examination, 'origin'),
  },
  {
    name: 'origin-reads',
    title: 'The role of origin may read originals',
    needs: [...needs, 'origin-trust'],
    run: (examination) =>
      checkMust(examination, 'origin', asks(examination).on(examination.deployment.originals, 'GetObject')),
  },
  {
    name: 'origin-writes',
    title: 'The role of origin may write compressed objects',
    needs: [...needs, 'origin-trust'],
    async run(examination) {
      const { config, compressed } = examination.deployment
      if (config.store === 'mirror') return good('not needed: STORE=mirror')
      return checkMust(examination, 'origin', asks(examination).on(compressed, 'PutObject'))
    },
  },
  {
    name: 'origin-no-more',
    title: 'The role of origin may do nothing else',
    needs: [...needs, 'origin-trust'],
    run(examination) {
      const { config, originals, compressed } = examination.deployment
      const { on, whole, never } = asks(examination)
      return checkNoMore(examination, 'origin', [
        ...on(compressed, 'DeleteObject', ...(config.store === 'mirror' ? ['PutObject'] : [])),
        ...whole(originals, 'ListObjects'),
        ...whole(compressed, 'ListObjects'),
        ...never,
      ])
    },
  },
  {
    name: 'events-trust',
    title: 'Function Compute, and nobody else, may take the role of the function events',
    needs: ['credentials'],
    run: (examination) => checkTrust(examination, 'events'),
  },
  {
    name: 'events-can',
    title: 'The role of events may read originals, and look at, list, write and delete compressed objects',
    needs: [...needs, 'events-trust'],
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
    needs: [...needs, 'events-trust'],
    run(examination) {
      const { whole, never } = asks(examination)
      return checkNoMore(examination, 'events', [...whole(examination.deployment.originals, 'ListObjects'), ...never])
    },
  },
]
