// The report as one HTML file: nothing is loaded from anywhere, and nothing of a key is ever markup.
import { createHash } from 'node:crypto'

import { build } from 'esbuild'

import { inBytes, inCount, inPercent } from '../running/words.ts'
import type { ChartFacts } from './draw.ts'
import type { Bin, Grouping, Item, ReportFacts } from './facts.ts'
import { STYLE } from './style.ts'

/** @param drawFile draw.ts. @returns the page's script with the chart library in it. */
export async function bundleDraw(drawFile: string): Promise<string> {
  const result = await build({
    entryPoints: [drawFile],
    bundle: true,
    format: 'iife',
    minify: true,
    target: ['es2022', 'chrome110', 'firefox115', 'safari16'],
    charset: 'utf8',
    legalComments: 'none',
    write: false,
    logLevel: 'error',
  })
  // The one thing that would end a script element early.
  return (result.outputFiles[0]?.text ?? '').replaceAll(/<\/(script)/gi, '<\\/$1')
}

/** @param script what `bundleDraw` gives. */
export function reportPage(facts: ReportFacts, script: string): string {
  const { plain, derived, unit } = facts
  const charts: ChartFacts[] = []
  const sections = [
    ...facts.groupings
      .filter(({ groups }) => groups.length > 0)
      .map((grouping, at) => groupSection(grouping, at, charts)),
    binSection('How much was saved', `${unit} by the share of bytes saved`, facts.shares, 'shares', charts),
    binSection('How long it took', `${unit} by time from request to last byte`, facts.times, 'times', charts),
    binSection('Other answers', 'by status and code', facts.failures, 'failures', charts),
    itemSection('Most saved', facts.best),
    itemSection('Least saved', facts.worst),
  ]
  const policy = [
    "default-src 'none'",
    `script-src ${hashOf(script)}`,
    `style-src ${hashOf(STYLE)}`,
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ')
  const tiles = [
    ['saved', inBytes(plain.before - plain.after), inPercent(plain.before, plain.after)],
    [unit, inCount(plain.count), derived.count === 0 ? '' : `and ${inCount(derived.count)} with operations`],
    ['before', inBytes(plain.before), 'what the originals hold'],
    [
      'after',
      inBytes(plain.after),
      derived.count === 0 ? 'what readers get' : `and ${inBytes(derived.after)} with operations`,
    ],
  ]
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<title>What compression saved</title>
<style>${STYLE}</style>
</head>
<body>
<main>
<header>
<h1>What compression saved</h1>
<p>${text(facts.about)}${facts.partial ? ' <strong>(stopped before the end)</strong>' : ''}</p>
</header>
<div class="tiles">${tiles.map(([name = '', value = '', more = '']) => `<div><span>${text(name)}</span><b>${text(value)}</b><small>${text(more)}</small></div>`).join('')}</div>
${facts.notes.length === 0 ? '' : `<ul class="notes">${facts.notes.map((note) => `<li>${text(note)}</li>`).join('')}</ul>`}
${sections.join('\n')}
<footer>Made ${text(facts.made.slice(0, 19).replace('T', ' '))} UTC from ${facts.source === 'log' ? 'the log' : 'listings'}. KB, MB, GB: powers of 1,000.</footer>
</main>
<script type="application/json" id="charts">${JSON.stringify(charts).replaceAll('<', '\\u003c')}</script>
<script>${script}</script>
</body>
</html>
`
}

/** Rows of a chart that people can still tell apart; the table has all. */
const MOST_BARS = 12

function groupSection({ title, of, groups }: Grouping, at: number, charts: ChartFacts[]): string {
  const bars = groups.slice(0, MOST_BARS)
  const id = `group-${at}`
  charts.push({
    id,
    labels: bars.map(({ name }) => shorten(name, 28)),
    series: [
      { name: 'before', values: bars.map(({ before }) => before), muted: true },
      { name: 'after', values: bars.map(({ after }) => after) },
    ],
    unit: 'bytes',
    horizontal: true,
  })
  const rows = groups.map(({ name, count, before, after }) => [
    name,
    inCount(count),
    inBytes(before),
    inBytes(after),
    inPercent(before, after),
  ])
  return section(title, of, chart(id, title, bars.length), table(['', 'count', 'before', 'after', 'saved'], rows))
}

function binSection(title: string, of: string, bins: readonly Bin[], id: string, charts: ChartFacts[]): string {
  if (bins.every(({ count }) => count === 0)) return ''
  charts.push({
    id,
    labels: bins.map(({ name }) => shorten(name, 28)),
    series: [{ name: 'count', values: bins.map(({ count }) => count) }],
    unit: 'count',
    horizontal: true,
  })
  const rows = bins.map(({ name, count }) => [name, inCount(count)])
  const numbers = `<details><summary>Numbers</summary>${table(['', 'count'], rows)}</details>`
  return section(title, of, chart(id, title, bins.length * 0.7), numbers)
}

function itemSection(title: string, items: readonly Item[]): string {
  if (items.length === 0) return ''
  const rows = items.map(({ key, before, after }) => [key, inBytes(before), inBytes(after), inPercent(before, after)])
  return section(title, 'single objects', '', table(['key', 'before', 'after', 'saved'], rows))
}

function section(title: string, of: string, drawing: string, rows: string): string {
  return `<section><h2>${text(title)} <small>${text(of)}</small></h2>${drawing}${rows}</section>`
}

/** Heights are classes: a style attribute would need a policy that allows any. */
function chart(id: string, title: string, bars: number): string {
  const size = bars <= 2 ? 'small' : bars <= 5 ? 'medium' : bars <= 8 ? 'large' : 'huge'
  return `<div class="chart ${size}"><canvas id="${id}" role="img" aria-label="${text(title)}: the table below has the numbers"></canvas></div>`
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const cells = (row: readonly string[], tag: 'td' | 'th') =>
    `<tr>${row.map((cell) => `<${tag}>${text(cell)}</${tag}>`).join('')}</tr>`
  return `<div class="scroll"><table><thead>${cells(head, 'th')}</thead><tbody>${rows.map((row) => cells(row, 'td')).join('')}</tbody></table></div>`
}

/** Text, wherever it comes from, as text. Characters that turn the direction of writing could disguise a key. */
export function text(value: string): string {
  return value
    .replace(/[\p{Cc}\p{Cf}\p{Cs}]/gu, '�')
    .replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`)
}

function shorten(name: string, most: number): string {
  const characters = Array.from(name.replace(/[\p{Cc}\p{Cf}\p{Cs}]/gu, '�'))
  return characters.length <= most ? characters.join('') : `${characters.slice(0, most - 1).join('')}…`
}

function hashOf(content: string): string {
  return `'sha256-${createHash('sha256').update(content).digest('base64')}'`
}
