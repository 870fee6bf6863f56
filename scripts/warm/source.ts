import type { JoinPosition } from '../listing/join.ts'

/** A key that is to be there. */
export interface WarmItem {
  key: string
  /** Size of its original, where that is known. */
  sourceBytes: number | undefined
  /** The compressed bucket was listed and does not have it; otherwise nobody has looked yet. */
  listedMissing: boolean
}

/** Where to go on: in the joined listings, or behind so many records of the files. With what the progress bar shows there. */
export type WarmPosition = { join: JoinPosition; originals: number } | { records: number; bytes: number }

/** The next item, or none at the end of a page: then there is only something to count. */
export interface WarmStep {
  item: WarmItem | undefined
  /** Where to go on once this step and all before it are done; undefined where only the next one knows. */
  position: WarmPosition | undefined
  /** Wanted keys passed since the last step that need nothing, because the listing has them. */
  there: number
  /** Objects passed since the last step that are older than their original. */
  stale: number
}

export interface WarmSource {
  unit: string
  /** Of the progress bar, where somebody has counted. */
  total: number | undefined
  start: WarmPosition
  pages(from: WarmPosition): AsyncIterable<readonly WarmStep[]>
}

export function progressAt(position: WarmPosition): number {
  return 'join' in position ? position.originals : position.bytes
}
