// Renders where they can be stopped: `compress` and `render` with the same arguments, results and errors as the image
// room's own, carried out in worker processes. A job that outlives its time, or takes its worker down, ends as a fault of
// its own; everybody else's goes on.
import { availableParallelism } from 'node:os'

import type { Compressed, CompressOptions, KeptReason } from '../image/compress.ts'
import { ImageFault } from '../image/fault.ts'
import type { Operation } from '../image/operations/types.ts'
import type { Rendered, RenderOptions } from '../image/render.ts'
import { ALWAYS_BYTES, createHoldings, type Hold } from './holdings.ts'
import { costMs, effortMs, hopeless, inLine, isGiant, next, refusal, type Running } from './governor.ts'
import { fromWire, type FromWorker, type Task, type WireFault } from './messages.ts'
import { type Job, newJob, newWorker, type Worker } from './job.ts'
import { watchMemory } from './memory-watch.ts'
import { Overloaded } from './overloaded.ts'
import { createPace } from './pace.ts'
import { withinMemory } from './within-memory.ts'
import { startWorker } from './worker-process.ts'

export interface PoolOptions {
  /** Renders at once. */
  workers: number
  /** The built entry/worker.ts. */
  workerPath: string
  /** For all renders together, on top of what idle processes take (`memoryForRenders`). */
  memoryBytes: number
  /** Shared among what runs; the machine's by default. */
  cores?: number
  /** Added to a worker's environment. */
  env?: Record<string, string>
  /** Told what ops want to know about a worker's end; nothing of the picture. */
  onNotice?: (text: string) => void
}

export interface PoolStats {
  running: number
  waiting: number
  /** Ids of the processes alive now, and of those in the middle of a job. */
  pids: number[]
  busy: number[]
  started: number
  done: number
  /** Ended by us, because time or memory ran out. */
  killed: number
  /** Ended by themselves in the middle of a job. */
  crashed: number
  refused: number
  /** How long jobs take here compared with the estimates. */
  slowness: number
}

export interface Pool {
  /** @throws as image/compress.ts; ImageFault out_of_time, encoder_fault; Overloaded */
  compress(source: Buffer, options: CompressOptions): Promise<Compressed>
  /** @throws as image/render.ts, also what `fetchMark` threw; ImageFault out_of_time, encoder_fault; Overloaded */
  render(source: Buffer, operations: readonly Operation[], options: RenderOptions): Promise<Rendered>
  /** Room for an original to be read into; to be waited for before it is. */
  hold: Hold
  /** Has a worker started, if none is; to be called while the source is still being read. */
  warm(): void
  stats(): PoolStats
  /** Ends the workers; what waits or runs fails with encoder_fault. */
  close(): void
}

/** Killing takes about a millisecond, telling it a few more; the caller keeps a reserve of its own besides. */
const KILL_MARGIN_MS = 40

/** So that a worker that notices by itself that time is up can say so and live. */
const NOTICE_MS = 60

/** A job whose worker was gone before it began is no worse than before. */
const TRIES = 2

/** What dies younger than this, unasked, would die again. */
const INFANT_MS = 1000

/** Reasons to keep an original that are known only after it was decoded and encoded. */
const AFTER_ENCODING: ReadonlySet<unknown> = new Set<KeptReason>(['not_smaller', 'saving_too_small'])

/** Whether a picture was made, as estimated: what was answered from its header says nothing about how fast this machine is. */
function tellsPace(result: { outcome?: unknown; reason?: unknown; format?: unknown }): boolean {
  if (result.format === 'json') return false
  return result.outcome !== 'original' || AFTER_ENCODING.has(result.reason)
}

export function createPool(options: PoolOptions): Pool {
  const { workers: size, memoryBytes, cores = availableParallelism() } = options
  const room = { workers: size, memoryBytes }
  const roomNow = () => ({ ...room, heldBytes: Math.max(0, holdings.bytes - ALWAYS_BYTES) })
  const workers = new Set<Worker>()
  const waiting: Job[] = []
  const counters = { started: 0, done: 0, killed: 0, crashed: 0, refused: 0 }
  const pace = createPace()
  let closed = false

  const busy = () => [...workers].filter(({ job }) => job !== undefined)
  const sum = (jobs: readonly Running[], of: 'needBytes' | 'sourceBytes') =>
    jobs.reduce((total, job) => total + job[of], 0)
  const taken = () => {
    const jobs = running()
    // One that waits until less is held comes before whatever else would be held.
    const [first] = jobs.length === 0 ? inLine(waiting) : []
    const firstBytes = first === undefined ? 0 : first.needBytes - first.sourceBytes
    return { runningBytes: sum(jobs, 'needBytes') + firstBytes, waitingBytes: sum(waiting, 'sourceBytes') }
  }
  const holdings = createHoldings(memoryBytes, taken, () => dispatch())
  const running = (): Running[] => busy().flatMap(({ job }) => (job === undefined ? [] : [job]))

  const notice = ({ process }: Worker, text: string) => options.onNotice?.(`worker ${process.pid ?? '?'} ${text}`)

  function start(): Worker {
    const worker: Worker = newWorker(
      startWorker(options, {
        message: (message, body) => hear(worker, message, body),
        gone: (how) => bury(worker, how),
      }),
    )
    workers.add(worker)
    counters.started++
    return worker
  }

  async function submit(asked: Task, source: Buffer, fetchMark?: RenderOptions['fetchMark']): Promise<object> {
    const now = Date.now()
    const affordable = withinMemory(asked, source, memoryBytes)
    const msLeft = affordable.task.options.msLeft - KILL_MARGIN_MS
    return new Promise((resolve, reject) => {
      const job = newJob(
        affordable,
        { source, fetchMark, slowness: pace.slowness(), resolve, reject },
        now + msLeft,
        now,
      )
      if (closed) return reject(new ImageFault('encoder_fault', 'Expected an open pool, got a closed one'))
      const reason = refusal(job, waiting, running(), room, now)
      if (reason !== undefined) return refuse(job, reason)
      job.timer = setTimeout(() => expire(job), Math.max(0, job.deadline - now))
      waiting.push(job)
      dispatch()
    })
  }

  function dispatch(): void {
    for (const job of hopeless(waiting, running(), room, Date.now())) {
      // With nobody before it, it is tried: an estimate alone turns nobody away.
      if (busy().length === 0 && waiting.length === 1) break
      waiting.splice(waiting.indexOf(job), 1)
      refuse(job, 'Expected a shorter queue')
    }
    for (;;) {
      const now = Date.now()
      const job = next(waiting, running(), roomNow(), now)
      if (job === undefined || closed) return
      const idle = [...workers].find((worker) => worker.job === undefined && !worker.ending)
      if (idle === undefined && workers.size >= size) return
      waiting.splice(waiting.indexOf(job), 1)
      assign(job, idle ?? start(), now)
    }
  }

  function assign(job: Job, worker: Worker, now: number): void {
    worker.job = job
    worker.begun = false
    worker.timed = worker.ready
    job.startedAt = now
    job.tries++
    const { task } = job
    // A slow machine gets less effort. Only where time decides effort alone: a render that runs out of it stops.
    const slower = task.kind === 'compress' ? Math.max(1, pace.slowness()) : 1
    const effort = effortMs(job, waiting, room, now)
    job.costMs = costMs(job, effort)
    const msLeft = Math.max(1, effort / slower - NOTICE_MS)
    // A giant keeps the others of its kind waiting: they are no reason to leave a core idle.
    const others = busy().length - 1 + (isGiant(job) ? 0 : waiting.length)
    const threads = Math.max(1, Math.floor(cores / (1 + others)))
    const limited = { ...task, options: { ...task.options, msLeft } } as Task
    worker.process.send({ type: 'job', task: limited, threads }, job.source)
    memory.start()
  }

  /** Estimates can be wrong. Before the system ends something of its own choice, the largest job ends. */
  const memory = watchMemory(memoryBytes, busy, (worker) => {
    if (worker.job === undefined || worker.ending) return
    const error = new Overloaded('Expected the picture to fit into memory, it did not. Try again.')
    stop(worker, worker.job, 'its picture took more memory than there is', error)
  })

  function hear(worker: Worker, message: FromWorker, body: Buffer): void {
    const { job } = worker
    if (message.type === 'ready') worker.ready = true
    if (job === undefined || worker.ending) return
    switch (message.type) {
      case 'started':
        worker.begun = true
        break
      case 'fetch':
        void fetchFor(worker, job, message.mark, message.key)
        break
      case 'done':
        if (tellsPace(message.result)) learn(worker, job, false)
        counters.done++
        free(worker, job)
        job.resolve({ ...message.result, bytes: body })
        dispatch()
        break
      case 'failed':
        free(worker, job)
        job.reject(faultOf(worker, message.fault))
        dispatch()
        break
      default:
    }
  }

  async function fetchFor(worker: Worker, job: Job, mark: number, key: string): Promise<void> {
    const answer = (found: boolean, bytes?: Buffer) => {
      if (worker.job === job) worker.process.send({ type: 'mark', mark, found }, bytes)
    }
    try {
      if (job.fetchMark === undefined) throw new Error('Expected no watermark without operations, got one')
      answer(true, await job.fetchMark(key))
    } catch (error) {
      worker.failedMarks.set(mark, error)
      answer(false)
    }
  }

  function faultOf(worker: Worker, fault: WireFault): Error {
    const marked = fault.mark === undefined ? undefined : worker.failedMarks.get(fault.mark)
    worker.failedMarks.clear()
    return marked instanceof Error ? marked : fromWire(fault)
  }

  function learn(worker: Worker, job: Job, ended: boolean): void {
    if (worker.timed) pace.learn(job.costMs / job.slowness, Date.now() - job.startedAt, ended)
  }

  function free(worker: Worker, job: Job): void {
    clearTimeout(job.timer)
    worker.job = undefined
    holdings.freed()
  }

  function expire(job: Job): void {
    const at = waiting.indexOf(job)
    if (at >= 0) {
      waiting.splice(at, 1)
      refuse(job, 'Expected a shorter queue')
      return
    }
    const worker = [...workers].find((candidate) => candidate.job === job)
    if (worker === undefined) return
    learn(worker, job, true)
    const error = new ImageFault('out_of_time', 'Expected the picture to be ready in time, it was not')
    stop(worker, job, 'its picture was not ready in time', error)
  }

  /** Ends a worker in the middle of a job; its place is free when it is gone. */
  function stop(worker: Worker, job: Job, why: string, error: Error): void {
    counters.killed++
    notice(worker, `killed: ${why}`)
    worker.ending = true
    worker.process.kill()
    clearTimeout(job.timer)
    job.reject(error)
  }

  function refuse(job: Job, reason: string): void {
    counters.refused++
    clearTimeout(job.timer)
    holdings.freed()
    job.reject(new Overloaded(`${reason}. Try again.`))
  }

  function bury(worker: Worker, how: string): void {
    workers.delete(worker)
    const { job } = worker
    worker.job = undefined
    if (closed) return
    holdings.freed()
    if (job !== undefined && !worker.ending) {
      if (!worker.begun && job.tries < TRIES) waiting.push(job)
      else {
        counters.crashed++
        notice(worker, `ended in the middle of a picture: ${how}`)
        clearTimeout(job.timer)
        job.reject(new ImageFault('encoder_fault', 'The picture could not be made now', { cause: new Error(how) }))
      }
    }
    const viable = worker.ready && (worker.ending || Date.now() - worker.bornAt > INFANT_MS)
    if (viable && workers.size < size) start()
    dispatch()
  }

  return {
    compress: (source, given) => submit({ kind: 'compress', options: given }, source) as Promise<Compressed>,
    render: (source, operations, { fetchMark, ...given }) =>
      submit(
        { kind: 'render', operations, options: { ...given, memoryBytes } },
        source,
        fetchMark,
      ) as Promise<Rendered>,
    hold: (bytes, deadline) => holdings.hold(bytes, deadline),
    warm() {
      if (!closed && workers.size === 0) start()
    },
    stats: () => ({
      ...counters,
      running: busy().length,
      waiting: waiting.length,
      pids: [...workers].flatMap(({ process }) => process.pid ?? []),
      busy: [...workers].flatMap(({ process, begun, job }) => (begun && job !== undefined ? (process.pid ?? []) : [])),
      slowness: pace.slowness(),
    }),
    close() {
      closed = true
      memory.stop()
      holdings.close()
      for (const worker of workers) {
        worker.process.kill()
        if (worker.job !== undefined) waiting.push(worker.job)
        worker.job = undefined
      }
      for (const job of waiting.splice(0)) {
        clearTimeout(job.timer)
        job.reject(new ImageFault('encoder_fault', 'The pool was closed'))
      }
    },
  }
}
