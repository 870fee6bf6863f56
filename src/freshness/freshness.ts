// What an event of OSS leads to.
import { toPublicError } from '../answer.ts'
import type { Config } from '../config.ts'
import type { Context } from '../context.ts'
import { checkKey } from '../key/decode.ts'
import { KeyFault } from '../key/fault.ts'
import { describeCause, type ChangeLine, type Log } from '../log.ts'
import type { Origin } from '../origin.ts'
import { OssFault } from '../oss/fault.ts'
import { keysAhead } from './keys-ahead.ts'
import { isMarkOfStyle, marksIn, purgeMarked } from './marks.ts'
import { changeOf, type OssEventRecord } from './oss-event.ts'
import type { FreshnessBuckets } from './purge.ts'
import { type Made, refresh } from './refresh.ts'

export interface FreshnessDeps {
  config: Config
  origin: Pick<Origin, 'make'>
  /** @throws AppError no_credentials */
  buckets(context: Context): FreshnessBuckets
  log: Log
  /** By default what follows from the settings. */
  settleMs?: number
  clock?: { now(): number; sleep(ms: number): Promise<void> }
}

export interface Freshness {
  /**
   * Brings everything the records are about up to date.
   * @param deadline ms since the epoch; the platform ends the function a little later.
   * @throws Error where something was left undone and has to be tried again; its message is for the platform's log.
   */
  handle(records: readonly OssEventRecord[], context: Context, deadline: number): Promise<void>
}

/** The mirror gives up after 10 s (documented); what it saves may be a moment under way, and clocks differ. */
const MIRROR_MS = 10_000
const MARGIN_MS = 5_000

/** Longest time for making one version. Nobody waits for it, but the platform bills it. */
const MOST_MAKE_MS = 240_000

const realClock = {
  now: () => Date.now(),
  sleep: (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms)),
}

/** How long after a change a read that began before it can still store something. */
export function settleMsOf({ deadlineMs }: Pick<Config, 'deadlineMs'>): number {
  return Math.max(MIRROR_MS, deadlineMs) + MARGIN_MS
}

function unfinishedWalk(markKey: string): string {
  return `Expected time enough to look through the whole bucket for the watermark ${markKey}, got too little: npm run purge -- --mark does the rest`
}

export function createFreshness({ config, origin, buckets, log, ...given }: FreshnessDeps): Freshness {
  const { keySettings, sourcePrefixes } = config
  const { clock = realClock, settleMs = settleMsOf(config) } = given

  async function refreshOne(
    sourceKey: string,
    change: { at: number | undefined; isNew: boolean },
    context: Context,
    deadline: number,
  ): Promise<void> {
    const started = clock.now()
    const line: ChangeLine = { requestId: context.requestId, sourceKey, outcome: 'fresh', ms: { total: 0 } }
    try {
      const ours = buckets(context)
      const { original, removed, made, waitedMs } = await refresh(sourceKey, change, {
        ...ours,
        settings: keySettings,
        keysAhead: (key) => keysAhead(key, config.pregenerate, keySettings),
        make: (key) => make(key, context, Math.min(deadline, clock.now() + mostMs(key))),
        settleMs,
        clock,
        deadline,
      })
      Object.assign(line, original === undefined ? {} : { original }, { removed: removed.length, made })
      line.ms.waited = waitedMs
      if (!change.isNew && isMarkOfStyle(sourceKey, keySettings)) {
        const marked = await purgeMarked(sourceKey, ours, keySettings, settleMs, deadline, clock.now)
        line.marked = marked.removed
        // Trying again would end at the same place.
        if (!marked.finished) log.notice('error', unfinishedWalk(sourceKey))
      }
    } catch (error) {
      Object.assign(line, { outcome: 'failed', cause: describeCause(error) })
      throw error
    } finally {
      line.ms.total = clock.now() - started
      log.change(line)
    }
  }

  /** What has a watermark is made as fast as for a reader: that the mark is replaced meanwhile would not show. */
  function mostMs(key: string): number {
    return marksIn(key, keySettings).length > 0 ? config.deadlineMs : MOST_MAKE_MS
  }

  async function make(key: string, context: Context, deadline: number): Promise<Made> {
    try {
      const { put, sourceEtag } = await origin.make(key, context, deadline)
      return { outcome: put, sourceEtag }
    } catch (error) {
      // The second: the original was replaced while it was being copied.
      const surprise = error instanceof OssFault && (error.kind === 'conflict' || error.kind === 'precondition')
      if (surprise) return { outcome: 'exists' }
      const { status, code } = toPublicError(error)
      if (status < 500) return { outcome: 'refused', code }
      throw error
    }
  }

  function isOurs(sourceKey: string): boolean {
    try {
      checkKey(sourceKey)
    } catch (fault) {
      if (!(fault instanceof KeyFault)) throw fault
      return false
    }
    return sourcePrefixes.length === 0 || sourcePrefixes.some((prefix) => sourceKey.startsWith(prefix))
  }

  return {
    async handle(records, context, deadline) {
      const work = records.flatMap((record) => {
        const { name } = record.oss.bucket
        if (name !== config.originals) {
          log.notice(
            'error',
            `Expected events of the bucket ${config.originals}, got one of ${name}: look at the trigger`,
          )
          return []
        }
        const change = changeOf(record)
        if (change === undefined) return []
        // An object of no bytes does not show in deltaSize; only `all` lets one out.
        const isNew = change.isNew && config.passThrough !== 'all'
        return change.sourceKeys.filter(isOurs).map((key) => refreshOne(key, { ...change, isNew }, context, deadline))
      })
      const failed = (await Promise.allSettled(work)).find((result) => result.status === 'rejected')
      if (failed !== undefined)
        throw new Error(`Not everything was brought up to date: ${describeCause(failed.reason)}`)
    },
  }
}
