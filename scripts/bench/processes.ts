// Memory and processor time of a process and everything it started, as Linux counts them.
import { readFile } from 'node:fs/promises'

export interface Peak {
  /** Resident set sizes added up: pages that processes share count once for each. */
  rssBytes: number
  /** Proportional set sizes: shared pages are divided among those who share them. This is what a container is charged. */
  pssBytes: number
  /** How many processes there were at most. */
  processes: number
  samples: number
}

const SAMPLE_MS = 15

async function tree(pid: number): Promise<number[]> {
  const children = await readFile(`/proc/${pid}/task/${pid}/children`, 'latin1').catch(() => '')
  const below = await Promise.all(children.split(' ').filter(Boolean).map(Number).map(tree))
  return [pid, ...below.flat()]
}

async function memory(pid: number): Promise<{ rss: number; pss: number }> {
  const text = await readFile(`/proc/${pid}/smaps_rollup`, 'latin1').catch(() => '')
  const bytes = (name: string) => Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(text)?.[1] ?? 0) * 1024
  return { rss: bytes('Rss'), pss: bytes('Pss') }
}

/** Of a second, in /proc: what every Linux of our days has. */
const TICKS = 100

/** Milliseconds on a processor while `run` runs, of those processes that live before and after. 0 where the system is not Linux. */
async function processorMs(pids: readonly number[], run: () => Promise<unknown>): Promise<number> {
  const total = async () => {
    const trees = await Promise.all(pids.map(tree))
    const each = await Promise.all(trees.flat().map(ticks))
    return (each.reduce((sum, one) => sum + one, 0) / TICKS) * 1000
  }
  const before = await total()
  await run()
  return (await total()) - before
}

/** Milliseconds by the clock while `run` runs; those on a processor are added to `processor`. */
export async function timedOn(
  pids: readonly number[],
  processor: number[],
  run: () => Promise<unknown>,
): Promise<number> {
  let ms = 0
  const used = await processorMs(pids, async () => {
    const started = performance.now()
    await run()
    ms = performance.now() - started
  })
  processor.push(used)
  return ms
}

async function ticks(pid: number): Promise<number> {
  const text = await readFile(`/proc/${pid}/stat`, 'latin1').catch(() => '')
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ')
  return Number(fields[11] ?? 0) + Number(fields[12] ?? 0)
}

/** Watches while `run` runs. Everything is 0 where the system is not Linux. */
export async function peakWhile<T>(pid: () => number | undefined, run: () => Promise<T>): Promise<[T, Peak]> {
  const peak: Peak = { rssBytes: 0, pssBytes: 0, processes: 0, samples: 0 }
  const over = new AbortController()
  const watch = async () => {
    while (!over.signal.aborted) {
      const root = pid()
      const all = root === undefined ? [] : await Promise.all((await tree(root)).map(memory))
      peak.rssBytes = Math.max(
        peak.rssBytes,
        all.reduce((sum, { rss }) => sum + rss, 0),
      )
      peak.pssBytes = Math.max(
        peak.pssBytes,
        all.reduce((sum, { pss }) => sum + pss, 0),
      )
      peak.processes = Math.max(peak.processes, all.length)
      peak.samples++
      await new Promise((resolve) => setTimeout(resolve, SAMPLE_MS))
    }
  }
  const watching = watch()
  try {
    return [await run(), peak]
  } finally {
    over.abort()
    await watching
  }
}
