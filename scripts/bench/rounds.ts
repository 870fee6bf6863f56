// Timing that a busy machine cannot fool: every way in turn, round by round, and ratios taken within a round.
import { median } from './statistics.ts'

export interface Timed {
  /** Median over the rounds. */
  ms: number
  /** Median of the ratios to the first way, round by round. */
  ratio: number
  /** NaN where it failed. */
  all: number[]
  /** Why, of the rounds that failed. */
  failures: string[]
}

/**
 * Runs each way once a round; a way tells its own milliseconds, or is timed. Round -1 warms up and is not counted. A way that
 * fails in one round (too late, on a busy machine) goes on in the next; one that never works has NaN.
 */
export async function interleaved<T extends string>(
  rounds: number,
  ways: Record<T, (round: number) => Promise<number | void>>,
  progress: (text: string) => void,
): Promise<Record<T, Timed>> {
  const entries = Object.entries(ways) as [T, (round: number) => Promise<number | void>][]
  const all = new Map<T, number[]>(entries.map(([name]) => [name, []]))
  const failures = new Map<T, string[]>(entries.map(([name]) => [name, []]))
  for (let round = -1; round < rounds; round++) {
    progress(`round ${round + 1}/${rounds}`)
    // Whoever comes first finds other caches than who comes second.
    for (const [name, run] of round % 2 === 0 ? entries : entries.toReversed()) {
      const started = performance.now()
      try {
        const told = await run(round)
        if (round >= 0) all.get(name)?.push(told ?? performance.now() - started)
      } catch (error) {
        if (round >= 0) all.get(name)?.push(Number.NaN)
        failures.get(name)?.push(error instanceof Error ? error.message : String(error))
      }
    }
  }
  const first = all.get(entries[0]?.[0] as T) ?? []
  return Object.fromEntries(
    [...all].map(([name, ms]) => [
      name,
      {
        ms: median(ms.filter(Number.isFinite)),
        ratio: median(ms.map((one, at) => one / (first[at] ?? one)).filter(Number.isFinite)),
        all: ms,
        failures: failures.get(name) ?? [],
      },
    ]),
  ) as Record<T, Timed>
}

/** A line for every way that failed in some rounds. */
export function failuresOf(times: Record<string, Timed>): string[] {
  return Object.entries(times).flatMap(([name, { failures, all }]) =>
    failures.length === 0 ? [] : [`${name}: failed in ${failures.length} of ${all.length} rounds: ${failures[0]}`],
  )
}

/** Runs all, at most `width` at once. */
export async function inParallel(width: number, all: (() => Promise<unknown>)[]): Promise<void> {
  const queue = [...all]
  const lane = async () => {
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) await next()
  }
  await Promise.all(Array.from({ length: width }, lane))
}
