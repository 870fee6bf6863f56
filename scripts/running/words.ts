// Numbers and keys as people read them.

export function inBytes(bytes: number): string {
  const size = Math.abs(bytes)
  if (size < 1000) return `${Math.round(bytes)} B`
  for (const [unit, least] of UNITS)
    if (size >= least) return `${(bytes / least).toFixed(size < 10 * least ? 2 : 1)} ${unit}`
  return `${bytes} B`
}

const UNITS = [
  ['PB', 1e15],
  ['TB', 1e12],
  ['GB', 1e9],
  ['MB', 1e6],
  ['KB', 1e3],
] as const

export function inCount(count: number): string {
  return count.toLocaleString('en-US')
}

/** Share of `before` that is gone; negative where it grew. */
export function inPercent(before: number, after: number): string {
  return before === 0 ? '–' : `${(100 * (1 - after / before)).toFixed(1)} %`
}

export function inTime(seconds: number): string {
  if (!Number.isFinite(seconds)) return '–'
  if (seconds < 60) return `${seconds.toFixed(seconds < 10 ? 1 : 0)} s`
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ${Math.round(seconds % 60)} s`
  if (seconds < 172_800) return `${(seconds / 3600).toFixed(1)} h`
  return `${(seconds / 86_400).toFixed(1)} days`
}

/** A key on a terminal: without characters that would move the cursor. */
export function printable(key: string): string {
  return key.replace(/\p{C}/gu, '?')
}

/** Columns of a terminal: East Asian wide characters take two. */
function columns(text: string): number {
  let count = 0
  for (const character of text) count += WIDE.test(character) ? 2 : 1
  return count
}
const WIDE = /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]/u

/** Rows under a head; the first column to the left, the others to the right unless `left` names them. */
export function inTable(
  head: readonly string[],
  rows: readonly (readonly string[])[],
  left: readonly number[] = [0],
): string {
  const widths = head.map((name, at) => Math.max(columns(name), ...rows.map((row) => columns(row[at] ?? ''))))
  const line = (row: readonly string[]) =>
    row
      .map((cell, at) => {
        const space = ' '.repeat(Math.max(0, (widths[at] ?? 0) - columns(cell)))
        return left.includes(at) ? cell + space : space + cell
      })
      .join('  ')
      .trimEnd()
  const rule = '─'.repeat(widths.reduce((sum, width) => sum + width + 2, -2))
  return `${[line(head), rule, ...rows.map(line)].join('\n')}\n`
}
