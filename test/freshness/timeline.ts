import { setImmediate } from 'node:timers/promises'

/** A clock that only goes on when everybody waits, and then to whoever comes next. Nothing here takes real time. */
export interface Timeline {
  now(): number
  sleep(ms: number): Promise<void>
  /** Goes on until nobody waits any more. */
  run(): Promise<void>
}

export function createTimeline(startMs: number): Timeline {
  const waiting: { at: number; order: number; wake: () => void }[] = []
  let now = startMs
  let order = 0
  return {
    now: () => now,
    sleep: (ms) =>
      new Promise((wake) => {
        waiting.push({ at: now + Math.max(0, ms), order: order++, wake })
      }),
    async run() {
      for (;;) {
        // Whatever follows from the last step, through any number of promises.
        await setImmediate()
        waiting.sort((one, other) => one.at - other.at || one.order - other.order)
        const next = waiting.shift()
        if (next === undefined) return
        now = next.at
        next.wake()
      }
    },
  }
}

/** Numbers from 0 to 1, the same for the same seed (mulberry32). */
export function seededRandom(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296
  }
}
