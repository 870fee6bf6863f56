// Sums of any number of objects in little memory.
import type { Bin, Group, Grouping, Item, Sum } from './facts.ts'

export function add(sum: Sum, before: number, after: number): void {
  sum.count++
  sum.before += before
  sum.after += after
}

export const newSum = (): Sum => ({ count: 0, before: 0, after: 0 })

/** More names than this are one «others»: whoever names things may name them anyhow. */
const MOST_GROUPS = 40
const OTHERS = 'others'

export interface Groups {
  add(name: string, before: number, after: number): void
  /** The largest first. */
  grouping(title: string, of: string): Grouping
}

export function createGroups(): Groups {
  const groups = new Map<string, Sum>()
  return {
    add(wanted, before, after) {
      const name = groups.has(wanted) || groups.size < MOST_GROUPS ? wanted : OTHERS
      let sum = groups.get(name)
      if (sum === undefined) groups.set(name, (sum = newSum()))
      add(sum, before, after)
    },
    grouping(title, of) {
      const all: Group[] = [...groups].map(([name, sum]) => ({ name, ...sum }))
      return { title, of, groups: all.sort((a, b) => b.before - a.before || b.count - a.count) }
    },
  }
}

export interface Shares {
  add(before: number, after: number): void
  bins(): Bin[]
}

/** Saved bytes in tenths. */
export function createShares(): Shares {
  const counts = Array.from({ length: 11 }, () => 0)
  return {
    add(before, after) {
      const saved = before === 0 ? 0 : 1 - after / before
      const at = saved <= 0 ? 0 : Math.min(10, Math.floor(saved * 10) + 1)
      counts[at] = (counts[at] ?? 0) + 1
    },
    bins: () => counts.map((count, at) => ({ name: at === 0 ? 'nothing' : `${(at - 1) * 10}–${at * 10} %`, count })),
  }
}

const TIMES_MS = [100, 250, 500, 1000, 2000, 4000, 8000]

export function createTimes(): { add(ms: number): void; bins(): Bin[] } {
  const counts = [...TIMES_MS, 0].map(() => 0)
  return {
    add(ms) {
      const at = TIMES_MS.findIndex((most) => ms < most)
      const bin = at < 0 ? TIMES_MS.length : at
      counts[bin] = (counts[bin] ?? 0) + 1
    },
    bins: () =>
      counts.map((count, at) => {
        const most = TIMES_MS[at]
        return { name: most === undefined ? '≥ 8 s' : `< ${most >= 1000 ? `${most / 1000} s` : `${most} ms`}`, count }
      }),
  }
}

export interface Extremes {
  add(item: Item): void
  items(): Item[]
}

/** The few that rank highest; sorted only when a better one comes. */
export function createExtremes(most: number, rank: (item: Item) => number): Extremes {
  const kept: { item: Item; rank: number }[] = []
  return {
    add(item) {
      const value = rank(item)
      const last = kept.at(-1)
      if (kept.length >= most && last !== undefined && value <= last.rank) return
      kept.push({ item: { ...item }, rank: value })
      kept.sort((a, b) => b.rank - a.rank)
      if (kept.length > most) kept.pop()
    },
    items: () => kept.map(({ item }) => item),
  }
}

/** Any `size` of all that come, each as likely as any other (reservoir sampling, algorithm R). */
export function createSample<T>(
  size: number,
  random: () => number = Math.random,
): { add(item: T): void; items(): T[] } {
  const kept: T[] = []
  let seen = 0
  return {
    add(item) {
      seen++
      if (kept.length < size) kept.push(item)
      else {
        const at = Math.floor(random() * seen)
        if (at < size) kept[at] = item
      }
    },
    items: () => kept,
  }
}
