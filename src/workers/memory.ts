import { readFileSync } from 'node:fs'

// What idle processes take: measured with node 20 and sharp 0.35 on linux-x64, shared pages counted in each of them.

/** Server, bucket client, what the collector has not come to yet, and the bodies that may always be held (holdings.ts). */
const PARENT_BYTES = 160_000_000
const WORKER_BYTES = 70_000_000

/** What may be promised to pictures in a function of `functionBytes`; however small it is, something can be tried. */
export function memoryForRenders(functionBytes: number, workers: number): number {
  return Math.max(64_000_000, functionBytes - PARENT_BYTES - workers * WORKER_BYTES)
}

/** Below it, what processes keep for the next picture would be missed. */
const ROOMY_MB = 1024

export function isRoomy(functionMb: number): boolean {
  return functionMb >= ROOMY_MB
}

/**
 * What a worker's glibc is told about keeping freed memory. By itself it gives each thread an arena of its own and learns to keep
 * ever larger blocks. Over 800 pictures of all kinds two workers of two cores hold 306 MB on the average, and 415 with two arenas
 * and without limits, in 1.7 % more time; where memory is scarce blocks of 4 MB go back to the system at once, which costs 12 MP
 * pictures 5 % and leaves 275 MB. With many more cores one arena may be one lock too few: not measured.
 */
export function allocatorSettings(functionMb: number): Record<string, string> {
  // 32 MB is the most that glibc 2.28 takes for blocks.
  const [blocks, top] = isRoomy(functionMb) ? [32, 32] : [4, 16]
  return {
    MALLOC_ARENA_MAX: '1',
    MALLOC_MMAP_THRESHOLD_: String(blocks * 1_048_576),
    MALLOC_TRIM_THRESHOLD_: String(top * 1_048_576),
  }
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
