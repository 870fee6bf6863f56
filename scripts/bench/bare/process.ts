// Bare sharp in a process of its own, with the interpreter, the sharp and the environment of the function.
import { execFile, fork } from 'node:child_process'
import { copyFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'

import { functionNode } from '../../local/cloud.ts'
import type { Job } from './job.ts'

const run = promisify(execFile)
const ENVIRONMENT = { MALLOC_ARENA_MAX: '2', PATH: '/usr/local/bin:/usr/bin:/bin', HOME: '/tmp' }

export interface BareProcess {
  pid: number
  /** The picture. */
  make(job: Job): Promise<Buffer>
  /** Makes it and keeps it: milliseconds, without sending pixels about. */
  time(job: Job): Promise<number>
  close(): void
}

interface Told {
  id: number
  ms: number
  bytes?: Uint8Array
  error?: string
}

/** Puts the script beside the built function, so that both load the same copy of sharp. */
function script(codeDir: string): string {
  const path = join(codeDir, 'bare.cjs')
  copyFileSync(join(process.cwd(), 'scripts', 'bench', 'bare', 'worker.cjs'), path)
  return path
}

export function startBare(codeDir: string): BareProcess {
  const child = fork(script(codeDir), [], {
    execPath: functionNode().path,
    execArgv: [],
    env: ENVIRONMENT,
    serialization: 'advanced',
  })
  const waiting = new Map<number, { resolve(told: Told): void; reject(error: Error): void }>()
  let last = 0
  child.on('message', (message) => {
    const told = message as Told
    const waiter = waiting.get(told.id)
    waiting.delete(told.id)
    if (told.error === undefined) waiter?.resolve(told)
    else waiter?.reject(new Error(told.error))
  })
  child.once('exit', (code, signal) => {
    for (const { reject } of waiting.values()) reject(new Error(`The bare process ended: ${code ?? signal}`))
  })
  const ask = (job: Job, wanted: boolean): Promise<Told> =>
    new Promise((resolve, reject) => {
      const id = last++
      waiting.set(id, { resolve, reject })
      child.send({ id, job, wanted })
    })
  return {
    pid: child.pid ?? 0,
    make: async (job) => Buffer.from((await ask(job, true)).bytes ?? []),
    time: async (job) => (await ask(job, false)).ms,
    close: () => void child.kill('SIGKILL'),
  }
}

/** From the start of a process to the whole picture on its standard output. */
export async function makeOnce(codeDir: string, job: Job): Promise<{ bytes: Buffer; ms: number }> {
  const started = performance.now()
  const { stdout } = await run(functionNode().path, [script(codeDir), JSON.stringify(job)], {
    env: ENVIRONMENT,
    encoding: 'buffer',
    maxBuffer: 1 << 28,
    timeout: 120_000,
  })
  return { bytes: stdout, ms: performance.now() - started }
}
