/** How long jobs take on this machine compared with the estimates: its clock rate, its neighbours, and how wrong those are. */
export interface Pace {
  /** 1: as estimated; 2: twice as long. */
  slowness(): number
  /**
   * @param plainMs as estimated, for a machine of pace 1. @param tookMs what it took.
   * @param ended it was ended before it was done: then it says at least something.
   */
  learn(plainMs: number, tookMs: number, ended: boolean): void
}

/** Shorter jobs are mostly about everything else. */
const LEAST_TELLING_MS = 50

const LEAST = 0.5
const MOST = 4

/** The first jobs say most, later ones a fifth. */
export function createPace(): Pace {
  let slowness = 1
  let lessons = 0
  return {
    slowness: () => slowness,
    learn(plainMs, tookMs, ended) {
      if (plainMs < LEAST_TELLING_MS) return
      const seen = tookMs / plainMs
      if (ended && seen < slowness) return
      lessons++
      const weight = Math.max(0.2, 1 / (lessons + 1))
      slowness = Math.min(MOST, Math.max(LEAST, slowness + weight * (seen - slowness)))
    },
  }
}
