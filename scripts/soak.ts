// `npm run soak`: hostile files and faults against the local cloud, every answer and every stored object judged.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'

import { EXIT, fail, readArgs } from './args.ts'
import { showProgress } from './running/progress.ts'
import { stopOnSignals } from './running/stop.ts'
import { isClean } from './soak/report.ts'
import { soak } from './soak/run.ts'

const HELP = `
npm run soak -- [--seed N] [--requests M]

Uploads pictures of every format, files made to do harm, and both of them damaged, reads them through the mirror, plain and with
operations, while the bucket fails in every way and processes are killed. Needs the built function (npm run build).

  --seed N       the same inputs and faults in the same order (default 1)
  --requests M   how many steps (default 10000); ten to thirty a second on two cores
  --peaceful     no faults, no kills: what memory does by itself
  --corpus DIR   damages the files below DIR as well (up to 256 KB each)
  --built DIR    the built function (default dist)
  --keep DIR     writes what failed there
  --json         the report as JSON on stdout

Exit 0 nothing wrong, 1 something wrong or stopped, 2 usage.
`

const { values } = readArgs(
  {
    seed: { type: 'string', default: '1' },
    requests: { type: 'string', default: '10000' },
    peaceful: { type: 'boolean', default: false },
    corpus: { type: 'string' },
    built: { type: 'string', default: 'dist' },
    keep: { type: 'string' },
    json: { type: 'boolean', default: false },
  },
  HELP,
)
const seed = whole('--seed', values.seed)
const requests = whole('--requests', values.requests)

function whole(name: string, text: string): number {
  return /^\d{1,9}$/.test(text) ? Number(text) : fail(EXIT.usage, `Expected a whole number for ${name}, got «${text}».`)
}

const dataDir = mkdtempSync(join(tmpdir(), 'oss-image-origin-soak-'))
const progress = showProgress({ unit: 'steps', total: requests })
const { signal, release } = stopOnSignals((text) => progress.say(text))
try {
  const report = await soak({
    seed,
    requests,
    codeDir: resolve(values.built),
    dataDir,
    peaceful: values.peaceful,
    signal,
    onProgress: progress.update,
    ...(values.corpus === undefined ? {} : { corpusDir: values.corpus }),
  })
  progress.end()
  if (values.keep !== undefined) {
    mkdirSync(values.keep, { recursive: true })
    for (const [at, { input }] of report.failures.entries())
      if (input !== undefined) writeFileSync(join(values.keep, `${seed}-${at}`), input)
  }
  const failures = report.failures.map(({ key, why }) => ({ key, why }))
  if (values.json) process.stdout.write(`${JSON.stringify({ ...report, failures })}\n`)
  else process.stdout.write(`${text({ ...report, failures: failures.slice(0, 20) })}\n`)
  process.exitCode = isClean(report) && !signal.aborted ? EXIT.ok : EXIT.wrong
} finally {
  release()
  rmSync(dataDir, { recursive: true, force: true })
}

function text(report: object): string {
  return Object.entries(report)
    .map(([name, value]) => `${name.padEnd(16)}${typeof value === 'object' ? JSON.stringify(value) : String(value)}`)
    .join('\n')
}
