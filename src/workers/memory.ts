import { readFileSync } from 'node:fs'

// What idle processes take: measured with node 20 and sharp 0.35 on linux-x64, shared pages counted in each of them.

/** Server, bucket client, what the collector has not come to yet, and the bodies that may always be held (holdings.ts). */
const PARENT_BYTES = 160_000_000
const WORKER_BYTES = 70_000_000

/** What may be promised to pictures in a function of `functionBytes`; however small it is, something can be tried. */
export function memoryForRenders(functionBytes: number, workers: number): number {
  return Math.max(64_000_000, functionBytes - PARENT_BYTES - workers * WORKER_BYTES)
}

const PAGE_BYTES = 4096

/** Memory a process has to itself, in bytes: what is resident less what is shared (the program). 0 where nobody says. */
export function privateBytes(pid: number | undefined): number {
  try {
    const [, resident = 0, shared = 0] = readFileSync(`/proc/${pid}/statm`, 'latin1').split(' ').map(Number)
    return (resident - shared) * PAGE_BYTES
  } catch {
    return 0
  }
}
