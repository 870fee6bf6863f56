// What a load found.
import type { Failure } from './report.ts'
import { slopePercent } from './watch.ts'

export interface Sample {
  ms: number
  functionBytes: number
  workerBytes: number
  /** Of all of them, shared pages divided. */
  proportionalBytes: number
  descriptors: number
}

/** Counts and times of answers of one kind, ms. */
export interface Answers {
  count: number
  medianMs: number
  p95Ms: number
}

export interface LoadReport {
  seed: number
  /** Requests one instance takes at a time. */
  concurrency: number
  /** Missing keys a second, with as many asked at a time as keep it busy. */
  capacityPerSecond: number
  /** Missing keys a second during the load. */
  offeredPerSecond: number
  requests: number
  seconds: number
  /** By how much 95 of 100 requests were sent too late at most: far above 0, this machine was too busy to tell much. */
  lateMs: number
  /** What readers got, by status; `broken`: no whole answer. This process serves them, too, and their times are its. */
  readers: Record<string, Answers>
  /** What the function answered, by status; `refused`: the platform, because the instance was full. */
  function: Record<string, Answers>
  /** Of those asked straight: 503 without Retry-After. */
  withoutRetryAfter: number
  wrong: number
  /** Requests to the function that took longer than a mirror waits. */
  hung: number
  /** Missing keys that were made, and those made more than once in one instance. */
  made: number
  madeTwice: number
  /** Instances and workers that ended although nobody ended them. */
  crashed: number
  /** Slopes over the last half in percent. */
  memory: {
    peakMb: number
    proportionalPeakMb: number
    ofFunction: number
    ofWorkers: number
    ofAllProportional: number
  }
  /** Of the process that answers: at rest before and after, and at most; sockets are connections kept. */
  descriptors: {
    before: number
    most: number
    after: number
    besidesSocketsBefore: number
    besidesSocketsAfter: number
  }
  recovery: {
    /** A lone request for a missing key, before. */
    loneMs: number
    firstStatus: number
    /** From the last request of the load to a lone one that is as fast as before; undefined: never seen. */
    afterMs: number | undefined
  }
  failures: Omit<Failure, 'input'>[]
}

export function answersOf(times: ReadonlyMap<string, number[]>): Record<string, Answers> {
  const part = (sorted: number[], share: number) => sorted[Math.floor(share * (sorted.length - 1))] ?? 0
  return Object.fromEntries(
    [...times].map(([status, all]) => {
      const sorted = [...all].sort((one, other) => one - other)
      return [status, { count: all.length, medianMs: part(sorted, 0.5), p95Ms: part(sorted, 0.95) }]
    }),
  )
}

export function memoryOf(samples: readonly Sample[]): LoadReport['memory'] {
  const half = samples.slice(Math.floor(samples.length / 2))
  const megabytes = (each: (sample: Sample) => number) => Math.round(Math.max(0, ...samples.map(each)) / 1e6)
  return {
    peakMb: megabytes((one) => one.functionBytes + one.workerBytes),
    proportionalPeakMb: megabytes((one) => one.proportionalBytes),
    ofFunction: slopePercent(half.map((one) => one.functionBytes)),
    ofWorkers: slopePercent(half.map((one) => one.workerBytes)),
    ofAllProportional: slopePercent(half.map((one) => one.proportionalBytes)),
  }
}

/** Kept for later, a request may leave behind its connection from the platform, and those to the bucket it reads and writes. */
const CONNECTIONS_EACH = 3

/** Whether the function behaved; how fast it was is for whoever reads the report. */
export function behaved(report: LoadReport): boolean {
  const { withoutRetryAfter, wrong, hung, madeTwice, crashed, concurrency, descriptors, recovery, failures } = report
  const kept = descriptors.after - descriptors.before <= CONNECTIONS_EACH * concurrency
  const lost = descriptors.besidesSocketsAfter > descriptors.besidesSocketsBefore
  const counts = [withoutRetryAfter, wrong, hung, madeTwice, crashed, failures.length]
  return counts.every((count) => count === 0) && kept && !lost && recovery.firstStatus === 200
}
