// What the function's processes hold, as Linux tells it.
import { readdirSync, readFileSync } from 'node:fs'

export interface Held {
  /** Of the function and its workers together. */
  residentBytes: number
  /** Of the function itself. */
  descriptors: number
  workers: number[]
}

/** Undefined where the process is gone, or on a system that does not tell. */
export function held(pid: number | undefined): Held | undefined {
  if (pid === undefined) return undefined
  try {
    const workers = childrenOf(pid)
    const residentBytes = [pid, ...workers].reduce((sum, one) => sum + residentOf(one), 0)
    return { residentBytes, descriptors: readdirSync(`/proc/${pid}/fd`).length, workers }
  } catch {
    return undefined
  }
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
