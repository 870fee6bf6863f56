// The way of a warm-up: items in order, several at a time, and a checkpoint behind what is done.
import { appendFileSync, mkdirSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

import { stringify } from 'csv-stringify/sync'

import type { Checkpoint } from '../running/checkpoint.ts'
import { createLedger } from '../running/ledger.ts'
import type { Progress } from '../running/progress.ts'
import { inBytes, inCount } from '../running/words.ts'
import { inParallel } from '../running/workers.ts'
import { isThere, make, type MakeOptions, type Outcome } from './make.ts'
import { progressAt, type WarmItem, type WarmPosition, type WarmSource, type WarmStep } from './source.ts'
import { openJournal } from './started.ts'

/** Counts of keys and bytes, over all runs of a warm-up. */
export interface WarmTally {
  made: number
  there: number
  nothing: number
  failed: number
  /** There, but older than their original: a warm-up cannot renew what exists. */
  stale: number
  /** Of those made whose original's size is known. */
  bytesBefore: number
  bytesAfter: number
  /** Of all that were made, and of how many the original's size is not known. */
  bytesMade: number
  unknownBefore: number
  seconds: number
}

export interface WarmState {
  position: WarmPosition
  /** Of everything up to the position. */
  tally: WarmTally
  underWay: string[]
}

export interface WarmRun {
  source: WarmSource
  make: Omit<MakeOptions, 'started'>
  concurrency: number
  checkpoint: Checkpoint<WarmState>
  /** Beside the checkpoint: keys that are under way. */
  journalFile: string
  failuresFile: string
  /** How long a request to the mirror lasts at most, after which nothing is at work for it any more. */
  mirrorLimitMs: number
  dryRun: boolean
  stop: AbortSignal
  progress: Progress
}

export interface WarmResult {
  tally: WarmTally
  /** At its end, or why not. */
  ended: 'all' | 'stopped' | 'too many failures'
}

const NOTHING_YET: WarmTally = {
  made: 0,
  there: 0,
  nothing: 0,
  failed: 0,
  stale: 0,
  bytesBefore: 0,
  bytesAfter: 0,
  bytesMade: 0,
  unknownBefore: 0,
  seconds: 0,
}

const SAVE_EVERY_MS = 1000
/** So many failures with no success between them are no matter of single pictures. */
const MOST_IN_A_ROW = 50

export async function runWarm(run: WarmRun): Promise<WarmResult> {
  const { left } = run.checkpoint
  const tally: WarmTally = { ...(left?.tally ?? NOTHING_YET) }
  const earlierSeconds = tally.seconds
  const began = Date.now()
  const ledger = createLedger(left?.position ?? run.source.start)
  const journal = openJournal(run.journalFile, left?.underWay ?? [], run.mirrorLimitMs)
  const options: MakeOptions = { ...run.make, started: journal.start }
  const inFlight = new Map<string, Promise<unknown>>()
  // Failures in a row are not done until something succeeds: when the run gives up, the next one goes on in front of them.
  let inARow: (() => void)[] = []
  let gaveUp = false
  // For the bar: one slow picture does not hold it.
  let furthest = progressAt(ledger.low())
  const acceptFailures = () => {
    for (const done of inARow) done()
    inARow = []
  }
  // Done, but behind something that is not: a run that goes on from the checkpoint meets these again.
  const ahead = { made: 0, there: 0, nothing: 0, failed: 0 }
  let lastSave = began

  const save = () => {
    lastSave = Date.now()
    tally.seconds = earlierSeconds + (lastSave - began) / 1000
    run.checkpoint.save({ position: ledger.low(), tally: tallyAt(tally, ahead), underWay: journal.underWay() })
    journal.forget()
  }
  const show = () => {
    const perSecond = tally.made / Math.max(1, earlierSeconds + (Date.now() - began) / 1000)
    const failed = tally.failed === 0 ? '' : `, ${inCount(tally.failed)} failed`
    const saved = inBytes(tally.bytesBefore - tally.bytesAfter)
    const note = `${inCount(tally.made)} made (${perSecond.toFixed(1)}/s), ${inCount(tally.there)} there${failed}, ${saved} saved`
    run.progress.update(furthest, note)
  }

  const outcomeOf = async ({ key, listedMissing }: WarmItem): Promise<Outcome> => {
    const uncertain = journal.uncertain.has(key)
    if ((uncertain || !listedMissing) && (await isThere(key, options))) return { kind: 'there' }
    if (run.dryRun) return { kind: 'made', bytes: 0 }
    if (uncertain) {
      // The function may be at work on it for whoever was killed. Asking now would have it made twice.
      await sleep(Math.max(0, journal.untilMs - Date.now()))
      if (await isThere(key, options)) return { kind: 'there' }
    }
    return make(key, options)
  }

  const work = async ({ item, position, there, stale }: WarmStep): Promise<void> => {
    const done = ledger.begin(position)
    const passed = () => {
      tally.there += there
      tally.stale += stale
    }
    if (item === undefined) done(passed)
    else {
      const { key } = item
      // The same key twice in a list, close together.
      while (inFlight.has(key)) await inFlight.get(key)
      const working = outcomeOf(item).catch(failureOf)
      inFlight.set(key, working)
      const outcome = await working
      inFlight.delete(key)
      journal.end(key)
      count(tally, item, outcome)
      ahead[outcome.kind]++
      const doneWith = () =>
        done(() => {
          passed()
          ahead[outcome.kind]--
        })
      if (outcome.kind === 'failed') {
        noteFailure(run.failuresFile, key, outcome)
        inARow.push(doneWith)
        gaveUp ||= inARow.length >= Math.max(MOST_IN_A_ROW, run.concurrency * 2)
      } else {
        // What still succeeds after giving up was begun before.
        if (!gaveUp) acceptFailures()
        doneWith()
      }
    }
    if (position !== undefined) furthest = Math.max(furthest, progressAt(position))
    show()
    if (Date.now() - lastSave >= SAVE_EVERY_MS) save()
  }

  if (left === undefined) {
    mkdirSync(dirname(run.failuresFile), { recursive: true })
    writeFileSync(run.failuresFile, stringify([['time', 'key', 'status', 'reason']]))
  }
  try {
    const steps = oneByOne(run.source.pages(ledger.low()), () => run.stop.aborted || gaveUp)
    await inParallel(run.concurrency, steps, work)
    const ended = gaveUp ? 'too many failures' : run.stop.aborted ? 'stopped' : 'all'
    if (!gaveUp) acceptFailures()
    save()
    journal.remove()
    if (ended === 'all') run.checkpoint.remove()
    return { tally, ended }
  } finally {
    show()
    run.progress.end()
    options.reader.close()
  }
}

async function* oneByOne(pages: AsyncIterable<readonly WarmStep[]>, stopped: () => boolean): AsyncGenerator<WarmStep> {
  for await (const steps of pages) {
    for (const step of steps) {
      if (stopped()) return
      yield step
    }
  }
}

/** The tally for a run that goes on: what it will meet again is not counted yet, and what was made it will meet as there. */
function tallyAt(tally: WarmTally, ahead: Pick<WarmTally, 'made' | 'there' | 'nothing' | 'failed'>): WarmTally {
  return {
    ...tally,
    there: tally.there - ahead.there - ahead.made,
    nothing: tally.nothing - ahead.nothing,
    failed: tally.failed - ahead.failed,
  }
}

function count(tally: WarmTally, { sourceBytes }: WarmItem, outcome: Outcome): void {
  tally[outcome.kind]++
  if (outcome.kind !== 'made') return
  tally.bytesMade += outcome.bytes
  if (sourceBytes === undefined) tally.unknownBefore++
  else {
    tally.bytesBefore += sourceBytes
    tally.bytesAfter += outcome.bytes
  }
}

function failureOf(error: unknown): Outcome {
  return { kind: 'failed', status: 0, reason: error instanceof Error ? error.message : String(error) }
}

function noteFailure(file: string, key: string, { status, reason }: { status: number; reason: string }): void {
  appendFileSync(file, stringify([[new Date().toISOString(), key, status === 0 ? '' : status, reason]]))
}
