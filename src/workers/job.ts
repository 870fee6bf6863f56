// A picture to be made, and the process that makes it, as the pool keeps them.
import type { RenderOptions } from '../image/render.ts'
import type { Running } from './governor.ts'
import type { Task } from './messages.ts'
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
