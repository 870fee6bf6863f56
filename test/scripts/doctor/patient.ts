// A deployment on the local cloud that can be given one fault at a time, and what the doctor says of it.
import { type Deployment, deploymentFrom } from '../../../scripts/deployment/live.ts'
import type { Limits, Result } from '../../../scripts/doctor/check.ts'
import { examine } from '../../../scripts/doctor/examine.ts'
import type { CloudOptions } from '../../../scripts/local/cloud.ts'
import { ownerClient } from '../../../scripts/owner.ts'
import { testCloud, type TestCloud } from '../../e2e/support.ts'

export interface Patient {
  cloud: TestCloud
  environment: NodeJS.ProcessEnv
  /** Signed as the owner. */
  client: ReturnType<typeof ownerClient>
  /** @param changes of what .env says */
  examine(changes?: NodeJS.ProcessEnv, options?: Parameters<typeof examine>[1]): Promise<Diagnosis>
  /** Keys in both buckets. */
  left(): string[]
}

export interface Diagnosis {
  results: Result[]
  /** Names with ✗. */
  wrong: string[]
  skipped: string[]
  /** Passed, but with something to look at. */
  careful: string[]
  of(check: string): Result
}

/** Far above what anything takes here: only what never comes runs into one. */
const LIMITS: Partial<Limits> = {
  eventsMs: 60_000,
  settleMs: 5_000,
  slowMs: 20_000,
  mirrorMs: 60_000,
  pollMs: 20,
  sweepMs: 20,
}

export async function startPatient(options: Partial<CloudOptions> = {}): Promise<Patient> {
  const cloud = await testCloud(options)
  const { addresses, oss } = cloud
  const environment = {
    OSS_REGION: addresses.region,
    OSS_ORIGINAL_BUCKET_NAME: addresses.originals,
    OSS_COMPRESS_BUCKET_NAME: addresses.compressed,
    OSS_ENDPOINT: addresses.oss,
    MIRROR_SECRET: addresses.mirrorSecret,
    ALLOW: 'open',
    ALIBABA_CLOUD_ACCESS_KEY_ID: addresses.accessKeyId,
    ALIBABA_CLOUD_ACCESS_KEY_SECRET: addresses.accessKeySecret,
    FUNCTION_URL: addresses.function,
    RAM_ENDPOINT: addresses.ram,
  }
  return {
    cloud,
    environment,
    client: ownerClient({ ...addresses, endpoint: addresses.oss }),
    async examine(changes = {}, { limits, ...rest } = {}) {
      const deployment: Deployment = deploymentFrom({ ...environment, ...changes })
      return diagnosis(await examine(deployment, { limits: { ...LIMITS, ...limits }, ...rest }))
    },
    left: () =>
      [addresses.originals, addresses.compressed].flatMap((name) => {
        const files = oss.store.bucket(name)?.files
        const keys: string[] = []
        for (let key = files?.seek('', true); key !== undefined; key = files?.seek(key, false)) keys.push(key)
        return keys.map((key) => `${name}/${key}`)
      }),
  }
}

function diagnosis(results: Result[]): Diagnosis {
  const named = (fits: (result: Result) => boolean) => results.filter(fits).map(({ check }) => check)
  return {
    results,
    wrong: named(({ ok }) => ok === false),
    skipped: named(({ ok }) => ok === null),
    careful: named(({ ok, cause }) => ok === true && cause !== undefined),
    of(check) {
      const found = results.find((result) => result.check === check)
      if (found === undefined) throw new Error(`Expected a result of ${check}, got ${results.length} others.`)
      return found
    },
  }
}
