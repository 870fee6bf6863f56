// The newest results of every part, kept as data, and the documents that show them.
import { existsSync, readFileSync, writeFileSync } from 'node:fs'

import { withTable } from '../docs/tables.ts'
import { describeMachine, figuresTable, markdown } from './markdown.ts'
import type { Figure, Report } from './part.ts'
import { PARTS } from './parts.ts'

const DATA = 'docs/benchmarks.json'
const DOCUMENT = 'docs/benchmarks.md'
const READMES = { en: 'README.md', zh: 'README.zh-CN.md' } as const

interface Kept extends Omit<Report, 'data'> {
  date: string
  rounds: number
  machine: ReturnType<typeof describeMachine>
}

/** Puts a part's result among those of the others and writes the documents anew. */
export function keep(name: string, { tables, figures = [], notes = [] }: Report, rounds: number): void {
  const all = existsSync(DATA) ? (JSON.parse(readFileSync(DATA, 'utf8')) as Record<string, Kept>) : {}
  all[name] = {
    date: new Date().toISOString().slice(0, 10),
    rounds,
    machine: describeMachine(),
    tables,
    figures,
    notes,
  }
  writeFileSync(DATA, `${JSON.stringify(all, undefined, 1)}\n`)
  writeFileSync(DOCUMENT, withTable(readFileSync(DOCUMENT, 'utf8'), 'results', documentOf(all)))
  for (const [language, file] of Object.entries(READMES) as ['en' | 'zh', string][])
    writeFileSync(file, withTable(readFileSync(file, 'utf8'), 'figures', readmeOf(all, language)))
}

function inOrder(all: Record<string, Kept>): [string, Kept][] {
  return Object.keys(PARTS).flatMap((name) => (all[name] === undefined ? [] : [[name, all[name]]]))
}

function documentOf(all: Record<string, Kept>): string {
  const parts = inOrder(all).map(([name, { date, rounds, machine, ...report }]) => {
    const on = `${date}, ${machine['cores']} × ${machine['processor']}, Node ${machine['node']}, sharp ${machine['sharp']}, ${rounds} rounds`
    return `${markdown(name, { ...report, data: undefined }).trim()}\n\n*${on}*\n`
  })
  return `\n${parts.join('\n')}`
}

function readmeOf(all: Record<string, Kept>, language: 'en' | 'zh'): string {
  const figures: Figure[] = inOrder(all).flatMap(([, kept]) => kept.figures ?? [])
  return figuresTable(
    figures.filter(({ key }) => key),
    language,
  )
}
