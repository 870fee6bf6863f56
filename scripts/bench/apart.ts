// What is measured on cores of its own, and everything around it (readers, buckets, mirror) on the others: as in production, where
// none of those is on the function's machine.
import { spawnSync } from 'node:child_process'

let asked: number[] | undefined

/** Numbers of the cores this process was given, before anything here moved it. Empty without `taskset` (Linux, util-linux). */
function given(): number[] {
  return (asked ??= coresOf(spawnSync('taskset', ['-c', '-p', String(process.pid)], { encoding: 'utf8' }).stdout))
}

/** @param told for example "pid 12's current affinity list: 0,2-5" */
function coresOf(told: string | null): number[] {
  const list = /: ([\d,-]+)\s*$/.exec(told ?? '')?.[1] ?? ''
  return list.split(',').flatMap((part) => {
    const [first, last = first] = part.split('-').map(Number)
    if (part === '' || first === undefined || last === undefined) return []
    return Array.from({ length: last - first + 1 }, (_, i) => first + i)
  })
}

/** How many cores what is measured can have: half of them; 0 where there is only one, or no way to say which. */
export function coresApart(): number {
  return Math.floor(given().length / 2)
}

/**
 * Processes that `start` starts stay on the last `cores`, or wherever they like where that is 0; this process moves to the
 * others until `together`, and where `start` fails at once.
 */
export async function startApart<T>(cores: number, start: () => Promise<T>): Promise<T> {
  if (cores === 0) return start()
  stayOn(given().slice(-cores))
  try {
    const started = await start()
    moveAside(cores)
    return started
  } catch (error) {
    together(cores)
    throw error
  }
}

/** What is started apart has its cores to itself. */
export function moveAside(cores: number): void {
  if (cores > 0) stayOn(given().slice(0, -cores))
}

/** This process may use all its cores again. */
export function together(cores: number): void {
  if (cores > 0) stayOn(given())
}

function stayOn(cores: readonly number[]): void {
  const { status, stderr } = spawnSync('taskset', ['-a', '-c', '-p', cores.join(','), String(process.pid)])
  if (status !== 0)
    throw new Error(`Expected taskset to move this process to cores ${cores.join(',')}: ${String(stderr)}`)
}
