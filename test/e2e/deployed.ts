// A deployment that commands run against as people do: a .env, and the local cloud as the account it is about.
import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { parse } from 'dotenv'

import type { TestCloud } from './support.ts'

export interface Ran {
  code: number | null
  stdout: string
  stderr: string
}

export interface DotEnv {
  file: string
  /** Its settings as they are now. */
  settings(): Record<string, string>
  /** What `s deploy` does with it: the function runs with the secret that is in it now. */
  deploy(): Promise<void>
  /** npm run setup with these options. */
  setup(...options: string[]): Promise<Ran>
  /** npm run doctor with these options. */
  doctor(...options: string[]): Promise<Ran>
  remove(): void
}

/** The .env of somebody who has filled in everything but the secret. */
export function dotEnvFor({ addresses, gateway }: TestCloud): DotEnv {
  const folder = mkdtempSync(join(tmpdir(), 'oss-image-origin-env-'))
  const file = join(folder, '.env')
  const lines = {
    OSS_REGION: addresses.region,
    OSS_ORIGINAL_BUCKET_NAME: addresses.originals,
    OSS_COMPRESS_BUCKET_NAME: addresses.compressed,
    OSS_ENDPOINT: addresses.oss,
    RAM_ENDPOINT: addresses.ram,
    FUNCTION_URL: addresses.function,
    ALIBABA_CLOUD_ACCESS_KEY_ID: addresses.accessKeyId,
    ALIBABA_CLOUD_ACCESS_KEY_SECRET: addresses.accessKeySecret,
    MIRROR_SECRET: '',
  }
  writeFileSync(
    file,
    Object.entries(lines)
      .map(([name, value]) => `${name}=${value}\n`)
      .join(''),
  )
  const settings = () => parse(readFileSync(file))
  return {
    file,
    settings,
    deploy: () => gateway.update({ MIRROR_SECRET: settings()['MIRROR_SECRET'] ?? '' }),
    setup: (...options) => run(['scripts/setup.ts', '--env', file, ...options]),
    doctor: (...options) => run(['scripts/doctor.ts', ...options], settings()),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  }
}

/** A script of ours as npm would start it, with nothing of this process's settings. */
function run(command: string[], settings: Record<string, string> = {}): Promise<Ran> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, ['--import', 'tsx', ...command], {
      env: { PATH: process.env['PATH'], HOME: process.env['HOME'], ...settings },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    const ran: Ran = { code: null, stdout: '', stderr: '' }
    child.stdout.on('data', (chunk: Buffer) => (ran.stdout += chunk.toString()))
    child.stderr.on('data', (chunk: Buffer) => (ran.stderr += chunk.toString()))
    child.once('error', reject)
    child.once('close', (code) => resolve({ ...ran, code }))
  })
}
