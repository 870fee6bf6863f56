// Everything a test file prints and has printed: by itself, and by each process it starts.
import * as childProcess from 'node:child_process'
import { createRequire } from 'node:module'

import { secretsIn } from './secrets.ts'

export interface Printed {
  text(): string
  /** Of the environments that processes were given. */
  secrets: Map<string, string>
}

interface Collecting extends Printed {
  add(chunk: unknown): void
}

let current: Collecting | undefined

/** What is printed from now on is kept here; what processes started before print, where they were started. */
export function collect(): Printed {
  install()
  const chunks: Buffer[] = []
  current = {
    secrets: secretsIn(Object.entries(process.env).map(([name, value]) => `${name}=${value ?? ''}`)),
    add: (chunk) => {
      if (typeof chunk === 'string' || chunk instanceof Uint8Array) chunks.push(Buffer.from(chunk))
    },
    text: () => Buffer.concat(chunks).toString('latin1'),
  }
  return current
}

let installed = false

function install(): void {
  if (installed) return
  installed = true
  for (const stream of [process.stdout, process.stderr]) {
    const write = stream.write as (...given: unknown[]) => boolean
    stream.write = function (this: unknown, ...given: unknown[]) {
      current?.add(given[0])
      return write.apply(this, given)
    }
  }
  watchSpawn()
  watchSync()
}

/** Tees what comes through a child's pipes without reading them: whoever started it still gets all of it, when it likes. */
function watchSpawn(): void {
  const prototype = childProcess.ChildProcess.prototype as unknown as {
    spawn(options: { envPairs?: string[] }): unknown
    stdout: Pushing | null
    stderr: Pushing | null
  }
  interface Pushing {
    push(chunk: unknown, ...rest: unknown[]): boolean
  }
  const spawn = prototype.spawn
  prototype.spawn = function (this: typeof prototype, options) {
    const mine = current
    learn(options.envPairs)
    const result = spawn.call(this, options)
    for (const stream of [this.stdout, this.stderr]) {
      if (stream === null || stream === undefined) continue
      const push = stream.push
      stream.push = function (this: unknown, ...given) {
        mine?.add(given[0])
        return push.apply(this, given)
      }
    }
    return result
  }
}

/** What calls that wait return. Of those that fail, too: the error has it. */
function watchSync(): void {
  const exported = createRequire(__filename)('node:child_process') as Record<string, (...given: unknown[]) => unknown>
  for (const name of ['spawnSync', 'execSync', 'execFileSync']) {
    const call = exported[name]
    if (call === undefined) continue
    exported[name] = (...given) => {
      const options = given.find((one) => typeof one === 'object' && one !== null && !Array.isArray(one))
      const { env } = (options ?? {}) as { env?: Record<string, string | undefined> }
      learn(Object.entries(env ?? {}).map(([key, value]) => `${key}=${value ?? ''}`))
      const keep = (result: unknown) => {
        current?.add(result)
        const { stdout, stderr } = (result ?? {}) as { stdout?: unknown; stderr?: unknown }
        current?.add(stdout)
        current?.add(stderr)
      }
      try {
        const result = call(...given)
        keep(result)
        return result
      } catch (error) {
        keep(error)
        throw error
      }
    }
  }
}

function learn(env: readonly string[] = []): void {
  for (const [secret, name] of secretsIn(env)) current?.secrets.set(secret, name)
}
