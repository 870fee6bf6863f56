import type { Worker } from './job.ts'
import { privateBytes } from './memory.ts'

const WATCH_MS = 50

/** Of an idle worker; what it has beyond is its job's. */
const IDLE_PRIVATE_BYTES = 16_000_000

export interface MemoryWatch {
  /** Goes on until nobody is busy. */
  start(): void
  stop(): void
}

/** Looks at what the busy workers really take, and names the one with most where all together take too much. */
export function watchMemory(
  memoryBytes: number,
  busy: () => Worker[],
  tooMuch: (largest: Worker) => void,
): MemoryWatch {
  let timer: NodeJS.Timeout | undefined
  const stop = () => {
    clearInterval(timer)
    timer = undefined
  }
  const look = () => {
    const taken = busy().map((worker) => {
      const grown = Math.max(0, privateBytes(worker.process.pid) - IDLE_PRIVATE_BYTES)
      return { worker, bytes: grown + (worker.job?.sourceBytes ?? 0) }
    })
    if (taken.length === 0) return stop()
    const total = taken.reduce((sum, { bytes }) => sum + bytes, 0)
    const [largest] = taken.sort((one, other) => other.bytes - one.bytes)
    if (total > memoryBytes && largest !== undefined) tooMuch(largest.worker)
  }
  return {
    start: () => {
      timer ??= setInterval(look, WATCH_MS).unref()
    },
    stop,
  }
}
