import type { KeySettings } from '../key/settings.ts'
import type { OriginalFacts } from '../oss/bucket.ts'
import type { DerivativesBucket } from '../oss/derivatives-bucket.ts'
import { type Derivative, derivativesOf, type OriginalsHead } from './derivatives.ts'
import { verdictOf } from './verdict.ts'

/** What freshness works on. */
export interface FreshnessBuckets {
  originals: OriginalsHead
  derivatives: DerivativesBucket
}

/** Removed at once. */
const BATCH = 200

export interface Purged {
  /** Keys that went. */
  removed: string[]
  /** Keys that stay: made from the original as it is now. */
  kept: string[]
}

/**
 * Removes an original's stored versions, all of them or those that are not the current original's. Removing one too many does
 * no harm, the next read makes it again; so nothing here has to be undone when it is interrupted or done twice.
 * @param original what they have to be made from; undefined: there is none, everything goes.
 * @throws OssFault
 */
export async function purgeOutdated(
  sourceKey: string,
  original: Pick<OriginalFacts, 'etag' | 'lastModified'> | undefined,
  { originals, derivatives }: FreshnessBuckets,
  settings: KeySettings,
  settleMs: number,
  deadline: number,
): Promise<Purged> {
  const isCurrent = (found: Derivative) => !found.lost && verdictOf(found, original, settleMs) === 'current'
  const purged: Purged = { removed: [], kept: [] }
  let batch: string[] = []
  const flush = async () => {
    await derivatives.remove(batch, deadline)
    purged.removed.push(...batch)
    batch = []
  }
  for await (const found of derivativesOf(sourceKey, derivatives, originals, settings, deadline)) {
    if (isCurrent(found)) purged.kept.push(found.key)
    else batch.push(found.key)
    // Not all at the end: where there are too many for the time there is, the next try has fewer.
    if (batch.length === BATCH) await flush()
  }
  await flush()
  return purged
}
