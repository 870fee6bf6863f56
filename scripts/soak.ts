// `npm run soak`: hostile files and faults against the local cloud, every answer and every stored object judged; or a load.
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'

import { parse } from 'yaml'

import { EXIT, fail, readArgs } from './args.ts'
import { showProgress } from './running/progress.ts'
import { stopOnSignals } from './running/stop.ts'
import { load } from './soak/load.ts'
import { behaved } from './soak/load-report.ts'
import { isClean } from './soak/report.ts'
import { soak } from './soak/run.ts'

const HELP = `
npm run soak -- [--seed N] [--requests M] [--load]

Uploads pictures of every format, files made to do harm, and both of them damaged, reads them through the mirror, plain and with
operations, while the bucket fails in every way and processes are killed. Needs the built function (npm run build).

  --seed N       the same inputs and faults in the same order (default 1)
  --requests M   how many steps (default 10000); ten to thirty a second on two cores
  --peaceful     no faults, no kills: what memory does by itself
  --corpus DIR   damages the files below DIR as well (up to 256 KB each)
  --built DIR    the built function (default dist)
  --keep DIR     writes what failed there
  --json         the report as JSON on stdout

  --load         no faults but more readers than the function can serve: twice what it turns out to do, hits, missing, hostile
                 and no files mixed (default 4000 requests): what was answered and how early, whether each picture was made once,
                 memory and descriptors, how soon a lone request is as fast as before. Linux, as it looks into /proc
  --concurrency C  requests an instance takes at a time (default: as s.yaml has it). The platform refuses the others; with
                 128 the function has to do it itself

Exit 0 nothing wrong, 1 something wrong or stopped, 2 usage.
`

const { values } = readArgs(
  {
    seed: { type: 'string', default: '1' },
    requests: { type: 'string' },
    load: { type: 'boolean', default: false },
    concurrency: { type: 'string' },
    peaceful: { type: 'boolean', default: false },
    corpus: { type: 'string' },
    built: { type: 'string', default: 'dist' },
    keep: { type: 'string' },
    json: { type: 'boolean', default: false },
  },
  HELP,
)
const seed = whole('--seed', values.seed)
const requests = whole('--requests', values.requests ?? (values.load ? '4000' : '10000'))

function whole(name: string, text: string): number {
  return /^\d{1,9}$/.test(text) ? Number(text) : fail(EXIT.usage, `Expected a whole number for ${name}, got «${text}».`)
}

const dataDir = mkdtempSync(join(tmpdir(), 'oss-image-origin-soak-'))
const progress = showProgress({ unit: values.load ? 'requests' : 'steps', total: requests })
const { signal, release } = stopOnSignals((text) => progress.say(text))
try {
  process.exitCode = (values.load ? await underLoad() : await underFaults()) && !signal.aborted ? EXIT.ok : EXIT.wrong
} finally {
  release()
  rmSync(dataDir, { recursive: true, force: true })
}

async function underFaults(): Promise<boolean> {
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
  print({ ...report, failures })
  return isClean(report)
}

async function underLoad(): Promise<boolean> {
  const report = await load({
    seed,
    requests,
    codeDir: resolve(values.built),
    dataDir,
    concurrency: whole('--concurrency', values.concurrency ?? String(concurrencyOfTemplate())),
    signal,
    onProgress: progress.update,
  })
  progress.end()
  print(report)
  return behaved(report)
}

/** What s.yaml lets an instance take at a time. */
function concurrencyOfTemplate(): number {
  const template = parse(readFileSync('s.yaml', 'utf8')) as {
    resources: { origin: { props: { instanceConcurrency: number } } }
  }
  return template.resources.origin.props.instanceConcurrency
}

function print(report: { failures: object[] }): void {
  if (values.json) process.stdout.write(`${JSON.stringify(report)}\n`)
  else process.stdout.write(`${text({ ...report, failures: report.failures.slice(0, 20) })}\n`)
}

function text(report: object): string {
  return Object.entries(report)
    .map(([name, value]) => `${name.padEnd(19)}${typeof value === 'object' ? JSON.stringify(value) : String(value)}`)
    .join('\n')
}
