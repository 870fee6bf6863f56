// A load: more readers than the function can serve, for a while, and whether it stays itself before, meanwhile and afterwards.
import { availableParallelism } from 'node:os'
import { setTimeout as sleep } from 'node:timers/promises'

import { type LocalCloud, startCloud } from '../local/cloud.ts'
import { ownerClient } from '../owner.ts'
import { inParallel } from '../running/workers.ts'
import { wrongWith } from './judge.ts'
import { type Arrival, ARRIVALS_PER_MISS, loadMaterial, type LoadPlan, planLoad } from './load-plan.ts'
import { answersOf, type LoadReport, memoryOf, type Sample } from './load-report.ts'
import { crashedIn, madeIn, type Printed, unforeseen } from './log-lines.ts'
import { seededRandom } from './random.ts'
import { type Got, HUNG_MS, type Reader, readerOf } from './reader.ts'
import { descriptorsBesidesSockets, held, proportionalBytes } from './watch.ts'

export interface LoadOptions {
  seed: number
  /** Of readers, together. */
  requests: number
  /** Folder the build wrote. */
  codeDir: string
  dataDir: string
  /** Requests one instance takes at a time, as in s.yaml; more are refused by the platform. */
  concurrency: number
  /** Missing keys asked for to find out what the function can do. */
  trials?: number
  /** How much more than it can do is asked. */
  times?: number
  /** Of what is asked for one by one: straight, as the mirror asks. */
  straightShare?: number
  /** How long is looked for a request as fast as before; 0: not at all. */
  recoveryMs?: number
  /** Added to the function's settings. */
  environment?: Record<string, string>
  onProgress?: (done: number, note: string) => void
  signal?: AbortSignal
}

const SAMPLE_MS = 500

/** Alone again, when nobody is before it: half as long again, and what any timer is late. */
const asFast = (ms: number, beforeMs: number) => ms <= 1.5 * beforeMs + 30

/** Lone requests before the load: their median counts. */
const LONE_BEFORE = 9

/** Lone requests after the load, at most; they come one after the other. */
const MOST_PROBES = 150
const MOST_RECOVERY_MS = 30_000

export async function load(options: LoadOptions): Promise<LoadReport> {
  const lines: Printed[] = []
  const { seed, requests, trials = 120, straightShare = 0.1, recoveryMs = MOST_RECOVERY_MS } = options
  const lone = LONE_BEFORE + (recoveryMs > 0 ? MOST_PROBES : 0) + 1
  const plan = planLoad({ seed, requests, trials, lone, straightShare }, await loadMaterial())
  const cloud = await startCloud({
    port: 0,
    dataDir: options.dataDir,
    codeDir: options.codeDir,
    instanceConcurrency: options.concurrency,
    ...(options.environment === undefined ? {} : { environment: options.environment }),
    // What the platform says of its own failures with 200 would be stored by OSS whatever the function did.
    gatewaySwitches: { exitStatus: 502, startFailureStatus: 502, timeoutStatus: 502, exceptionStatus: 502 },
    onLog: (line) => lines.push(line),
  })
  try {
    return await run(cloud, options, plan, lines)
  } finally {
    await cloud.close()
  }
}

async function run(cloud: LocalCloud, options: LoadOptions, plan: LoadPlan, lines: Printed[]): Promise<LoadReport> {
  const { addresses, gateway } = cloud
  const reader = readerOf(addresses)
  const owner = ownerClient({ ...addresses, endpoint: addresses.oss }, addresses.originals)
  options.onProgress?.(0, `uploading ${plan.originals.size} originals`)
  await inParallel(8, plan.originals, async ([key, bytes]) => void (await owner.put(key, bytes)))
  await inParallel(2, plan.hits, async (key) => {
    // On a machine that is busy with something else, too, not every first try succeeds.
    for (let tries = 0; tries < 5 && (await reader.read(key)).status !== 200; tries++);
  })

  options.onProgress?.(0, 'measuring what it can do')
  const trialBegan = performance.now()
  await inParallel(2 * availableParallelism(), plan.trial, async (key) => void (await reader.read(key)))
  const capacity = (plan.trial.length * 1000) / (performance.now() - trialBegan)
  const lone = plan.lone.values()
  const alone = async () => reader.read(lone.next().value ?? '')
  const before: Got[] = []
  for (let i = 0; i < LONE_BEFORE; i++) before.push(await alone())
  const loneMs = before.map(({ ms }) => ms).sort((one, other) => one - other)[LONE_BEFORE >> 1] ?? 0

  const pid = gateway.instances()[0]?.pid
  const heldBefore = held(pid)?.descriptors ?? 0
  const besidesSocketsBefore = descriptorsBesidesSockets(pid)
  const sampler = sampleOf(cloud)
  const answered = gateway.invocations.length
  const loadBegan = performance.now()
  const missesPerSecond = capacity * (options.times ?? 2)
  const late: number[] = []
  const asked = askAll(reader, plan.arrivals, missesPerSecond * ARRIVALS_PER_MISS, late, options)
  await asked.sent
  const sentAt = performance.now()
  const sentMs = sentAt - loadBegan

  const [afterMs, answers] = await Promise.all([
    untilAsFast(alone, loneMs, sentAt, options.recoveryMs ?? MOST_RECOVERY_MS),
    asked.answers,
  ])
  const samples = sampler.stop()
  const firstStatus = (await alone()).status

  const functionTimes = new Map<string, number[]>()
  const invocations = gateway.invocations.slice(answered)
  for (const { status, failure, ms } of invocations)
    add(functionTimes, failure === 'throttled' ? 'refused' : (failure ?? String(status)), ms)
  const readerTimes = new Map<string, number[]>()
  for (const { status, ms } of answers.map(({ got }) => got))
    add(readerTimes, status === 0 ? 'broken' : `${status}`, ms)
  const made = madeIn(lines)
  const [instance] = gateway.instances()
  const end = held(instance?.pid)
  const wrong = await judge(answers, plan.originals)
  const twice = [...made].filter(([, times]) => times > 1)
  return {
    seed: options.seed,
    concurrency: options.concurrency,
    capacityPerSecond: oneDecimal(capacity),
    offeredPerSecond: oneDecimal((missesOf(plan.arrivals) * 1000) / sentMs),
    requests: answers.length,
    seconds: oneDecimal(sentMs / 1000),
    readers: answersOf(readerTimes),
    function: answersOf(functionTimes),
    withoutRetryAfter: answers.filter(({ got }) => got.status === 503 && got.retryAfter === undefined).length,
    wrong: wrong.length,
    hung: invocations.filter(({ ms }) => ms > HUNG_MS).length,
    made: made.size,
    madeTwice: twice.length,
    crashed: gateway.counters.crashed + crashedIn(lines),
    memory: memoryOf(samples),
    descriptors: {
      before: heldBefore,
      most: Math.max(0, ...samples.map(({ descriptors }) => descriptors)),
      after: end?.descriptors ?? 0,
      besidesSocketsBefore,
      besidesSocketsAfter: descriptorsBesidesSockets(instance?.pid),
    },
    recovery: { loneMs, firstStatus, afterMs },
    lateMs: answersOf(new Map([['', late]]))['']?.p95Ms ?? 0,
    failures: [...wrong, ...unforeseen(lines), ...twice.map(([key, times]) => ({ key, why: `made ${times} times` }))],
  }
}

interface Answer {
  arrival: Arrival
  got: Got
}

/**
 * Open loop: readers come when they come, however long those before them wait.
 * @param late by how many ms each was sent too late, because this process or machine had no time.
 */
function askAll(
  reader: Reader,
  arrivals: readonly Arrival[],
  perSecond: number,
  late: number[],
  { seed, signal, onProgress }: LoadOptions,
): { sent: Promise<void>; answers: Promise<Answer[]> } {
  const random = seededRandom(seed)
  const asking: Promise<Answer>[] = []
  const send = async () => {
    let at = performance.now()
    for (const arrival of arrivals) {
      if (signal?.aborted === true) break
      at += (-Math.log(1 - random.next()) * 1000) / perSecond
      const early = at - performance.now()
      if (early >= 1) await sleep(early)
      late.push(Math.round(performance.now() - at))
      for (let one = 0; one < arrival.readers; one++) {
        const got = arrival.straight ? reader.askFunction(arrival.key) : reader.read(arrival.key)
        asking.push(got.then((answer) => ({ arrival, got: answer })))
      }
      onProgress?.(asking.length, 'loading')
    }
  }
  const sent = send()
  return { sent, answers: sent.then(() => Promise.all(asking)) }
}

/** What was answered with 200 and is not what it should be. Looked at afterwards: it takes a core. */
async function judge(
  answers: readonly Answer[],
  originals: ReadonlyMap<string, Buffer>,
): Promise<{ key: string; why: string }[]> {
  const wrong: { key: string; why: string }[] = []
  const right = new Map<string, Buffer[]>()
  for (const { arrival, got } of answers) {
    if (got.status !== 200) continue
    const { key, source, operation } = arrival
    const known = right.get(key) ?? []
    if (known.some((body) => body.equals(got.body))) continue
    const original = originals.get(source ?? '')
    const why = original === undefined ? 'a picture of nothing' : await wrongWith(original, operation, got)
    if (why === undefined) right.set(key, [...known, got.body])
    else wrong.push({ key, why })
  }
  return wrong
}

/** Asks one after the other, alone but for those of the load who still wait. @returns ms since `sentAt`; undefined: not seen. */
async function untilAsFast(
  alone: () => Promise<Got>,
  beforeMs: number,
  sentAt: number,
  mostMs: number,
): Promise<number | undefined> {
  const since = () => Math.round(performance.now() - sentAt)
  for (let probe = 0; probe < MOST_PROBES && since() < mostMs; probe++) {
    const { status, ms } = await alone()
    if (status === 200 && asFast(ms, beforeMs)) return since()
    // Refused at once, it would come again at once.
    if (status !== 200) await sleep(50)
  }
  return undefined
}

/** Looks at the function's processes now and then until it is told to stop. */
function sampleOf({ gateway }: LocalCloud): { stop(): Sample[] } {
  const samples: Sample[] = []
  const began = performance.now()
  const timer = setInterval(() => {
    const pid = gateway.instances()[0]?.pid
    const now = held(pid)
    if (pid === undefined || now === undefined) return
    const { workers, ...rest } = now
    const ms = Math.round(performance.now() - began)
    samples.push({ ms, ...rest, proportionalBytes: proportionalBytes([pid, ...workers]) })
  }, SAMPLE_MS)
  return {
    stop() {
      clearInterval(timer)
      return samples
    },
  }
}

function missesOf(arrivals: readonly Arrival[]): number {
  return arrivals.filter(({ kind }) => kind === 'miss').length
}

function add(times: Map<string, number[]>, name: string, ms: number): void {
  const known = times.get(name)
  if (known === undefined) times.set(name, [ms])
  else known.push(ms)
}

function oneDecimal(value: number): number {
  return Math.round(value * 10) / 10
}
