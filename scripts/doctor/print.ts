// Results as lines for people.
import type { Result } from './check.ts'

/** Colours only where somebody looks. */
export interface Style {
  good(text: string): string
  bad(text: string): string
  faint(text: string): string
}

const paint = (code: number) => (text: string) => `\x1b[${code}m${text}\x1b[0m`
const plain = (text: string) => text
export const COLOURED: Style = { good: paint(32), bad: paint(31), faint: paint(2) }
export const PLAIN: Style = { good: plain, bad: plain, faint: plain }

/** One line; a cause and a fix below it where there are any. */
export function lineOf({ ok, title, note, cause, fix }: Result, style: Style): string {
  const mark = ok === true ? style.good('✓') : ok === false ? style.bad('✗') : '–'
  const below = ok === true ? 'but' : 'cause'
  const lines = [`${mark} ${title}${note === undefined ? '' : style.faint(` (${note})`)}`]
  if (ok === null) lines[0] += style.faint(`: ${cause ?? 'not checked'}`)
  else if (cause !== undefined) lines.push(`    ${below}: ${cause}`)
  if (fix !== undefined) lines.push(`    fix: ${fix}`)
  return `${lines.join('\n')}\n`
}

/** What it comes to. */
export function summary(results: readonly Result[]): string {
  const count = (ok: boolean | null) => results.filter((result) => result.ok === ok).length
  const warnings = results.filter(({ ok, cause }) => ok === true && cause !== undefined).length
  const parts = [`${count(true)} ✓`, `${count(false)} ✗`, `${count(null)} not checked`]
  if (warnings > 0) parts.push(`${warnings} to look at`)
  return `${parts.join(', ')}\n`
}
