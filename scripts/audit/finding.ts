/**
 * stale: made from another version of its original. orphaned: nothing it could have been made from. missing: nothing was made
 * from this original. broken: its body is not what its key says, such as the platform's own failure, answered with 200 and
 * stored. These are faults. outdated: right, but made by an earlier recipe.
 */
export type Kind = 'stale' | 'orphaned' | 'missing' | 'broken' | 'outdated'

export const KINDS: readonly Kind[] = ['stale', 'orphaned', 'missing', 'broken', 'outdated']
export const FAULTS: readonly Kind[] = ['stale', 'orphaned', 'missing', 'broken']

export interface Finding {
  kind: Kind
  /** In the compressed bucket; of what is missing, the key it would have. */
  key: string
  sourceKey: string
  reason: string
}
