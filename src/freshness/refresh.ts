// The way of one change, top to bottom: what is outdated goes, what readers will ask for is made, and what a read that was under
// way may have stored meanwhile goes as well.
import type { KeySettings } from '../key/settings.ts'
import type { OriginalFacts } from '../oss/bucket.ts'
import { currentOriginal } from './derivatives.ts'
import { type FreshnessBuckets, purgeOutdated } from './purge.ts'

/** What became of one key that was to be made. */
export type Made =
  | { outcome: 'stored' | 'copied'; sourceEtag: string }
  /** Somebody was first. */
  | { outcome: 'exists' }
  /** The answer to a reader would be an error as well: there is nothing to store. */
  | { outcome: 'refused'; code: string }

export interface RefreshDeps extends FreshnessBuckets {
  settings: KeySettings
  /** Keys to make ahead for an original. */
  keysAhead(sourceKey: string): string[]
  /** Makes one and stores it, unless one of that name is there. @throws AppError, OssFault where a later try may succeed. */
  make(key: string): Promise<Made>
  /** A read that began before a change can store its result this much later, at most. */
  settleMs: number
  clock: { now(): number; sleep(ms: number): Promise<void> }
  /** Milliseconds since the epoch, by which all is to be done. */
  deadline: number
}

export interface Refreshed {
  /** ETag of the original in the end; undefined: there is none. */
  original: string | undefined
  /** Something was stored when it began. */
  found: boolean
  removed: string[]
  made: string[]
  /** How long it was waited for reads under way. */
  waitedMs: number
}

/** More changes than this while one is being dealt with: let the platform try again, when it has calmed down. */
const MOST_ROUNDS = 5

/**
 * Brings an original's stored versions up to date. What is done depends on what the original is now, never on what an event said:
 * so it may be done late, twice, in any order or at the same time, and always ends with the newest version.
 * @param changedAt when it changed, ms since the epoch by OSS's clock; undefined: not known.
 * @param isNew nothing can have been read before: nothing to wait for, unless something is there all the same.
 * @throws OssFault, AppError: something was not done, and has to be tried again.
 */
export async function refresh(
  sourceKey: string,
  { at: changedAt, isNew }: { at: number | undefined; isNew: boolean },
  deps: RefreshDeps,
): Promise<Refreshed> {
  const { clock, settleMs } = deps
  const done: Refreshed = { original: undefined, found: false, removed: [], made: [], waitedMs: 0 }
  const tried: Tried = { refused: new Set(), failed: new Map() }
  const lookedAt = clock.now()
  const original = await settle(sourceKey, deps, done, tried)
  if (isNew && !done.found) return orThrow(done, tried)
  // Of the two the later: the event's own change, and that of the original as it is now.
  const since = Math.max(changedAt ?? lookedAt, original === undefined ? 0 : Date.parse(original.lastModified))
  // What was looked at so late has been looked at for good.
  if (lookedAt >= since + settleMs) return orThrow(done, tried)
  // Clocks may differ: never longer than if it had changed just now.
  done.waitedMs = Math.min(Math.max(0, since + settleMs - clock.now()), settleMs)
  await clock.sleep(done.waitedMs)
  await settle(sourceKey, deps, done, tried)
  return orThrow(done, tried)
}

/** What could not be made, by key; what is refused goes for one version of the original. */
interface Tried {
  refused: Set<string>
  failed: Map<string, unknown>
}

/** Only in the end: what cannot be made is no reason to leave old pictures behind. */
function orThrow(done: Refreshed, { failed }: Tried): Refreshed {
  for (const error of failed.values()) throw error
  return done
}

/**
 * Removes and makes until nothing is left to do for the original as it is. An original that is replaced while something is
 * being made from it, which may take minutes, shows at the end: whoever has stored something looks once more.
 */
async function settle(
  sourceKey: string,
  deps: RefreshDeps,
  done: Refreshed,
  { refused, failed }: Tried,
): Promise<OriginalFacts | undefined> {
  const { originals, settings, settleMs, deadline } = deps
  for (let round = 1; round <= MOST_ROUNDS; round++) {
    const original = await currentOriginal(sourceKey, originals, deadline)
    const { removed, kept } = await purgeOutdated(sourceKey, original, deps, settings, settleMs, deadline)
    done.original = original?.etag
    if (round === 1) done.found ||= removed.length + kept.length > 0
    done.removed.push(...removed)
    failed.clear()
    if (original === undefined) return undefined
    const missing = deps.keysAhead(sourceKey).filter((key) => !kept.includes(key) && !refused.has(original.etag + key))
    let surprised = false
    for (const key of missing) {
      const made = await deps.make(key).catch((error: unknown) => ({ outcome: 'failed' as const, error }))
      if (made.outcome === 'failed') failed.set(key, made.error)
      else if (made.outcome === 'refused') refused.add(original.etag + key)
      else if (made.outcome === 'exists') surprised = true
      else {
        done.made.push(key)
        surprised ||= made.sourceEtag !== original.etag
      }
    }
    if (missing.length === 0) return original
    const after = await currentOriginal(sourceKey, originals, deadline)
    if (!surprised && after?.etag === original.etag) return original
  }
  throw new Error(`Expected the original to stay the same for a moment, it changed ${MOST_ROUNDS} times meanwhile`)
}
