// An account before setup: an OSS without buckets, a RAM without roles, and something at the function's address.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { type Deployment, deploymentFrom, readEnvironment } from '../../../scripts/deployment/live.ts'
import { type LocalOss, startOss } from '../../../scripts/local/oss/server.ts'
import type { Switches } from '../../../scripts/local/oss/switches.ts'
import { type LocalRam, startRam } from '../../../scripts/local/ram/server.ts'
import { createRam } from '../../../scripts/ram.ts'
import { createBuckets } from '../../../scripts/setup/buckets.ts'
import { planSetup, type SetupOptions } from '../../../scripts/setup/plan.ts'
import type { Step } from '../../../scripts/setup/step.ts'

const OWNER = { accessKeyId: 'LTAIowner', accessKeySecret: 'owner-secret' }

export interface TestAccount {
  oss: LocalOss
  ram: LocalRam
  envFile: string
  /** What the function's address answers: 404 to one of these secrets, 403 to others, or one status to everybody. */
  functionTakes: { secrets: string[]; status?: number }
  functionUrl: string
  /** The .env as text. */
  env(): string
  /** With these settings beside or instead of those in .env. */
  deployment(settings?: Record<string, string>): Deployment
  plan(options?: Partial<SetupOptions>, settings?: Record<string, string>): Promise<Step[]>
  /** Plans and makes it so. */
  apply(options?: Partial<SetupOptions>, settings?: Record<string, string>): Promise<Step[]>
  /** Keys of somebody who may do only this. */
  keysFor(policy: object): Record<string, string>
  /** Everything there is, as one text. */
  everything(): string
  close(): Promise<void>
}

export async function startAccount(switches: Partial<Switches> = {}): Promise<TestAccount> {
  const folder = mkdtempSync(join(tmpdir(), 'oss-image-origin-setup-'))
  const oss = await startOss({
    dataDir: join(folder, 'oss'),
    port: 0,
    region: 'cn-hangzhou',
    accounts: [OWNER],
    switches,
  })
  const ram = await startRam({ port: 0, key: (id) => oss.knownKey(id) })
  const functionTakes: TestAccount['functionTakes'] = { secrets: [] }
  const server = createServer((request, response) => {
    const taken = functionTakes.secrets.includes(String(request.headers['x-mirror-secret']))
    response.writeHead(functionTakes.status ?? (taken ? 404 : 403)).end()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const functionUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
  const envFile = join(folder, '.env')
  writeFileSync(
    envFile,
    [
      'OSS_REGION=cn-hangzhou',
      'OSS_ORIGINAL_BUCKET_NAME=originals',
      'OSS_COMPRESS_BUCKET_NAME=compressed',
      `OSS_ENDPOINT=${oss.url}`,
      `RAM_ENDPOINT=${ram.url}`,
      `FUNCTION_URL=${functionUrl}`,
      `ALIBABA_CLOUD_ACCESS_KEY_ID=${OWNER.accessKeyId}`,
      `ALIBABA_CLOUD_ACCESS_KEY_SECRET=${OWNER.accessKeySecret}`,
      'MIRROR_SECRET=   # made by setup',
      '',
    ].join('\r\n'),
  )

  const deployment = (settings: Record<string, string> = {}) =>
    deploymentFrom({ MIRROR_SECRET: 'a-new-secret-0123456789', ...readEnvironment({}, envFile), ...settings })
  const plan = (options: Partial<SetupOptions> = {}, settings: Record<string, string> = {}) => {
    const target = deployment(settings)
    const account = { buckets: createBuckets(target), ram: createRam(target) }
    return planSetup(target, account, {
      envFile,
      secretIsNew: readEnvironment({}, envFile)['MIRROR_SECRET'] === undefined,
      functionUrl: target.functionUrl,
      privateCompressed: false,
      takeRoles: false,
      rule: { checkMd5: true, transparentCodes: '', publicFields: false },
      ...options,
    })
  }

  return {
    oss,
    ram,
    envFile,
    functionTakes,
    functionUrl,
    env: () => readFileSync(envFile, 'latin1'),
    deployment,
    plan,
    async apply(options, settings) {
      const steps = await plan(options, settings)
      for (const step of steps) if (step.will !== undefined) await step.apply?.()
      return steps
    },
    keysFor(policy) {
      const keys = oss.issueCredentials({ role: 'deployer', policy: policy as never, ttlSeconds: 900 })
      return {
        ALIBABA_CLOUD_ACCESS_KEY_ID: keys.accessKeyId,
        ALIBABA_CLOUD_ACCESS_KEY_SECRET: keys.accessKeySecret,
        ALIBABA_CLOUD_SECURITY_TOKEN: keys.securityToken,
      }
    },
    everything() {
      const buckets = oss.store.buckets().map(({ name, settings }) => ({ name, settings }))
      const roles = ['oss-image-origin', 'oss-image-origin-events'].map((name) => ram.policyOf(name))
      return JSON.stringify({ buckets, roles, env: readFileSync(envFile, 'latin1') }, null, 2)
    },
    async close() {
      server.close()
      server.closeAllConnections()
      await ram.close()
      await oss.close()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** What a plan says would change: subject → what it will be. */
export function changes(steps: readonly Step[]): Record<string, string> {
  return Object.fromEntries(steps.flatMap(({ subject, will }) => (will === undefined ? [] : [[subject, will]])))
}
