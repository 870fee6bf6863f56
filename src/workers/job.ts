// A picture to be made, and the process that makes it, as the pool keeps them.
import type { RenderOptions } from '../image/render.ts'
import type { Running } from './governor.ts'
import type { Task } from './messages.ts'
import type { Affordable } from './within-memory.ts'
import type { WorkerProcess } from './worker-process.ts'

export interface Job extends Running {
  task: Task
  source: Buffer
  fetchMark: RenderOptions['fetchMark'] | undefined
  /** By which its estimates were corrected. */
  slowness: number
  timer: NodeJS.Timeout | undefined
  resolve: (result: object) => void
  reject: (error: Error) => void
  tries: number
}

export interface Worker {
  process: WorkerProcess
  ready: boolean
  bornAt: number
  job: Job | undefined
  /** Being ended; still holds its place. */
  ending: boolean
  /** It has its job whole. */
  begun: boolean
  /** It was ready when the job came: how long that takes says something about the machine. */
  timed: boolean
  failedMarks: Map<number, unknown>
}

/** As it comes: not begun, and without a timer. `deadline` and `now` in ms since the epoch. */
export function newJob(
  { task, estimate: { mostMs, leastMs, needBytes } }: Affordable,
  given: Pick<Job, 'source' | 'fetchMark' | 'slowness' | 'resolve' | 'reject'>,
  deadline: number,
  now: number,
): Job {
  const { slowness } = given
  return {
    ...given,
    task,
    arrivedAt: now,
    deadline,
    mostMs: mostMs * slowness,
    costMs: mostMs * slowness,
    leastMs: leastMs * slowness,
    needBytes,
    sourceBytes: given.source.length,
    timer: undefined,
    startedAt: 0,
    tries: 0,
  }
}

/** One that has just been started. */
export function newWorker(process: WorkerProcess): Worker {
  return {
    process,
    ready: false,
    bornAt: Date.now(),
    job: undefined,
    ending: false,
    begun: false,
    timed: false,
    failedMarks: new Map(),
  }
}
