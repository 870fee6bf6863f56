import { inBytes, inCount, inPercent, inTable, printable } from '../running/words.ts'
import type { Bin, Grouping, Item, ReportFacts, Sum } from './facts.ts'

/** The report for a terminal. */
export function reportTable(facts: ReportFacts): string {
  const { plain, derived, unit, groupings, best, worst, shares, times, failures, notes } = facts
  const parts = [
    `${facts.about}${facts.partial ? ' (stopped before the end)' : ''}\n`,
    inTable(
      ['', unit, 'before', 'after', 'saved', ''],
      [
        row('compressed', plain),
        ...(derived.count === 0
          ? []
          : [['with operations', inCount(derived.count), '', inBytes(derived.after), '', '']]),
      ],
    ),
    ...groupings.map(groupTable),
    bins('saved', unit, shares),
    bins('time', unit, times),
    bins('other answers', unit, failures),
    items('best', best),
    items('worst', worst),
    notes.map((note) => `${note}\n`).join(''),
  ]
  return parts.filter((part) => part !== '').join('\n')
}

const row = (name: string, { count, before, after }: Sum): string[] => [
  printable(name),
  inCount(count),
  inBytes(before),
  inBytes(after),
  inBytes(before - after),
  inPercent(before, after),
]

function groupTable({ title, of, groups }: Grouping): string {
  const head = [`${title} (${of})`, 'count', 'before', 'after', 'saved', '']
  return inTable(
    head,
    groups.map((group) => row(group.name, group)),
  )
}

function bins(title: string, unit: string, all: readonly Bin[]): string {
  if (all.every(({ count }) => count === 0)) return ''
  return inTable(
    [title, unit],
    all.map(({ name, count }) => [printable(name), inCount(count)]),
  )
}

function items(title: string, all: readonly Item[]): string {
  if (all.length === 0) return ''
  const rows = all.map(({ key, before, after }) => [
    printable(key),
    inBytes(before),
    inBytes(after),
    inPercent(before, after),
  ])
  return inTable([title, 'before', 'after', 'saved'], rows)
}
