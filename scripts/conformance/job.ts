// Some tests of one suite against a local OSS of their own: tests of the suite share bucket names, and clean up by them.

import { spawn } from 'node:child_process'
import { chmodSync, chownSync, copyFileSync, mkdirSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { startOss } from '../local/oss/server.ts'
import type { RequestEntry } from '../local/oss/requests.ts'
import { CNAME_DOMAIN, REGION } from './columns.ts'
import type { Column } from './columns.ts'
import { startProxy } from './proxy.ts'
import { readResults } from './results.ts'
import type { TestResult } from './results.ts'
import { noise, picture, suiteOf } from './suite.ts'
import type { Suite } from './suite.ts'

export interface Job {
  column: Column
  /** `Suite.Test`, all of one suite. */
  tests: readonly string[]
}

export interface JobResult extends Job {
  results: TestResult[]
  /** Signed requests the server took. */
  requests: number
  /** Requests that were signed or addressed otherwise than the column says: must be none. */
  strayed: string[]
  ms: number
}

const KEY = { id: 'conformance-id', secret: 'conformance-secret' }
const LOGIN = { user: 'proxy-user', password: 'proxy-password' }

// The longest test waits 20 s for caches of the real service; a suite of several runs in a fraction of this.
const JOB_MS = 150_000

// 64 parts, each at least 100 KB, and one byte that does not divide.
const BIG_BYTES = 64 * 100 * 1024 + 1
const BIG_FILE = 'D:\\tmp\\bigfile.zip'
const NEEDS_BIG_FILE = new Set(['OssBucketSuite', 'OssBucketMultipartSuite'])

// Two tests expect a path below /root not to be writable, so root becomes "nobody".
const NOBODY = 65_534

/**
 * Runs the tests in a folder of their own.
 * @param folder is created
 */
export async function runJob(job: Job, suite: Suite, folder: string, signal: AbortSignal): Promise<JobResult> {
  const { column, tests } = job
  const started = performance.now()
  const cwd = prepareFolder(job, suite, folder)
  const hosts: Record<string, string> = {}
  const seen: RequestEntry[] = []
  const oss = await startOss({
    dataDir: join(folder, 'data'),
    port: 0,
    region: REGION,
    accounts: [{ accessKeyId: KEY.id, accessKeySecret: KEY.secret }],
    durable: false,
    hosts,
    // The client writes a space in a key as a plus sign, and takes it that the service reads it so.
    switches: { plusIsSpace: column.direct },
    onRequest: (entry) => seen.push(entry),
  })
  const onBucket = (bucket: string): void => {
    if (column.style === 'cname') hosts[`${bucket.toLowerCase()}.${CNAME_DOMAIN}`] = bucket
  }
  const proxy = await startProxy({ column, port: oss.port, key: KEY, login: LOGIN, onBucket })
  try {
    const env = {
      OSS_TEST_ENDPOINT: column.direct ? `http://127.0.0.1:${oss.port}` : proxy.url,
      OSS_TEST_ACCESS_KEY_ID: KEY.id,
      OSS_TEST_ACCESS_KEY_SECRET: KEY.secret,
      OSS_TEST_PROXY_HOST: proxy.url,
      OSS_TEST_PROXY_USER: LOGIN.user,
      OSS_TEST_PROXY_PASSWORD: LOGIN.password,
      TMPDIR: cwd,
      TZ: 'UTC',
    }
    const output = await runProgram(suite.program, filterOf(tests), cwd, env, signal)
    const signed = seen.filter(({ accessKeyId }) => accessKeyId !== undefined)
    const strayed = signed.filter((entry) => !asColumn(entry, column, oss.port))
    return {
      ...job,
      results: readResults(output, tests),
      requests: signed.length,
      strayed: strayed.map(({ method, host, path, signed }) => `${method} ${host}${path} signed ${signed}`),
      ms: performance.now() - started,
    }
  } finally {
    await proxy.close()
    await oss.close()
  }
}

function prepareFolder({ tests }: Job, { sources }: Suite, folder: string): string {
  const cwd = join(folder, 'oss')
  const sample = join(folder, 'sample')
  for (const each of [folder, cwd, sample]) mkdirSync(each)
  chmodSync(folder, 0o711)
  copyFileSync(join(sources, 'bucket.go'), join(cwd, 'bucket.go'))
  const files = ['BingWallpaper-2015-11-07.jpg', 'The Go Programming Language.html'].map((name) => join(sample, name))
  // Whole seconds: one test measures how long the time is when it is written out.
  const time = Math.floor(Date.now() / 1000) - 60
  for (const file of files) {
    writeFileSync(file, picture())
    utimesSync(file, time, time)
  }
  if (NEEDS_BIG_FILE.has(suiteOf(tests[0] ?? ''))) files.push(join(cwd, BIG_FILE))
  if (files[2] !== undefined) writeFileSync(files[2], noise(BIG_BYTES))
  if (process.getuid?.() === 0) for (const each of [cwd, sample, ...files]) chownSync(each, NOBODY, NOBODY)
  return cwd
}

function filterOf(tests: readonly string[]): string {
  return `^(?:${tests.map((test) => test.replace('.', '[.]')).join('|')})$`
}

function runProgram(
  program: string,
  filter: string,
  cwd: string,
  env: Record<string, string>,
  signal: AbortSignal,
): Promise<string> {
  const args = ['-check.v', '-check.f', filter, '-test.run', '^Test$', '-test.timeout', `${JOB_MS}ms`]
  const user = process.getuid?.() === 0 ? { uid: NOBODY, gid: NOBODY } : {}
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { cwd, env, ...user, stdio: ['ignore', 'pipe', 'pipe'] })
    const stop = (): void => void child.kill('SIGKILL')
    signal.addEventListener('abort', stop)
    if (signal.aborted) stop()
    let output = ''
    const hear = (chunk: Buffer): void => void (output += chunk.toString())
    child.stdout.on('data', hear)
    child.stderr.on('data', hear)
    child.once('error', reject)
    child.once('close', () => {
      signal.removeEventListener('abort', stop)
      resolve(output)
    })
  })
}

/** Whether a request came signed and addressed as the column says. */
function asColumn(
  { signed, host, path, bucket }: RequestEntry,
  { version, style, direct }: Column,
  port: number,
): boolean {
  if (signed !== `${version}-header`) return false
  if (direct) return host === `127.0.0.1:${port}`
  if (bucket === undefined) return path === '/'
  if (style === 'path') return host === `localhost:${port}` && path.startsWith(`/${bucket}`)
  if (style === 'host') return host === `${bucket}.localhost:${port}`
  if (style === 'ip-host') return host === `${bucket}.oss-${REGION}.aliyuncs.com`
  return host === `${bucket.toLowerCase()}.${CNAME_DOMAIN}`
}
