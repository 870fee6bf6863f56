import { cpus, totalmem } from 'node:os'

import sharp from 'sharp'

import { type Figure, isMet, type Report } from './part.ts'

/** A report as Markdown, as docs/benchmarks.md has it. */
export function markdown(name: string, { tables, figures = [], notes = [] }: Report): string {
  const parts = tables.map(
    ({ title, columns, rows }) =>
      `### ${title}\n\n${[columns, columns.map(() => '---'), ...rows].map(line).join('\n')}\n`,
  )
  if (figures.length > 0) parts.push(`${figuresTable(figures)}\n`)
  if (notes.length > 0) parts.push(`${notes.map((note) => `- ${note}`).join('\n')}\n`)
  return `\n## ${name}\n\n${parts.join('\n')}`
}

const WORDS = {
  en: { head: ['figure', 'measured', 'aim', 'met'], yes: 'yes', no: 'no' },
  zh: { head: ['指标', '实测', '目标', '达到'], yes: '是', no: '否' },
}

/** What was measured beside what was aimed at. */
export function figuresTable(figures: readonly Figure[], language: keyof typeof WORDS = 'en'): string {
  const { head, yes, no } = WORDS[language]
  const rows = figures.map((figure) => [figure.what, number(figure.value), aimOf(figure), isMet(figure) ? yes : no])
  return [head, ['---', '---', '---', '---'], ...rows].map(line).join('\n')
}

function line(cells: readonly string[]): string {
  return `| ${cells.join(' | ')} |`
}

function aimOf({ atMost, atLeast }: Figure): string {
  return [atLeast === undefined ? '' : `≥ ${number(atLeast)}`, atMost === undefined ? '' : `≤ ${number(atMost)}`]
    .filter(Boolean)
    .join(', ')
}

/** What JSON made of a number that is none (null) is none as well. */
export function number(value: number): string {
  if (!Number.isFinite(value)) return '–'
  return Number.isInteger(value) ? String(value) : value.toFixed(Math.abs(value) < 10 ? 3 : 1)
}

/** What the numbers were measured on. */
export function describeMachine(): Record<string, string | number> {
  const [first] = cpus()
  return {
    cores: cpus().length,
    processor: first?.model ?? '',
    memoryBytes: totalmem(),
    node: process.version,
    sharp: sharp.versions.sharp ?? '',
    libvips: sharp.versions.vips,
  }
}
