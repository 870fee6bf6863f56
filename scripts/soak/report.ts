// What a soak found.
import { crashedIn, madeIn, type Printed, unforeseen } from './log-lines.ts'

export interface Failure {
  key: string
  why: string
  /** What was uploaded, to try it again. */
  input?: Buffer
}

export interface SoakReport {
  seed: number
  requests: number
  inputs: number
  faultsInjected: number
  killed: { instances: number; workers: number }
  /** Workers that ended in the middle of a picture, whoever ended them. */
  crashed: number
  /** What failed for a passing reason and was right when asked again without faults. */
  recovered: number
  statuses: Record<string, number>
  wrongAnswered: number
  wrongStored: number
  hung: number
  notRecovered: number
  /** Pictures made more than once for one key although nothing had gone wrong. */
  madeTwice: number
  leaked: { descriptors: number; processes: number }
  /** Slopes of what is resident: all, the process that answers, its workers. None was killed by the soak since a quarter of it. */
  memory: { peakMb: number; slopePercentOfLastHalf: number; ofFunction: number; ofWorkers: number; samples: number }
  seconds: number
  failures: Failure[]
}

export function emptyReport(seed: number): SoakReport {
  return {
    seed,
    requests: 0,
    inputs: 0,
    faultsInjected: 0,
    killed: { instances: 0, workers: 0 },
    crashed: 0,
    recovered: 0,
    statuses: {},
    wrongAnswered: 0,
    wrongStored: 0,
    hung: 0,
    notRecovered: 0,
    madeTwice: 0,
    leaked: { descriptors: 0, processes: 0 },
    memory: { peakMb: 0, slopePercentOfLastHalf: 0, ofFunction: 0, ofWorkers: 0, samples: 0 },
    seconds: 0,
    failures: [],
  }
}

/** What the function's log lines say: workers that ended, answers of 500, and pictures made twice though nothing had disturbed it. */
export function countLines(lines: readonly Printed[], report: SoakReport, isDisturbed: (key: string) => boolean): void {
  report.crashed += crashedIn(lines)
  report.failures.push(...unforeseen(lines))
  for (const [name, times] of madeIn(lines)) {
    const key = name.slice(name.indexOf(' ') + 1)
    if (times < 2 || isDisturbed(key)) continue
    report.madeTwice++
    report.failures.push({ key, why: `made ${times} times` })
  }
}

/** Whether everything was as it has to be. */
export function isClean(report: SoakReport): boolean {
  const { wrongAnswered, wrongStored, hung, notRecovered, madeTwice, leaked, failures } = report
  const counts = [wrongAnswered, wrongStored, hung, notRecovered, madeTwice, leaked.descriptors, leaked.processes]
  return counts.every((count) => count === 0) && failures.length === 0
}
