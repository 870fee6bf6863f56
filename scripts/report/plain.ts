// What both kinds of report count of plain compressed versions.
import type { Item, ReportFacts, Sum } from './facts.ts'
import { add, createExtremes, createGroups, createShares, newSum } from './tally.ts'

const MOST_ITEMS = 10
/** Smaller originals are not worth a look, however little they shrank. */
const LEAST_BYTES = 10_000

export interface PlainTally {
  readonly sum: Sum
  add(item: Item, ending: string): void
  facts(
    of: string,
  ): Pick<ReportFacts, 'plain' | 'shares' | 'best' | 'worst'> & { endings: ReturnType<typeof endingsOf> }
}

const endingsOf = (groups: ReturnType<typeof createGroups>, of: string) => groups.grouping('By ending of the name', of)

export function createPlainTally(): PlainTally {
  const sum = newSum()
  const endings = createGroups()
  const shares = createShares()
  const best = createExtremes(MOST_ITEMS, ({ before, after }) => before - after)
  const worst = createExtremes(MOST_ITEMS, ({ before, after }) => after / before + after / 1e15)
  return {
    sum,
    add(item, ending) {
      const { before, after } = item
      add(sum, before, after)
      endings.add(ending, before, after)
      shares.add(before, after)
      best.add(item)
      if (before >= LEAST_BYTES) worst.add(item)
    },
    facts: (of) => ({
      plain: { ...sum },
      shares: shares.bins(),
      best: best.items().filter(({ before, after }) => after < before),
      worst: worst.items().filter(({ before, after }) => after * sum.before > sum.after * before),
      endings: endingsOf(endings, of),
    }),
  }
}

/** `trip/photo.JPG` → `jpg`; what is no short word is «none». */
export function endingOf(key: string): string {
  const ending = /\.([a-z0-9]{1,5})$/i.exec(key)?.[1]?.toLowerCase()
  return ending === undefined ? 'none' : ending === 'jpeg' ? 'jpg' : ending
}
