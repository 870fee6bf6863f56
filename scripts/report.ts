// `npm run report`: what compression saved, as a table and as a page.
import { createReadStream, existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'

import { EXIT, fail, readArgs } from './args.ts'
import { openBuckets } from './audit/buckets.ts'
import { DEPLOYMENT_HELP, DEPLOYMENT_OPTIONS, readDeployment } from './deployment/live.ts'
import { bucketLister } from './listing/bucket.ts'
import { objectCount } from './listing/count.ts'
import { ownerClient } from './owner.ts'
import type { ReportFacts } from './report/facts.ts'
import { reportFromListings } from './report/from-listings.ts'
import { reportFromLog } from './report/from-log.ts'
import { reportTable } from './report/table.ts'
import { linesOf } from './running/lines.ts'
import { showProgress } from './running/progress.ts'
import { stopOnSignals } from './running/stop.ts'
import { readWhole } from './running/whole.ts'

const HELP = `
npm run report -- [--prefix P] [--sample N | --deep] [--log FILE …] [--html FILE]

What compression saved: objects and bytes, by format and by reason, the best and the worst.
Sizes come from the listings of both buckets, formats and reasons from the metadata of a sample of objects.

  --prefix P       only keys that begin with P
  --sample N       objects to ask for their metadata (default 1000; 0: none)
  --deep           ask all of them
  --log FILE       from the function's log lines instead (JSON, a line each, also as a log service exports them; - reads
                   stdin); may be given several times
  --html FILE      also write it as one page with charts, which needs nothing else
  --concurrency N  requests at a time (default 16)
  --json           the numbers on stdout${DEPLOYMENT_HELP}

After Ctrl-C it says what it has seen so far. Exit 0 ok, 1 something wrong, 2 usage.
`

const { values, positionals } = readArgs(
  {
    ...DEPLOYMENT_OPTIONS,
    prefix: { type: 'string', default: '' },
    sample: { type: 'string', default: '1000' },
    deep: { type: 'boolean', default: false },
    log: { type: 'string', multiple: true, default: [] },
    html: { type: 'string' },
    concurrency: { type: 'string', default: '16' },
    json: { type: 'boolean', default: false },
  },
  HELP,
)
if (positionals.length > 0) fail(EXIT.usage, `Expected options only, got «${positionals.join(' ')}».\n${HELP}`)
const { prefix, log } = values
const sample = values.deep ? Infinity : readWhole('sample', values.sample, 0, 100_000)
const concurrency = readWhole('concurrency', values.concurrency, 1, 1000)
const absent = log.filter((file) => file !== '-' && !existsSync(file))
if (absent.length > 0) fail(EXIT.usage, `Expected --log to name files, got ${absent.join(', ')}, which is not there.`)

const stop = stopOnSignals((said) => process.stderr.write(`${said}\n`))
const facts = log.length > 0 ? await fromLog() : await fromListings()
stop.release()

if (values.html !== undefined) {
  // Only where a page is wanted: the bundler is larger than all the rest.
  const { bundleDraw, reportPage } = await import('./report/page.ts')
  const script = await bundleDraw(fileURLToPath(new URL('./report/draw.ts', import.meta.url)))
  mkdirSync(dirname(values.html), { recursive: true })
  writeFileSync(values.html, reportPage(facts, script))
}
process.stdout.write(values.json ? `${JSON.stringify(facts)}\n` : reportTable(facts))
if (values.html !== undefined && !values.json) process.stdout.write(`\n${values.html}\n`)
process.exit(EXIT.ok)

function fromLog(): Promise<ReportFacts> {
  const about = `From the log: ${log.join(', ')}`
  return reportFromLog(linesOfAll(log), { about, stop: stop.signal })
}

async function* linesOfAll(files: readonly string[]): AsyncGenerator<string> {
  for (const file of files) yield* linesOf(file === '-' ? process.stdin : createReadStream(file))
}

async function fromListings(): Promise<ReportFacts> {
  const deployment = readDeployment(values)
  const originals = ownerClient(deployment, deployment.originals)
  const compressed = ownerClient(deployment, deployment.compressed)
  const [here, there] =
    prefix === ''
      ? await Promise.all([
          objectCount(originals, deployment.originals),
          objectCount(compressed, deployment.compressed),
        ])
      : []
  const buckets = openBuckets(deployment)
  const below = prefix === '' ? '' : `, below ${prefix}`
  return reportFromListings({
    originals: bucketLister(originals),
    compressed: bucketLister(compressed),
    keySettings: deployment.config.keySettings,
    prefix,
    sample,
    concurrency,
    head: (key) => buckets.stored(key),
    about: `Buckets ${deployment.originals} and ${deployment.compressed}${below}`,
    progress: showProgress({
      unit: 'keys',
      total: here === undefined || there === undefined ? undefined : here + there,
      silent: values.json && !process.stderr.isTTY,
    }),
    stop: stop.signal,
  })
}
