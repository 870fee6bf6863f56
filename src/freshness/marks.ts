// Objects that show an original as their watermark. Their keys begin with other originals' names: nothing but a walk through the
// whole bucket finds them.
import { markKeys } from '../key/explain.ts'
import { KeyFault } from '../key/fault.ts'
import type { Operation } from '../key/parse.ts'
import { readKey } from '../key/read.ts'
import type { KeySettings } from '../key/settings.ts'
import { styleNamed } from '../key/styles.ts'
import type { DerivativesBucket, ListedObject } from '../oss/derivatives-bucket.ts'
import { currentOriginal } from './derivatives.ts'
import type { FreshnessBuckets } from './purge.ts'

/** Whether a style that is configured puts this original on others. */
export function isMarkOfStyle(sourceKey: string, settings: KeySettings): boolean {
  return Object.keys(settings.styles).some((name) => {
    const operations = (styleNamed(name, settings)?.operations ?? []) as readonly Operation[]
    return markKeys({ operations }).includes(sourceKey)
  })
}

/** The originals that a requested key shows besides its own. */
export function marksIn(requestedKey: string, settings: KeySettings): string[] {
  try {
    return markKeys(readKey(requestedKey, settings))
  } catch (fault) {
    if (fault instanceof KeyFault) return []
    throw fault
  }
}

/**
 * All stored objects with this watermark, found by listing everything: about a second for each ten thousand objects.
 * @throws OssFault
 */
export async function* objectsWithMark(
  markKey: string,
  derivatives: DerivativesBucket,
  settings: KeySettings,
  deadline: number,
): AsyncGenerator<ListedObject> {
  for await (const object of derivatives.list('', deadline)) {
    if (marksIn(object.key, settings).includes(markKey)) yield object
  }
}

/** Removed at once: as many as one request takes. */
const BATCH = 1000

/** The walk ends this long before the deadline, so that what it found still goes. */
const RESERVE_MS = 15_000

/**
 * Removes the objects that may show an older version of a watermark. They do not say which one they show, so time decides: what was
 * stored before a read that began before the change can have ended.
 * @returns whether the walk came to its end before the deadline; what it had found by then is gone in any case.
 * @throws OssFault
 */
export async function purgeMarked(
  markKey: string,
  { originals, derivatives }: FreshnessBuckets,
  settings: KeySettings,
  settleMs: number,
  deadline: number,
  now: () => number,
): Promise<{ removed: number; finished: boolean }> {
  const mark = await currentOriginal(markKey, originals, deadline)
  const until = mark === undefined ? Infinity : Date.parse(mark.lastModified) + settleMs
  let removed = 0
  let batch: string[] = []
  const flush = async () => {
    if (batch.length > 0) await derivatives.remove(batch, deadline)
    removed += batch.length
    batch = []
  }
  let finished = true
  for await (const { key, lastModified } of derivatives.list('', deadline)) {
    if (lastModified <= until && marksIn(key, settings).includes(markKey)) batch.push(key)
    if (batch.length === BATCH) await flush()
    finished = now() < deadline - RESERVE_MS
    if (!finished) break
  }
  await flush()
  return { removed, finished }
}
