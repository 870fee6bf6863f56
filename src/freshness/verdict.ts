import type { OriginalFacts } from '../oss/bucket.ts'
import type { StoredObject } from '../oss/derivatives-bucket.ts'

/**
 * current: made from the original as it is now. stale: made from another version of it. orphaned: there is no original.
 * unknown: it does not say what it was made from, and is old enough to be from before the change.
 */
export type Verdict = 'current' | 'stale' | 'orphaned' | 'unknown'

/**
 * What a stored object is worth. Its own word counts: the ETag of what it was made from, which the function puts with it. Where
 * OSS was the last to store, there is none, and time decides: what was stored later than a read that began before the change
 * can take (`settleMs`) is made from the original as it is now. Both times are OSS's.
 */
export function verdictOf(
  stored: Pick<StoredObject, 'lastModified' | 'meta'>,
  original: Pick<OriginalFacts, 'etag' | 'lastModified'> | undefined,
  settleMs: number,
): Verdict {
  if (original === undefined) return 'orphaned'
  const madeFrom = stored.meta['source-etag']
  if (madeFrom !== undefined) return madeFrom === original.etag ? 'current' : 'stale'
  return stored.lastModified > Date.parse(original.lastModified) + settleMs ? 'current' : 'unknown'
}
