// What a check is, what it finds, and what is remembered between checks.
import type OSS from 'ali-oss'

import type { Deployment } from '../deployment/live.ts'
import type { Scratch } from './scratch.ts'

/** `null`: it could not be checked. A cause beside `true` is a warning: it works, and somebody should look at it. */
export interface Finding {
  ok: boolean | null
  /** What was seen, where that is worth a line. */
  note?: string
  cause?: string
  /** What to do about the cause: a command, or the place in the console. */
  fix?: string
}

export interface Result extends Finding {
  check: string
  title: string
  ms: number
}

export interface Check {
  /** Stable: what --json prints. */
  name: string
  /** What is true when it passes. */
  title: string
  /** Names of checks that must have passed: without them this one would only repeat their fault. */
  needs?: readonly string[]
  /** Names of checks whose failure already explains a failure here; that they could not be checked is no obstacle. */
  unless?: readonly string[]
  run(examination: Examination): Promise<Finding>
}

/** Times in ms; tests shorten them. */
export interface Limits {
  /** OSS gives its origin up after this. */
  mirrorMs: number
  /** A first read that takes longer leaves too little of that. */
  slowMs: number
  /** How long one request may take. */
  requestMs: number
  /** How long OSS may take until what it stored can be seen. */
  settleMs: number
  /** How long an event may take to reach the function and be acted on. */
  eventsMs: number
  /** Pause between two looks. */
  pollMs: number
  /** What the function was about to store when it was interrupted is there after this. */
  sweepMs: number
}

export const LIMITS: Readonly<Limits> = {
  mirrorMs: 10_000,
  slowMs: 8_000,
  requestMs: 15_000,
  settleMs: 3_000,
  eventsMs: 60_000,
  pollMs: 500,
  sweepMs: 300,
}

/** One run of the doctor. */
export interface Examination {
  deployment: Deployment
  limits: Limits
  scratch: Scratch
  /** Signed as whoever runs the command. */
  owner: { service: OSS; originals: OSS; compressed: OSS }
  /** Aborted when somebody presses Ctrl-C. */
  signal: AbortSignal
}

export const good = (note?: string): Finding => ({ ok: true, ...(note === undefined ? {} : { note }) })
export const wrong = (cause: string, fix: string): Finding => ({ ok: false, cause, fix })
export const careful = (cause: string, fix: string): Finding => ({ ok: true, cause, fix })
export const unknown = (cause: string, fix?: string): Finding => ({
  ok: null,
  cause,
  ...(fix === undefined ? {} : { fix }),
})

/** Thrown where something outside the deployment keeps a check from looking. */
export class CannotCheck extends Error {
  override readonly name = 'CannotCheck'
  readonly fix: string

  constructor(cause: string, fix: string) {
    super(cause)
    this.fix = fix
  }
}

/** Done once per examination, whichever check asks first; a failure is remembered as well. */
export function once<T>(compute: (examination: Examination) => Promise<T>): (examination: Examination) => Promise<T> {
  const known = new WeakMap<Examination, Promise<T>>()
  return (examination) => {
    const before = known.get(examination)
    if (before !== undefined) return before
    const now = compute(examination)
    known.set(examination, now)
    return now
  }
}
