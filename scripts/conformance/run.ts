// `npm run conformance`: the vendor's tests of its Go client, run against the local OSS.

import { EXIT, fail, readArgs } from '../args.ts'
import { COLUMNS } from './columns.ts'
import { runMatrix } from './matrix.ts'
import { report } from './report.ts'
import { GOCODE, missing } from './suite.ts'

const HELP = `
npm run conformance -- [--columns A,B] [--tests REGEXP] [--jobs N] [--gocode DIR] [--json]

Runs the test suite of the vendor's Go client, which was written for the real service, against the local OSS: signed by
both versions, in every way to name a bucket. Needs Go and the suite's packages; says which when they are missing.
  --columns A,B   only these of ${COLUMNS.map(({ name }) => name).join(', ')}
  --tests REGEXP  only tests whose Suite.Test matches
  --jobs N        test programs at a time (default 24; most of their time they wait)
  --gocode DIR    where Go sources are installed (default ${GOCODE})
  --json          the result as JSON
Ends with 0 when everything passed but what scripts/conformance/exclusions.ts lists, 1 otherwise, 2 when it cannot run.
`

// The whole matrix takes a good two minutes on two cores.
const BUDGET_MS = 5 * 60_000

const { values } = readArgs(
  {
    columns: { type: 'string' },
    tests: { type: 'string' },
    jobs: { type: 'string', default: '24' },
    gocode: { type: 'string', default: GOCODE },
    json: { type: 'boolean', default: false },
  },
  HELP,
)
const names = values.columns?.split(',')
const unknown = names?.find((name) => !COLUMNS.some((column) => column.name === name))
if (unknown !== undefined) fail(EXIT.usage, `Expected --columns to name columns, got ${unknown}.`)
const jobs = Number(values.jobs)
if (!Number.isInteger(jobs) || jobs < 1 || jobs > 64)
  fail(EXIT.usage, `Expected --jobs from 1 to 64, got ${values.jobs}.`)
const tests = values.tests === undefined ? undefined : new RegExp(values.tests)
const lacking = missing(values.gocode)
if (lacking !== undefined) fail(EXIT.usage, lacking)

const result = await runMatrix({
  columns: COLUMNS.filter(({ name }) => names?.includes(name) ?? true),
  wanted: (test) => tests?.test(test) ?? true,
  jobs,
  budgetMs: BUDGET_MS,
  gocode: values.gocode,
  onJob: ({ column, tests, results, ms }) => {
    const bad = results.filter(({ outcome }) => outcome === 'failed').length
    const what = tests.length === 1 ? tests[0] : `${tests[0]?.split('.')[0]} (${tests.length})`
    process.stderr.write(`${column.name} ${what}: ${bad ? `${bad} failed` : 'passed'}, ${(ms / 1000).toFixed(1)} s\n`)
  },
})
process.stdout.write(values.json ? `${JSON.stringify(result)}\n` : report(result))
process.exitCode = result.passed ? EXIT.ok : EXIT.wrong
