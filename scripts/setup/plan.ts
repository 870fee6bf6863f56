// All steps of a set-up in the order in which they are safe to make: interrupted after any of them, nothing is open that
// should not be, no reader is refused, and the next run goes on from there.
import type { Deployment } from '../deployment/live.ts'
import { findOurs, readWebsite } from '../deployment/website.ts'
import type { Ram } from '../ram.ts'
import { compressedStep, originalsStep } from './bucket-steps.ts'
import type { Buckets } from './buckets.ts'
import { writeSetting } from './env-file.ts'
import { roleStep } from './role-steps.ts'
import { ruleStep } from './rule-step.ts'
import { type Step, unchanged } from './step.ts'
import { type RuleChoices, wantedRoles, wantedRule } from './wanted.ts'

export interface SetupOptions {
  /** Where MIRROR_SECRET is kept. */
  envFile: string
  /** MIRROR_SECRET is set nowhere: the deployment's is a new one that has to be written. */
  secretIsNew: boolean
  /** Ends with a slash; undefined: not deployed yet. */
  functionUrl: string | undefined
  privateCompressed: boolean
  /** Replace policies of our roles that are about other buckets. */
  takeRoles: boolean
  rule: RuleChoices
}

export interface Account {
  buckets: Buckets
  ram: Ram
}

/** Looks at everything, changes nothing. @throws MissingPermission, or an Error that says what is in the way. */
export async function planSetup(deployment: Deployment, account: Account, options: SetupOptions): Promise<Step[]> {
  const { buckets, ram } = account
  const { functionUrl } = options
  const roles = wantedRoles(deployment)
  const originals = await originalsStep(deployment, buckets, functionUrl)
  const compressed = await compressedStep(deployment, buckets, options.privateCompressed)
  const secret = await secretStep(deployment, buckets, options)
  const secrets = secret.secrets
  const [newest = ''] = secrets
  const rule = functionUrl === undefined ? undefined : wantedRule(deployment, functionUrl, newest, options.rule)
  return [
    secret.step,
    originals,
    await roleStep(roles.origin, ram, options.takeRoles),
    await roleStep(roles.events, ram, options.takeRoles),
    compressed,
    await ruleStep({ bucket: deployment.compressed, rule, secrets }, buckets),
  ]
}

/** A secret that the bucket's rule already sends is taken over: the function was deployed with it, from another machine. */
async function secretStep(
  { config, compressed }: Deployment,
  buckets: Buckets,
  { envFile, secretIsNew, functionUrl }: SetupOptions,
): Promise<{ step: Step; secrets: readonly string[] }> {
  const subject = envFile
  if (!secretIsNew) return { step: unchanged(subject, 'MIRROR_SECRET is set'), secrets: config.mirrorSecrets }
  const xml = await buckets.website(compressed)
  const sent = xml === undefined ? undefined : findOurs(readWebsite(xml).rules, functionUrl ?? '')?.secret
  const found = sent !== undefined && /^[A-Za-z0-9_-]{16,1024}$/.test(sent) ? sent : undefined
  const [made = ''] = config.mirrorSecrets
  const step: Step = {
    subject,
    is: 'MIRROR_SECRET is empty',
    will: found === undefined ? 'a new secret is written' : 'the secret that the rule of the bucket sends is written',
    warnings: [],
    apply: async () => writeSetting(envFile, 'MIRROR_SECRET', found ?? made),
  }
  return { step, secrets: [found ?? made] }
}
