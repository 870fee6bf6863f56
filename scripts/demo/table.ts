import type { Row } from './read-through.ts'

/** The rows as a table with a total, for people. */
export function table(rows: Row[]): string {
  const head = ['key', 'before', 'after', 'saved', 'ms', 'stored', 'again', 'what happened']
  const cells = rows.map((row) => [
    shorten(row.key),
    size(row.before),
    isRead(row) ? size(row.after) : '–',
    isRead(row) ? percent(row.before, row.after) : '–',
    String(row.ms),
    row.stored ? '✓' : row.notLetOut === true ? '–' : '✗',
    !isRead(row) ? '–' : row.secondReachedFunction ? 'function ✗' : 'bucket',
    row.error ?? row.how ?? '',
  ])
  const good = rows.filter(isRead)
  const before = good.reduce((sum, row) => sum + row.before, 0)
  const after = good.reduce((sum, row) => sum + row.after, 0)
  cells.push([`${good.length} of ${rows.length}`, size(before), size(after), percent(before, after), '', '', '', ''])

  const widths = head.map((_, column) => Math.max(...[head, ...cells].map((row) => width(row[column] ?? ''))))
  const line = (row: string[]) =>
    row
      .map((cell, column) =>
        column === 0 || column === 7 ? pad(cell, widths[column], 'end') : pad(cell, widths[column], 'start'),
      )
      .join('  ')
      .trimEnd()
  const rule = '─'.repeat(widths.reduce((sum, next) => sum + next + 2, -2))
  return `${[line(head), rule, ...cells.slice(0, -1).map(line), rule, line(cells.at(-1) ?? [])].join('\n')}\n`
}

const isRead = (row: Row) => row.error === undefined && row.notLetOut !== true

/** Long keys lose their middle: the end tells files apart. */
function shorten(key: string): string {
  const most = 48
  const characters = Array.from(key.replace(/\p{C}/gu, '?'))
  if (characters.length <= most) return characters.join('')
  return `${characters.slice(0, 15).join('')}…${characters.slice(-(most - 16)).join('')}`
}

function size(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`
  return bytes < 1_000_000 ? `${(bytes / 1000).toFixed(1)} KB` : `${(bytes / 1_000_000).toFixed(2)} MB`
}

function percent(before: number, after: number): string {
  return before === 0 ? '–' : `${(100 * (1 - after / before)).toFixed(1)} %`
}

/** Columns a terminal gives a text: East Asian wide characters take two. */
function width(text: string): number {
  return Array.from(text).reduce(
    (sum, character) =>
      sum +
      (/[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]/u.test(character)
        ? 2
        : 1),
    0,
  )
}

function pad(text: string, columns: number | undefined, side: 'start' | 'end'): string {
  const space = ' '.repeat(Math.max(0, (columns ?? 0) - width(text)))
  return side === 'end' ? text + space : space + text
}
