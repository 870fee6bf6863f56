// A soak: strangers' files through the whole path, with everything going wrong at times, and every answer judged.
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

import { bucketLister } from '../listing/bucket.ts'
import { type LocalCloud, startCloud } from '../local/cloud.ts'
import { ownerClient } from '../owner.ts'
import { inParallel } from '../running/workers.ts'
import { anyFault } from './faults.ts'
import { bases, mutate } from './inputs.ts'
import { OPERATIONS, wrongWith } from './judge.ts'
import type { Printed } from './log-lines.ts'
import { seededRandom } from './random.ts'
import { HUNG_MS, readerOf } from './reader.ts'
import { countLines, emptyReport, type SoakReport } from './report.ts'
import { held, slopePercent } from './watch.ts'

export interface SoakOptions {
  seed: number
  requests: number
  /** Folder the build wrote. */
  codeDir: string
  dataDir: string
  /** Files of this folder are damaged as well; those above 256 KB are left out. */
  corpusDir?: string
  /** Of several things going wrong on purpose: none of them. */
  peaceful?: boolean
  onProgress?: (done: number, note: string) => void
  signal?: AbortSignal
}

/** Answers that asking again would not change. */
const DEFINITE = new Set([200, 400, 403, 404, 413, 415, 422])

/** Requests to the function for one that was answered: a reader's key with or without operations. */
interface Asked {
  key: string
  source: string
  operation: string | undefined
}

/** A status that is right, and 200 wherever the bytes say so; everything else is in `failures`. */
export async function soak(options: SoakOptions): Promise<SoakReport> {
  const random = seededRandom(options.seed)
  const files = await bases()
  for (const [name, bytes] of corpus(options.corpusDir)) files.set(name, bytes)
  const lines: Printed[] = []
  const cloud = await startCloud({
    port: 0,
    dataDir: options.dataDir,
    codeDir: options.codeDir,
    // What the platform says of its own failures with 200 would be stored by OSS whatever the function did.
    gatewaySwitches: { exitStatus: 502, startFailureStatus: 502, timeoutStatus: 502, exceptionStatus: 502 },
    onLog: (line) => lines.push(line),
  })
  try {
    return await run(cloud, options, random, files, lines)
  } finally {
    await cloud.close()
  }
}

async function run(
  cloud: LocalCloud,
  options: SoakOptions,
  random: ReturnType<typeof seededRandom>,
  files: Map<string, Buffer>,
  lines: Printed[],
): Promise<SoakReport> {
  const { addresses, gateway, oss } = cloud
  const started = Date.now()
  const owner = ownerClient({ ...addresses, endpoint: addresses.oss }, addresses.originals)
  const reader = readerOf(addresses)
  const uploaded = new Map<string, Buffer>()
  const answered = new Map<string, Buffer>()
  const disturbed = new Set<string>()
  const again = new Map<string, Asked>()
  const memory: { all: number; function: number; workers: number }[] = []
  const report = emptyReport(options.seed)
  let troubled = false
  let fired = 0

  const fail = (asked: Asked, why: string) => {
    const input = uploaded.get(asked.source)
    report.failures.push({ key: asked.key, why, ...(input === undefined ? {} : { input }) })
  }

  async function ask(asked: Asked): Promise<void> {
    if (troubled) disturbed.add(asked.key)
    const { status, ms, ...answer } = await reader.read(asked.key)
    report.requests++
    report.statuses[status === 0 ? 'broken' : status] = (report.statuses[status === 0 ? 'broken' : status] ?? 0) + 1
    if (ms > HUNG_MS) {
      report.hung++
      fail(asked, `took ${ms} ms`)
    }
    if (troubled) disturbed.add(asked.key)
    if (status === 200) {
      const original = uploaded.get(asked.source)
      const before = answered.get(asked.key)
      const why =
        original === undefined
          ? 'a picture of nothing'
          : before?.equals(answer.body) === true
            ? undefined
            : await wrongWith(original, asked.operation, answer)
      if (why !== undefined) {
        report.wrongAnswered++
        fail(asked, why)
      }
      answered.set(asked.key, before ?? answer.body)
    } else if (status !== 404 || uploaded.has(asked.source)) again.set(asked.key, asked)
  }

  /** Draws what happens next; all drawing and uploading is done in order, so that a seed means the same run. */
  async function draw(step: number): Promise<() => Promise<void>> {
    const kind = random.next()
    const known = [...uploaded.keys()]
    const operation = random.next() < 0.35 ? random.pick(Object.keys(OPERATIONS)) : undefined
    const keyOf = (source: string) => (operation === undefined ? source : `${source}__op__${operation}`)
    if (kind < 0.6 || known.length === 0) {
      const { name, bytes } = mutate(files, random)
      const source = `${step}/${name}`
      report.inputs++
      await owner.put(source, bytes)
      uploaded.set(source, bytes)
      return () => ask({ key: keyOf(source), source, operation })
    }
    const source = random.pick(known)
    const one: Asked = { key: keyOf(source), source, operation }
    if (kind < 0.93) return () => ask(one)
    if (kind < 0.96)
      return () => ask({ key: `missing/${step}.jpg`, source: `missing/${step}.jpg`, operation: undefined })
    return async () => {
      await Promise.all(Array.from({ length: 5 }, () => ask(one)))
    }
  }

  async function trouble(step: number): Promise<void> {
    fired += oss.faults.list().reduce((sum, fault) => sum + fault.fired, 0)
    oss.faults.clear()
    troubled = random.next() < 0.5
    const kill = random.next()
    const fault = anyFault(random, addresses.originals, addresses.compressed)
    if (!troubled || options.peaceful === true) {
      troubled = false
      return
    }
    oss.faults.add(fault)
    // Memory is looked at in the second half, and a new process takes some two thousand steps to have what it needs.
    if (step > options.requests / 4) return
    const [instance] = gateway.instances()
    if (instance === undefined) return
    if (kill < 0.1) {
      report.killed.instances++
      await gateway.killInstance(instance.id)
    } else if (kill < 0.3) {
      const [worker] = held(instance.pid)?.workers ?? []
      if (worker === undefined) return
      try {
        process.kill(worker, 'SIGKILL')
        report.killed.workers++
      } catch {
        // It was gone by itself.
      }
    }
  }

  const parallel = 2 * availableParallelism()
  const running = new Set<Promise<void>>()
  let mostDescriptors = 0
  for (let step = 0; step < options.requests && options.signal?.aborted !== true; step++) {
    if (step % 20 === 0) await trouble(step)
    const action = await draw(step)
    const doing = action().catch((error: unknown) => {
      report.failures.push({ key: `step ${step}`, why: `the soak itself: ${String(error)}` })
    })
    running.add(doing)
    void doing.finally(() => running.delete(doing))
    while (running.size >= parallel) await Promise.race(running)
    if (step % 10 === 0) {
      const [instance] = gateway.instances()
      const now = instance === undefined ? undefined : held(instance.pid)
      if (now !== undefined) {
        const all = now.functionBytes + now.workerBytes
        report.memory.peakMb = Math.max(report.memory.peakMb, Math.round(all / 1e6))
        if (step > options.requests / 2) memory.push({ all, function: now.functionBytes, workers: now.workerBytes })
        if (step < 0.75 * options.requests) mostDescriptors = Math.max(mostDescriptors, now.descriptors)
      }
      options.onProgress?.(step, `${report.failures.length} wrong, ${report.faultsInjected + fired} faults`)
    }
  }
  await Promise.all(running)
  fired += oss.faults.list().reduce((sum, fault) => sum + fault.fired, 0)
  oss.faults.clear()
  report.faultsInjected = fired
  troubled = false

  /** What the function itself says once nothing is wrong any more; 503 means to try again, which is done a few times. */
  async function settled(key: string): Promise<{ status: number; said: string }> {
    for (let attempt = 1; ; attempt++) {
      const { status, retryAfter, body } = await reader.askFunction(key)
      if (DEFINITE.has(status) || attempt === 4) return { status, said: body.toString('utf8', 0, 200) }
      await sleep(1000 * Number(retryAfter ?? 0))
    }
  }

  options.onProgress?.(options.requests, `asking again for ${again.size} that failed`)
  await inParallel(parallel, again.values(), async (asked) => {
    if (answered.has(asked.key)) return
    const { status, said } = await settled(asked.key)
    if (DEFINITE.has(status)) {
      if (status === 200) report.recovered++
      await ask(asked)
    } else {
      report.notRecovered++
      fail(asked, `still ${status} without any fault: ${said}`)
    }
  })

  const [last] = gateway.instances()
  if (last !== undefined) {
    const end = held(last.pid)
    // At rest, above the most it ever had in three quarters of the run, give or take what connections to the bucket are kept.
    report.leaked.descriptors = Math.max(0, (end?.descriptors ?? 0) - mostDescriptors - parallel)
    report.leaked.processes = Math.max(0, (end?.workers.length ?? 0) - availableParallelism())
  }
  options.onProgress?.(options.requests, 'judging what is stored')
  await judgeStored()

  async function judgeStored(): Promise<void> {
    const bucket = ownerClient({ ...addresses, endpoint: addresses.oss }, addresses.compressed)
    for await (const page of bucketLister(bucket).pages({ prefix: '', after: '' })) {
      await inParallel(parallel, page, ({ key }) => judgeObject(bucket, key))
    }
  }

  async function judgeObject(bucket: ReturnType<typeof ownerClient>, key: string): Promise<void> {
    const { content, res } = await bucket.get(key)
    const [source = '', operation] = key.split('__op__')
    const original = uploaded.get(source)
    const headers = res.headers as Record<string, string | undefined>
    const answer = {
      contentType: headers['content-type'] ?? '',
      body: content as Buffer,
    }
    const why =
      original === undefined
        ? 'stored, although there is no original'
        : answered.get(key)?.equals(answer.body) === true
          ? undefined
          : await wrongWith(original, operation, answer)
    if (why === undefined) return
    report.wrongStored++
    fail({ key, source, operation }, `stored: ${why}`)
  }

  countLines(lines, report, (key) => disturbed.has(key) || again.has(key))
  report.memory.samples = memory.length
  report.memory.slopePercentOfLastHalf = slopePercent(memory.map(({ all }) => all))
  report.memory.ofFunction = slopePercent(memory.map((one) => one.function))
  report.memory.ofWorkers = slopePercent(memory.map(({ workers }) => workers))
  report.seconds = Math.round((Date.now() - started) / 1000)
  return report
}

function corpus(folder: string | undefined): [string, Buffer][] {
  if (folder === undefined) return []
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name))
    .filter((path) => statSync(path).size <= 262_144)
    .sort()
    .map((path, at) => [`c${at}-${path.replace(/^.*\.(\w+)$/, 'x.$1').replace(/[^\w.-]/g, '_')}`, readFileSync(path)])
}
