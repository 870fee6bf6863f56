import { setTimeout as sleep } from 'node:timers/promises'

/**
 * At most `perSecond` turns a second, evenly: a limit on requests per second is not kept by bursts.
 * @returns waits for the next turn.
 */
export function createPace(perSecond: number, now: () => number = () => performance.now()): () => Promise<void> {
  const gapMs = 1000 / perSecond
  let nextMs = now()
  return async () => {
    const at = now()
    const mine = Math.max(at, nextMs)
    nextMs = mine + gapMs
    // Timers have milliseconds: at 2,000 a second several turns fall into one.
    if (mine - at >= 1) await sleep(mine - at)
  }
}
