/** Work that is begun in order and done in any: how far everything is done. */
export interface Ledger<Position> {
  /**
   * @param position where to go on once this and everything before it is done; undefined: nowhere between this and the next.
   * @returns to be called when it is done; `commit` runs once a run would go on behind it.
   */
  begin(position: Position | undefined): (commit: () => void) => void
  /** Everything up to here is done. */
  low(): Position
}

export function createLedger<Position>(start: Position): Ledger<Position> {
  const line: { position: Position | undefined; commit: (() => void) | undefined }[] = []
  let low = start
  return {
    begin(position) {
      const entry: (typeof line)[number] = { position, commit: undefined }
      line.push(entry)
      return (commit) => {
        entry.commit = commit
        const open = line.findIndex((each) => each.commit === undefined)
        const done = open < 0 ? line : line.slice(0, open)
        const at = done.findLastIndex((each) => each.position !== undefined)
        for (const each of line.splice(0, at + 1)) {
          each.commit?.()
          low = each.position ?? low
        }
      }
    },
    low: () => low,
  }
}
