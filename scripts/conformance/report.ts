// The matrix as text.

import { OTHER_SUITES } from './exclusions.ts'
import type { MatrixResult } from './matrix.ts'
import { suiteOf } from './suite.ts'

/** Suites down, columns across, `passed` or `passed/failed`; then what was left out and what went wrong. */
export function report({ columns, skipped, ms, passed }: MatrixResult): string {
  const suites = [...new Set(columns.flatMap(({ suites }) => suites.map(({ suite }) => suite)))].sort()
  const rows = suites.map((name) => [
    name,
    ...columns.map((column) => {
      const { passed = 0, failed = 0 } = column.suites.find(({ suite }) => suite === name) ?? {}
      return failed > 0 ? `${passed}, ${failed} failed` : `${passed}`
    }),
    String(skipped.filter(({ test }) => suiteOf(test) === name).length),
  ])
  const total = ['signed requests', ...columns.map(({ requests }) => String(requests)), '']
  const text = [table([['suite', ...columns.map(({ column }) => column), 'skipped'], ...rows, total])]
  text.push('\nSkipped:')
  for (const { test, reason } of skipped) if (!(suiteOf(test) in OTHER_SUITES)) text.push(`  ${test}: ${reason}`)
  for (const [suite, reason] of Object.entries(OTHER_SUITES)) {
    const count = skipped.filter(({ test }) => suiteOf(test) === suite).length
    if (count > 0) text.push(`  ${suite} (${count}): ${reason}`)
  }
  for (const { column, failures, strayed, requests } of columns) {
    for (const { test, detail } of failures) text.push(`\n${column}: ${test} failed\n${indented(detail)}`)
    if (strayed.length > 0) {
      text.push(`\n${column}: ${strayed.length} requests went another way, the first:\n${indented(strayed[0] ?? '')}`)
    }
    if (requests === 0) text.push(`\n${column}: Expected requests, got none.`)
  }
  text.push(`\n${passed ? 'Passed' : 'Failed'} in ${Math.round(ms / 1000)} s.`)
  return `${text.join('\n')}\n`
}

function table(rows: readonly string[][]): string {
  const widths = (rows[0] ?? []).map((_, at) => Math.max(...rows.map((row) => row[at]?.length ?? 0)))
  return rows
    .map((row) => row.map((cell, at) => (at === 0 ? cell.padEnd(widths[at] ?? 0) : cell.padStart(widths[at] ?? 0))))
    .map((cells) => cells.join('  ').trimEnd())
    .join('\n')
}

function indented(text: string): string {
  return text.replace(/^/gm, '  ')
}
