// What is measured on cores of its own, and everything around it (readers, buckets, mirror) on the others: as in production, where
// none of those is on the function's machine.
import { spawnSync } from 'node:child_process'
import { availableParallelism } from 'node:os'

const ALL = availableParallelism()

/** How many cores what is measured can have: half of them; 0 where there is only one, or no `taskset` (Linux, util-linux). */
export function coresApart(): number {
  const half = Math.floor(ALL / 2)
  return half > 0 && spawnSync('taskset', ['-p', String(process.pid)]).status === 0 ? half : 0
}

/**
 * Processes that `start` starts stay on the last `cores` of the machine, or wherever they like where that is 0; this process
 * moves to the others until `together`.
 */
export async function startApart<T>(cores: number, start: () => Promise<T>): Promise<T> {
  if (cores === 0) return start()
  stayOn(`${ALL - cores}-${ALL - 1}`)
  try {
    return await start()
  } finally {
    moveAside(cores)
  }
}

/** What is started apart has its cores to itself. */
export function moveAside(cores: number): void {
  if (cores > 0) stayOn(`0-${ALL - cores - 1}`)
}

/** This process may use all cores again. */
export function together(cores: number): void {
  if (cores > 0) stayOn(`0-${ALL - 1}`)
}

function stayOn(list: string): void {
  const { status, stderr } = spawnSync('taskset', ['-a', '-c', '-p', list, String(process.pid)])
  if (status !== 0) throw new Error(`Expected taskset to move this process to cores ${list}: ${String(stderr)}`)
}
