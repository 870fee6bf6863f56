import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import { instanceEnvironment } from './environment.ts'
import { startGuard } from './guard.ts'
import { Instance } from './instance.ts'
import type { LogBook } from './log-book.ts'
import { releasePort, takePort } from './port.ts'
import type { GatewayOptions, GatewaySwitches } from './spec.ts'

/** The interpreter path on the platform; s.yaml names it, no laptop has it. */
const PLATFORM_NODE = /^\/var\/fc\/lang\/nodejs\d+\/bin\/node$/

/** The instances of one function. */
export interface Pool {
  /** An instance with room, one more request counted in; undefined when all are full. Release it when done. */
  acquire(): Promise<Instance | undefined>
  instances(): readonly Instance[]
  counters: { started: number; crashed: number }
  /** Changed settings, as a deployment brings them: what is in flight ends where it is, what comes next gets new instances. */
  update(environment: Record<string, string>): Promise<void>
  close(): Promise<void>
}

/** The command line of an instance. Built-in runtimes run our bootstrap, as the platform runs its own. */
export function startCommand(options: GatewayOptions): string[] {
  const node = options.nodePath ?? process.execPath
  if (options.function.runtime === 'nodejs20') {
    return [node, join(process.cwd(), 'scripts', 'local', 'fc', 'bootstrap.cjs')]
  }
  const [file = '', ...args] = options.function.command
  return [PLATFORM_NODE.test(file) ? node : file, ...args]
}

export async function createPool(
  options: GatewayOptions,
  switches: GatewaySwitches,
  logs: LogBook,
  initialize: ((instance: Instance) => Promise<void>) | undefined,
): Promise<Pool> {
  const spec = { ...options.function }
  const concurrency = spec.runtime === 'nodejs20' ? 1 : spec.instanceConcurrency
  const guard = startGuard()
  const live = new Set<Instance>()
  const counters = { started: 0, crashed: 0 }
  let closing = false
  let turn = 0

  // Ports are found ahead of time, so that choosing an instance stays one synchronous step and never oversteps the limit.
  const ports: number[] = []
  for (let count = 0; count < options.instances; count++) ports.push(await takePort())

  const killAll = (): void => live.forEach((instance) => instance.killNow('gateway closed'))
  process.once('exit', killAll)

  function start(port: number): Instance {
    const id = `c-${randomUUID()}`
    const instance = new Instance({
      id,
      port,
      command: startCommand(options),
      cwd: spec.codeDir,
      env: instanceEnvironment(spec, {
        instanceId: id,
        port,
        region: options.region,
        accountId: options.accountId ?? '1',
        credentials: switches.credentialEnvironment ? options.credentials() : undefined,
      }),
      startupMs: switches.startupMs,
      memoryBytes: switches.memoryLimit ? spec.memoryMb * 1024 * 1024 : undefined,
      freeze: () => switches.freeze,
      onOutput: output(logs, id),
      initialize,
    })
    counters.started++
    live.add(instance)
    const { pid } = instance
    if (pid !== undefined) guard.add(pid)
    void instance.exited.then((end) => {
      if (pid !== undefined) guard.remove(pid)
      live.delete(instance)
      // Its place was given to a newer one.
      if (instance.retired) releasePort(port)
      else ports.push(port)
      if (end.reason === undefined) counters.crashed++
    })
    return instance
  }

  function choose(): Instance | undefined {
    const free = [...live].filter((instance) => instance.usable && !instance.retired && instance.inFlight < concurrency)
    const port = switches.spread || free.length === 0 ? ports.shift() : undefined
    if (port !== undefined) return start(port)
    // Round robin over what is free when spreading; otherwise the oldest is filled up first.
    return switches.spread ? free[turn++ % Math.max(free.length, 1)] : free[0]
  }

  return {
    async acquire() {
      for (;;) {
        const instance = closing ? undefined : choose()
        instance?.retain()
        const ending = [...live].filter((other) => !other.usable)
        if (instance || closing || ending.length === 0) return instance
        // One is on its way out and holds a place: the platform would already have started its successor.
        await Promise.race(ending.map(async (other) => other.exited))
      }
    },
    instances: () => [...live],
    counters,
    async update(environment) {
      const places: number[] = []
      for (let count = 0; count < options.instances; count++) places.push(await takePort())
      for (const port of ports.splice(0, ports.length, ...places)) releasePort(port)
      spec.environment = { ...spec.environment, ...environment }
      for (const instance of live) instance.retire()
    },
    async close() {
      closing = true
      killAll()
      await Promise.all([...live].map(async (instance) => instance.exited))
      process.removeListener('exit', killAll)
      guard.close()
      for (const port of ports) releasePort(port)
    },
  }
}

function output(logs: LogBook, id: string): (stream: 'stdout' | 'stderr', chunk: Buffer | undefined) => void {
  const writers = { stdout: logs.writer(id, 'stdout'), stderr: logs.writer(id, 'stderr') }
  return (stream, chunk) => writers[stream](chunk)
}
