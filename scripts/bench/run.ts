// `npm run bench`: measures this project beside bare sharp and its peers, part by part.
import { writeFileSync } from 'node:fs'

import { EXIT, fail, readArgs } from '../args.ts'
import { closeOnSignals } from './ending.ts'
import { keep } from './keep.ts'
import { describeMachine, markdown } from './markdown.ts'
import type { Options, Report } from './part.ts'
import { PARTS } from './parts.ts'
import { CORPUS } from './pictures.ts'

const HELP = `
npm run bench -- [PART …] [--rounds N] [--corpus DIR] [--write] [--json FILE] [--small]

Prints tables in Markdown, the figures aimed at, and whether they were met. Without a PART: all of them.
${Object.entries(PARTS)
  .map(([name, { about }]) => `  ${name.padEnd(12)} ${about}`)
  .join('\n')}
  --rounds N    rounds of what is timed, interleaved (default 15)
  --corpus DIR  real pictures in DIR/photos and DIR/graphics (default ${CORPUS}; drawn ones where there are none)
  --write       keeps the tables in docs/benchmarks.json and writes docs/benchmarks.md and the figures in README.md
  --json FILE   everything that was measured, also; - for stdout, instead of the tables
  --small       tiny inputs, to see that it works
Exit 1 if a part failed; a figure that is not met is no failure.
`

const { values, positionals } = readArgs(
  {
    rounds: { type: 'string', default: '15' },
    corpus: { type: 'string', default: CORPUS },
    json: { type: 'string' },
    write: { type: 'boolean', default: false },
    small: { type: 'boolean', default: false },
  },
  HELP,
)
if (values.write && values.small) fail(EXIT.usage, 'Expected --write without --small: tiny pictures tell nothing.')
const rounds = /^[1-9][0-9]{0,3}$/.test(values.rounds)
  ? Number(values.rounds)
  : fail(EXIT.usage, `--rounds: Expected a whole number from 1 to 9999, got «${values.rounds}».\n${HELP}`)
const names = positionals.length > 0 ? positionals : Object.keys(PARTS)
const unknown = names.find((name) => !Object.hasOwn(PARTS, name))
if (unknown !== undefined) fail(EXIT.usage, `Expected one of ${Object.keys(PARTS).join(', ')}, got «${unknown}».`)

closeOnSignals()
const tty = process.stderr.isTTY
const reports: Record<string, Report> = {}
let failed = false
for (const name of names) {
  const options: Options = {
    rounds,
    corpus: values.corpus,
    small: values.small,
    progress: (text) => tty && process.stderr.write(`\r\x1b[K${name}: ${text.slice(0, 100)}`),
  }
  try {
    const report = await PARTS[name]?.run(options)
    if (tty) process.stderr.write('\r\x1b[K')
    if (report === undefined) continue
    reports[name] = report
    if (values.write) keep(name, report, rounds)
    if (values.json !== '-') process.stdout.write(markdown(name, report))
  } catch (error) {
    failed = true
    process.stderr.write(`${name} failed: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`)
  }
}
const result = JSON.stringify({ machine: describeMachine(), rounds, small: values.small, reports })
if (values.json === '-') process.stdout.write(`${result}\n`)
else if (values.json !== undefined) writeFileSync(values.json, `${result}\n`)
process.exit(failed ? EXIT.wrong : EXIT.ok)
