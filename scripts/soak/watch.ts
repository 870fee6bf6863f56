// What the function's processes hold, as Linux tells it.
import { readdirSync, readFileSync, readlinkSync } from 'node:fs'

export interface Held {
  /** Resident, of the process that answers. */
  functionBytes: number
  /** Resident, of its workers together. */
  workerBytes: number
  /** Of the process that answers. */
  descriptors: number
  workers: number[]
}

/** Undefined where the process is gone, or on a system that does not tell. */
export function held(pid: number | undefined): Held | undefined {
  if (pid === undefined) return undefined
  try {
    const workers = childrenOf(pid)
    const workerBytes = workers.reduce((sum, one) => sum + residentOf(one), 0)
    const descriptors = readdirSync(`/proc/${pid}/fd`).length
    return { functionBytes: residentOf(pid), workerBytes, descriptors, workers }
  } catch {
    return undefined
  }
}

/** Of `held`'s descriptors, those that are no connections: files, pipes, timers. 0 on a system that does not tell. */
export function descriptorsBesidesSockets(pid: number | undefined): number {
  try {
    return readdirSync(`/proc/${pid}/fd`).filter((fd) => !isSocket(`/proc/${pid}/fd/${fd}`)).length
  } catch {
    return 0
  }
}

function isSocket(path: string): boolean {
  try {
    return readlinkSync(path).startsWith('socket:')
  } catch {
    // Closed meanwhile.
    return true
  }
}

/** Shared pages divided by those who share them; dearer to read than `held`. */
export function proportionalBytes(pids: readonly number[]): number {
  return pids.reduce((sum, pid) => {
    try {
      return sum + 1024 * Number(/^Pss:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'latin1'))?.[1] ?? 0)
    } catch {
      return sum
    }
  }, 0)
}

function childrenOf(pid: number): number[] {
  return readFileSync(`/proc/${pid}/task/${pid}/children`, 'latin1').trim().split(/\s+/).filter(Boolean).map(Number)
}

function residentOf(pid: number): number {
  try {
    return 4096 * Number(readFileSync(`/proc/${pid}/statm`, 'latin1').split(' ')[1] ?? 0)
  } catch {
    return 0
  }
}

/** By how much a straight line through the samples rises from the first to the last, as a share of their mean. */
export function slopeOf(samples: readonly number[]): number {
  const count = samples.length
  if (count < 2) return 0
  const meanAt = (count - 1) / 2
  const mean = samples.reduce((sum, one) => sum + one, 0) / count
  let over = 0
  let under = 0
  samples.forEach((sample, at) => {
    over += (at - meanAt) * (sample - mean)
    under += (at - meanAt) ** 2
  })
  return ((over / under) * (count - 1)) / mean
}

/** The same in percent with two decimals. */
export function slopePercent(samples: readonly number[]): number {
  return Math.round(slopeOf(samples) * 10_000) / 100
}
