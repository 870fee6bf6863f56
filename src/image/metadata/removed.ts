/** What one format's cutter hands back: the file, and the names of the kinds of things that are no longer in it. */
export interface Removed {
  readonly bytes: Buffer
  readonly removed: readonly string[]
}
