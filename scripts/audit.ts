// `npm run audit`: compares the two buckets, and says what is not as it should be.
import { join } from 'node:path'

import { settleMsOf } from '../src/freshness/freshness.ts'
import { EXIT, fail, readArgs } from './args.ts'
import { openBuckets } from './audit/buckets.ts'
import { FAULTS, KINDS, type Kind } from './audit/finding.ts'
import { openFindings, readFindings } from './audit/findings-file.ts'
import { fixer } from './audit/fix.ts'
import { look } from './audit/look.ts'
import { summary } from './audit/summary.ts'
import { type AuditState, runAudit } from './audit/run.ts'
import { versioningOf } from './audit/versioning.ts'
import { DEPLOYMENT_HELP, DEPLOYMENT_OPTIONS, readDeployment } from './deployment/live.ts'
import { bucketLister } from './listing/bucket.ts'
import { objectCount } from './listing/count.ts'
import { derivationReader } from './listing/derivation.ts'
import { joinBuckets } from './listing/join.ts'
import { ownerClient } from './owner.ts'
import { openCheckpoint } from './running/checkpoint.ts'
import { createPace } from './running/pace.ts'
import { showProgress } from './running/progress.ts'
import { stopOnSignals } from './running/stop.ts'
import { readWhole } from './running/whole.ts'
import { createReader } from './warm/ask.ts'

const HELP = `
npm run audit -- [--prefix P] [--deep] [--fix [--purge-only]]

Compares both buckets by their listings, a request for a thousand keys:
  stale      older than its original, or than the picture of its watermark
  orphaned   nothing it could have been made from: what was put into the compressed bucket by hand is orphaned too
  missing    nothing was made from this original yet
With --deep also by a HEAD of each object (needed to be sure, where both change often):
  stale      made from another version of its original (by ETag; objects that do not say count as unknown, time decides)
  broken     its body is not what its key says, such as a failure of the platform that was answered with 200 and stored
  outdated   right, but made by an earlier recipe of this program (no fault)

  --prefix P         only keys that begin with P, in both buckets
  --deep             ask for every object
  --fix              stale and broken: remove and make anew through the mirror; orphaned: remove; missing: make. Each is looked
                     at once more before
  --purge-only       with --fix: only remove; the next reader has it made
  --ignore KINDS     comma list of kinds not to report, such as missing where things are made on first read only
  --except P         leave out what begins with P; may be given several times
  --concurrency N    requests at a time (default 16)
  --rate N           with --fix: most reads a second that may go to the function (default 100)
  --out FILE         CSV of all findings
  --checkpoint FILE  where the run keeps how far it is; the same command goes on from there after Ctrl-C or kill -9
  --fresh            begin anew
  --json             {tally, findings (the first 1,000), findingsFile, …} on stdout${DEPLOYMENT_HELP}

Size-prefix keys (300*200/a.jpg) do not sort beside their originals: each costs a HEAD of its original. Of a versioned
bucket the current versions count; what --fix removes there stays as an earlier version. More in docs/scale.md.
Exit 0 no faults (or all fixed), 1 faults or stopped, 2 usage.
`

const { values, positionals } = readArgs(
  {
    ...DEPLOYMENT_OPTIONS,
    prefix: { type: 'string', default: '' },
    deep: { type: 'boolean', default: false },
    fix: { type: 'boolean', default: false },
    'purge-only': { type: 'boolean', default: false },
    ignore: { type: 'string', default: '' },
    except: { type: 'string', multiple: true, default: [] },
    concurrency: { type: 'string', default: '16' },
    rate: { type: 'string', default: '100' },
    out: { type: 'string' },
    checkpoint: { type: 'string' },
    fresh: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
  },
  HELP,
)

/** Findings on stdout; all are in the file. */
const MOST_SHOWN = 1000

if (positionals.length > 0) fail(EXIT.usage, `Expected options only, got «${positionals.join(' ')}».\n${HELP}`)
const { prefix, deep, except } = values
if (values['purge-only'] && !values.fix) fail(EXIT.usage, 'Expected --fix with --purge-only.')
const ignore = values.ignore.split(',').filter((kind) => kind !== '') as Kind[]
const strange = ignore.filter((kind) => !KINDS.includes(kind))
if (strange.length > 0) fail(EXIT.usage, `Expected --ignore to name ${KINDS.join(', ')}, got ${strange.join(', ')}.`)
const concurrency = readWhole('concurrency', values.concurrency, 1, 1000)
const rate = readWhole('rate', values.rate, 1, 100_000)

const deployment = readDeployment(values)
const { config, originals, compressed } = deployment
const runs = join(values.data, 'runs')
const checkpointFile = values.checkpoint ?? join(runs, `audit-${compressed}.json`)
const findingsFile = values.out ?? join(runs, `audit-${compressed}.csv`)
const checkpoint = openCheckpoint<AuditState>(
  checkpointFile,
  {
    endpoint: deployment.endpoint,
    originals,
    compressed,
    prefix,
    deep,
    fix: values.fix,
    ignore,
    except,
    out: findingsFile,
  },
  values.fresh,
)
const originalsClient = ownerClient(deployment, originals)
const compressedClient = ownerClient(deployment, compressed)
const [here, there] =
  prefix === ''
    ? await Promise.all([objectCount(originalsClient, originals), objectCount(compressedClient, compressed)])
    : []
const total = here === undefined || there === undefined ? undefined : here + there
const versioned = await versioningOf(compressedClient, compressed)
const { left } = checkpoint
const progress = showProgress({
  unit: 'keys',
  total,
  silent: values.json && !process.stderr.isTTY,
  ...(left === undefined ? {} : { done: left.tally.originals + left.tally.derivatives }),
})
if (left !== undefined) progress.say(`Going on from ${checkpointFile}.`)
const stop = stopOnSignals((text) => progress.say(text))
const buckets = openBuckets(deployment)
const lookAt = { deep, settleMs: settleMsOf(config) }
const reader = createReader(deployment.readerUrl, concurrency)

const { tally, ended } = await runAudit({
  pages: (from) =>
    joinBuckets({
      originals: bucketLister(originalsClient),
      compressed: bucketLister(compressedClient),
      derivationOf: derivationReader(config.keySettings),
      prefix,
      from,
    }),
  judge: { ...config, except },
  deep,
  look: (open) => look(open, buckets, lookAt),
  fix: values.fix
    ? fixer({
        buckets,
        ...config,
        look: lookAt,
        reader,
        turn: createPace(rate),
        purgeOnly: values['purge-only'],
      })
    : undefined,
  ignore,
  concurrency,
  checkpoint,
  findings: (keep) => openFindings(findingsFile, keep),
  progress,
  stop: stop.signal,
})
stop.release()
reader.close()

const faults = FAULTS.reduce((sum, kind) => sum + tally.found[kind], 0)
const clean = ended === 'all' && (values.fix ? tally.notFixed === 0 : faults === 0)
const findings = await readFindings(findingsFile, MOST_SHOWN)
const result = { ended, deep, tally, faults, versioned, findings, findingsFile, checkpointFile }
process.stdout.write(values.json ? `${JSON.stringify(result)}\n` : summary(result))
process.exit(clean ? EXIT.ok : EXIT.wrong)
