import { spawn, type ChildProcess } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { Agent } from 'node:http'
import { PlatformFailure } from './failure.ts'
import { waitForPort } from './port.ts'

/** What it takes to start one instance. */
export interface InstanceStart {
  id: string
  port: number
  command: string[]
  cwd: string
  env: Record<string, string>
  startupMs: number
  /** Most memory in bytes; undefined: not watched. */
  memoryBytes: number | undefined
  /** Whether to freeze now; asked each time the instance falls idle. */
  freeze: () => boolean
  onOutput: (stream: 'stdout' | 'stderr', chunk: Buffer | undefined) => void
  /** Runs once after the port is open and before any request (the initializer hook). */
  initialize: ((instance: Instance) => Promise<void>) | undefined
}

/** How an instance ended. */
export interface InstanceEnd {
  code: number | null
  signal: NodeJS.Signals | null
  /** Set when the platform itself ended it. */
  reason: string | undefined
}

const MEMORY_WATCH_MS = 100
// A descendant that left the group may hold the pipes open for ever.
const LAST_WORDS_MS = 500

/**
 * One running copy of the function: a process group of its own, frozen whenever no request is in flight.
 * Nobody but the pool calls `retain`; whoever retained releases exactly once.
 */
export class Instance {
  readonly id: string
  readonly port: number
  readonly startedAt = Date.now()
  /** Resolves when requests may be sent; rejects with a PlatformFailure. */
  readonly ready: Promise<void>
  /** Resolves when the process is gone. Never rejects. */
  readonly exited: Promise<InstanceEnd>
  /** Kept-alive connections. No idle limit on this side, as on the platform's. */
  readonly agent = new Agent({ keepAlive: true, maxFreeSockets: 256 })
  inFlight = 0
  served = 0
  end: InstanceEnd | undefined
  /** Largest resident memory seen, in bytes; 0 where it cannot be read. */
  peakBytes = 0
  #frozen = false
  #ready = false
  /** The process ended; `end` follows once its output is read. */
  #gone = false
  #killReason: string | undefined
  #retired = false
  readonly #child: ChildProcess
  readonly #freeze: () => boolean

  constructor(start: InstanceStart) {
    this.id = start.id
    this.port = start.port
    this.#freeze = start.freeze
    const [file = '', ...args] = start.command
    this.#child = spawn(file, args, {
      cwd: start.cwd,
      env: start.env,
      stdio: ['ignore', 'pipe', 'pipe'],
      // A group of its own, so that what the function spawned is frozen and ended with it.
      detached: true,
    })
    this.#collect('stdout', start)
    this.#collect('stderr', start)
    this.exited = new Promise((resolve) => {
      const settle = (end: InstanceEnd): void => {
        if (this.end) return
        this.#gone = true
        this.end = end
        this.agent.destroy()
        resolve(end)
      }
      this.#child.once('exit', (code, signal) => {
        // What it spawned goes with it; and its last words are read before anybody is told.
        this.#signal('SIGKILL')
        this.#gone = true
        const end = { code, signal, reason: this.#killReason }
        this.#child.once('close', () => settle(end))
        setTimeout(() => settle(end), LAST_WORDS_MS).unref()
      })
      this.#child.once('error', (error) => settle({ code: null, signal: null, reason: error.message }))
    })
    this.ready = this.#start(start)
    // Whoever waits gets the reason; with nobody waiting it must not end this process.
    this.ready.catch(() => undefined)
    if (start.memoryBytes !== undefined) this.#watchMemory(start.memoryBytes)
  }

  get pid(): number | undefined {
    return this.#child.pid
  }

  /** Whether it may be given another request: alive and not being ended. */
  get usable(): boolean {
    return !this.#gone && this.#killReason === undefined
  }

  /** Whether a newer version has taken its place. */
  get retired(): boolean {
    return this.#retired
  }

  get frozen(): boolean {
    return this.#frozen
  }

  /** Counts a request in, waking the instance up first. */
  retain(): void {
    this.inFlight++
    if (this.#frozen) {
      this.#signal('SIGCONT')
      this.#frozen = false
    }
  }

  /** Counts a request out; the last one leaves a frozen process behind. */
  release(): void {
    this.inFlight--
    this.#endIfRetired()
    this.#freezeIfIdle()
  }

  /** No further request: what is in flight ends here, then the instance does. */
  retire(): void {
    this.#retired = true
    this.#endIfRetired()
  }

  /** Ends the instance at once, whatever it is doing. Resolves when it is gone. */
  async kill(reason: string): Promise<void> {
    this.killNow(reason)
    await this.exited
  }

  killNow(reason: string): void {
    if (this.#gone) return
    this.#killReason ??= reason
    this.#signal('SIGKILL')
  }

  async #start(start: InstanceStart): Promise<void> {
    const gone = new AbortController()
    void this.exited.then(() => gone.abort())
    const listening = await waitForPort(start.port, start.startupMs, gone.signal)
    if (this.end) {
      const why = this.end.reason ?? `exit code ${this.end.code ?? this.end.signal}`
      throw new PlatformFailure('start', `Function instance exited before it listened (${why})`)
    }
    if (!listening) {
      this.killNow('not started')
      throw new PlatformFailure('start', `Function instance did not listen within ${start.startupMs / 1000} seconds`)
    }
    try {
      await start.initialize?.(this)
    } catch (error) {
      this.killNow('initializer failed')
      throw error
    }
    this.#ready = true
    this.#freezeIfIdle()
  }

  #endIfRetired(): void {
    if (this.#retired && this.inFlight === 0) this.killNow('replaced by a newer version')
  }

  #freezeIfIdle(): void {
    if (this.inFlight > 0 || !this.#ready || this.#gone || this.#frozen || !this.#freeze()) return
    this.#frozen = true
    this.#signal('SIGSTOP')
  }

  #collect(stream: 'stdout' | 'stderr', start: InstanceStart): void {
    this.#child[stream]?.on('data', (chunk: Buffer) => start.onOutput(stream, chunk))
    this.#child[stream]?.once('end', () => start.onOutput(stream, undefined))
  }

  #signal(signal: NodeJS.Signals): void {
    const { pid } = this.#child
    if (pid === undefined || this.#gone) return
    try {
      process.kill(-pid, signal)
    } catch {
      // Gone between the check and the call: its exit event is on the way.
    }
  }

  #watchMemory(limitBytes: number): void {
    const timer = setInterval(() => {
      if (this.inFlight === 0) return
      void residentBytes(this.pid).then((bytes) => {
        this.peakBytes = Math.max(this.peakBytes, bytes)
        if (bytes > limitBytes) this.killNow('out of memory')
      })
    }, MEMORY_WATCH_MS)
    timer.unref()
    void this.exited.then(() => clearInterval(timer))
  }
}

/** Resident memory of a process in bytes; 0 where the system does not say (not Linux, or gone). */
async function residentBytes(pid: number | undefined): Promise<number> {
  try {
    const status = await readFile(`/proc/${pid}/status`, 'latin1')
    return Number(/^VmRSS:\s+(\d+) kB/m.exec(status)?.[1] ?? 0) * 1024
  } catch {
    return 0
  }
}
