// One worker as the pool sees it: a child process that makes one picture at a time.
import { type ChildProcess, spawn } from 'node:child_process'
import type { Duplex } from 'node:stream'

import { frame, frameReader } from './frames.ts'
import { allocatorSettings } from './memory.ts'
import { CHANNEL, type FromWorker, type ToWorker } from './messages.ts'

export interface WorkerEvents {
  message(message: FromWorker, body: Buffer): void
  /** The process is gone, or could not be started; comes once. `how` is for the log. */
  gone(how: string): void
}

export interface WorkerProcess {
  readonly pid: number | undefined
  send(message: ToWorker, body?: Uint8Array): void
  /** At once, whatever it is doing. */
  kill(): void
}

export interface WorkerStart {
  /** The built entry/worker.ts. */
  workerPath: string
  env?: Record<string, string>
}

/**
 * Starts a worker. It and its pipe do not keep this process alive; whoever waits for it has a timer that does. What goes
 * wrong with the start is told by `gone`, never thrown.
 */
export function startWorker(start: WorkerStart, events: WorkerEvents): WorkerProcess {
  let child: ChildProcess | undefined
  let channel: (Duplex & { unref?: () => void }) | undefined
  let told = false
  const gone = (how: string) => {
    if (told) return
    told = true
    channel?.destroy()
    events.gone(how)
  }
  try {
    child = takeAhead(start) ?? spawnWorker(start)
  } catch (error) {
    // Some failures of the system are events, others (no memory, say) are thrown.
    setImmediate(gone, String(error))
  }
  child?.unref()
  child?.once('error', (error) => gone(error.message))
  child?.once('exit', (code, signal) => gone(signal ?? `exit ${code}`))

  channel = child?.stdio[CHANNEL] as typeof channel
  const receive = frameReader((head, body) => {
    if (!told) events.message(head as FromWorker, body)
  })
  channel?.unref?.()
  channel?.on('data', receive)
  // Its end is told by `exit`.
  channel?.on('error', () => undefined)

  return {
    get pid() {
      return child?.pid
    },
    send(message, body) {
      if (channel === undefined || channel.destroyed) return
      channel.cork()
      for (const part of frame(message, body)) channel.write(part)
      channel.uncork()
    },
    kill: () => void child?.kill('SIGKILL'),
  }
}

let ahead: { start: WorkerStart; child: ChildProcess } | undefined

/** Has the system begun with a worker; the next `startWorker` with the same start takes it, if it still lives then. */
export function spawnAhead(start: WorkerStart): void {
  try {
    const child = spawnWorker(start)
    child.on('error', () => undefined)
    child.unref()
    ahead = { start, child }
  } catch {
    // Whoever starts a worker will be told.
  }
}

function takeAhead({ workerPath, env = {} }: WorkerStart): ChildProcess | undefined {
  const found = ahead
  ahead = undefined
  if (found === undefined || found.start.workerPath !== workerPath || Object.keys(env).length > 0) return undefined
  const { child } = found
  return child.pid !== undefined && child.exitCode === null && child.signalCode === null ? child : undefined
}

function spawnWorker({ workerPath, env = {} }: WorkerStart): ChildProcess {
  const functionMb = Number(process.env['FC_FUNCTION_MEMORY_SIZE'] ?? Infinity)
  return spawn(process.execPath, ['--expose-gc', workerPath], {
    // What a worker could print is the last word of an abort.
    stdio: ['ignore', 'ignore', 'inherit', 'pipe'],
    env: { ...workerEnvironment(process.env), ...allocatorSettings(functionMb), UV_THREADPOOL_SIZE: '2', ...env },
  })
}

/** A worker knows no secret: what a hostile picture may ever get out of a decoder, it is not the keys to the buckets. */
function workerEnvironment(env: NodeJS.ProcessEnv): Record<string, string> {
  const kept: Record<string, string> = {}
  for (const [name, value] of Object.entries(env)) {
    if (
      value !== undefined &&
      /^(PATH|HOME|TZ|TMPDIR|LANG|LC_\w+|LD_\w+|NODE_\w+|VIPS_\w+|FONTCONFIG_\w+)$/.test(name)
    ) {
      kept[name] = value
    }
  }
  return kept
}
