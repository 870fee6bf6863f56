// Another mirror secret without a reader noticing. Both sides change at different times, so the function takes both
// secrets before the rule changes, and forgets the old one after it:
//
//   1  .env: new,old     → deploy: the function takes both
//   2  the rule: new     (only when the function verifiably takes it)
//   3  .env: new         → deploy: the old one is worth nothing
//
// Which stage it is shows from .env and the rule, so that one command goes on wherever it was left.
import { randomBytes } from 'node:crypto'

import type { Deployment } from '../deployment/live.ts'
import { findOurs, readWebsite } from '../deployment/website.ts'
import type { Buckets } from './buckets.ts'
import { writeSetting } from './env-file.ts'
import { probeSecret } from './probe.ts'
import { withSecret } from './splice.ts'
import { type Step, unchanged } from './step.ts'

export interface RotationStep extends Step {
  stage: 1 | 2 | 3
  /** What to do after it. */
  next: string
}

const AGAIN = 'run npm run setup -- --rotate-secret --apply again'

/** Looks where the rotation is; changes nothing. @throws Error where there is nothing to go on from. */
export async function rotationStep(deployment: Deployment, buckets: Buckets, envFile: string): Promise<RotationStep> {
  const { compressed, config, functionUrl } = deployment
  const secrets = config.mirrorSecrets
  const [newest = ''] = secrets
  if (functionUrl === undefined)
    throw new Error('Expected FUNCTION_URL, got none. Put it into .env, or use --function-url.')
  const xml = await buckets.website(compressed)
  const sent = xml === undefined ? undefined : findOurs(readWebsite(xml).rules, functionUrl)?.secret
  if (xml === undefined || sent === undefined) {
    throw new Error(
      `Expected a mirror rule that sends a secret on ${compressed}, got none. Run npm run setup -- --apply first.`,
    )
  }
  if (!secrets.includes(sent)) {
    throw new Error(
      `Expected the rule to send a secret of ${envFile}, got another one. Set MIRROR_SECRET to the one the function has, then run npm run setup -- --apply.`,
    )
  }
  const set = (value: string) => async () => writeSetting(envFile, 'MIRROR_SECRET', value)

  if (secrets.length === 1) {
    return {
      stage: 1,
      subject: envFile,
      is: 'one secret',
      will: 'MIRROR_SECRET: a new one before it',
      warnings: [],
      apply: set(`${randomBytes(32).toString('base64url')},${sent}`),
      next: `Deploy it (npx s deploy -y), so that the function takes both; then ${AGAIN}.`,
    }
  }
  if (sent === newest) {
    return {
      stage: 3,
      subject: envFile,
      is: `${secrets.length} secrets, the rule sends the newest`,
      will: 'MIRROR_SECRET: the newest alone',
      warnings: [],
      apply: set(newest),
      next: 'Deploy it (npx s deploy -y): from then on the old secret is worth nothing, and the rotation is finished. Another run would begin the next one.',
    }
  }
  const stage = {
    stage: 2 as const,
    subject: 'mirror rule',
    next: `Wait a minute, as OSS may go on with the rule it had for a moment; then ${AGAIN}.`,
  }
  const is = 'sends an older secret'
  const acceptance = await probeSecret(functionUrl, newest)
  if (acceptance !== 'accepts') {
    const why = acceptance === 'refuses' ? 'it answered 403' : acceptance.unclear
    const blocked = `Expected the function at ${functionUrl} to take the new secret, but ${why}. Deploy it first (npx s deploy -y); until then the rule keeps the old one and readers notice nothing.`
    return { ...stage, ...unchanged(stage.subject, is), blocked }
  }
  return {
    ...stage,
    is,
    will: 'sends the newest; nothing else of the rule changes',
    warnings: [],
    apply: async () => {
      const now = await buckets.website(compressed)
      if (now !== xml)
        throw new Error('Expected the website configuration as it was read, got another one. Run it again.')
      await buckets.setWebsite(compressed, withSecret(xml, functionUrl, newest))
    },
  }
}
