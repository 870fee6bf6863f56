import { randomBytes } from 'node:crypto'
import type { FailureKind } from './failure.ts'

/** One request to the function, whatever became of it. */
export interface Invocation {
  requestId: string
  /** Through the HTTP trigger, or as an SDK or event source invokes. */
  kind: 'http' | 'invoke'
  method: string
  /** Path and query as the caller sent them. */
  path: string
  status: number
  ms: number
  /** Id of the instance that had it; undefined when it was refused before. */
  instance: string | undefined
  /** Whether it was sent to the function at all. */
  reached: boolean
  coldStart: boolean
  /** Whether it was sent to the instance a second time. */
  retried: boolean
  bytesIn: number
  bytesOut: number
  errorType: string | undefined
  /** What the platform answered itself. */
  failure: FailureKind | undefined
}

export interface GatewayCounters {
  /** Requests and invocations that are over. */
  requests: number
  /** Of these, how many were sent to the function. */
  reached: number
  /** Of these, how many the platform answered itself. */
  failed: number
  /** Instances started, and instances that ended by themselves. */
  started: number
  crashed: number
}

const MAX_INVOCATIONS = 10_000

/** A request id of the platform's form: 1-, seconds in hex, and two random parts. */
export function newRequestId(): string {
  const seconds = Math.floor(Date.now() / 1000).toString(16)
  return `1-${seconds}-${randomBytes(4).toString('hex')}-${randomBytes(6).toString('hex')}`
}

/** The record of what was asked and answered, the newest entries only. */
export function createLedger(): {
  invocations: Invocation[]
  counters: Pick<GatewayCounters, 'requests' | 'reached' | 'failed'>
  open(kind: Invocation['kind'], method: string, path: string): Invocation
  close(record: Invocation): void
} {
  const invocations: Invocation[] = []
  const counters = { requests: 0, reached: 0, failed: 0 }
  const started = new WeakMap<Invocation, number>()
  return {
    invocations,
    counters,
    open(kind, method, path) {
      const record: Invocation = {
        requestId: newRequestId(),
        kind,
        method,
        path,
        status: 200,
        ms: 0,
        instance: undefined,
        reached: false,
        coldStart: false,
        retried: false,
        bytesIn: 0,
        bytesOut: 0,
        errorType: undefined,
        failure: undefined,
      }
      started.set(record, performance.now())
      return record
    },
    close(record) {
      record.ms = Math.round(performance.now() - (started.get(record) ?? performance.now()))
      counters.requests++
      if (record.reached) counters.reached++
      if (record.failure) counters.failed++
      invocations.push(record)
      if (invocations.length > MAX_INVOCATIONS) invocations.shift()
    },
  }
}
