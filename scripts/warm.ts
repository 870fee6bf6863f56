// `npm run warm`: makes what is not there yet, through the mirror, so that nobody has to wait for it.
import { join } from 'node:path'

import { EXIT, fail, readArgs } from './args.ts'
import { DEPLOYMENT_HELP, DEPLOYMENT_OPTIONS, readDeployment } from './deployment/live.ts'
import { bucketLister } from './listing/bucket.ts'
import { countKeys, objectCount } from './listing/count.ts'
import { ownerClient } from './owner.ts'
import { openCheckpoint } from './running/checkpoint.ts'
import { createPace } from './running/pace.ts'
import { showProgress } from './running/progress.ts'
import { readShard } from './running/shard.ts'
import { stopOnSignals } from './running/stop.ts'
import { readWhole } from './running/whole.ts'
import { createReader } from './warm/ask.ts'
import { fromBuckets } from './warm/from-buckets.ts'
import { fileFacts, fromInventory, fromKeyLists } from './warm/from-files.ts'
import { runWarm, type WarmState } from './warm/run.ts'
import { progressAt, type WarmSource } from './warm/source.ts'
import { summary } from './warm/summary.ts'
import { checkStyles, createWanted } from './warm/wanted.ts'

const HELP = `
npm run warm -- [--prefix P | --keys FILE … | --inventory FILE …] [--styles a,b]

Makes derivatives ahead: reads every key that is not there yet through the compressed bucket, as a reader would.
Without --keys and --inventory it lists both buckets and asks only for what the listing lacks (a request for 1,000 keys).

  --prefix P         only originals whose keys begin with P
  --keys FILE        a key a line: originals, or keys with operations; may be given several times
  --inventory FILE   manifest.json of an OSS inventory of the originals bucket, or its CSV files (.gz or not)
  --columns A,B,…    columns of CSV files without their manifest (default Bucket,Key,Size)
  --styles A,B       also these named styles (default: those in PREGENERATE)
  --no-plain         only the styles, not the plain compressed version
  --concurrency N    requests at a time (default 16)
  --rate N           most reads a second that may go to the function (default 100). The mirror's own limit, for all buckets
                     of an account together, readers included: 2,000 in mainland regions, 1,000 elsewhere
  --shard I/N        the I-th of N parts of all keys, to spread the work over machines
  --retries N        further attempts after 424, 429, 5xx or a broken connection (default 4), with growing pauses
  --verify           ask after each read whether the object was stored
  --dry-run          count what would be made
  --mirror-limit S   seconds a request to the mirror lasts at most (default 10): after kill -9, what was under way is left
                     alone for so long
  --checkpoint FILE  where the run keeps how far it is; the same command goes on from there after Ctrl-C or kill -9
  --fresh            begin anew
  --failures FILE    CSV of what could not be made
  --json             the summary as JSON on stdout${DEPLOYMENT_HELP}

Exit 0 all is there, 1 something failed or the run was stopped, 2 usage.
`

const { values, positionals } = readArgs(
  {
    ...DEPLOYMENT_OPTIONS,
    prefix: { type: 'string', default: '' },
    keys: { type: 'string', multiple: true, default: [] },
    inventory: { type: 'string', multiple: true, default: [] },
    columns: { type: 'string' },
    styles: { type: 'string' },
    'no-plain': { type: 'boolean', default: false },
    concurrency: { type: 'string', default: '16' },
    rate: { type: 'string', default: '100' },
    shard: { type: 'string', default: '1/1' },
    retries: { type: 'string', default: '4' },
    verify: { type: 'boolean', default: false },
    'dry-run': { type: 'boolean', default: false },
    'mirror-limit': { type: 'string', default: '10' },
    checkpoint: { type: 'string' },
    fresh: { type: 'boolean', default: false },
    failures: { type: 'string' },
    json: { type: 'boolean', default: false },
  },
  HELP,
)

if (positionals.length > 0) fail(EXIT.usage, `Expected options only, got «${positionals.join(' ')}».\n${HELP}`)
const { keys, inventory, prefix } = values
const given = [prefix !== '', keys.length > 0, inventory.length > 0].filter(Boolean).length
if (given > 1) fail(EXIT.usage, 'Expected one of --prefix, --keys and --inventory, got several.')
const concurrency = readWhole('concurrency', values.concurrency, 1, 1000)
const rate = readWhole('rate', values.rate, 1, 100_000)
const retries = readWhole('retries', values.retries, 0, 20)
const mirrorLimit = readWhole('mirror-limit', values['mirror-limit'], 0, 600)
const shard = readShard(values.shard)
const columns = values.columns?.split(',').map((column) => column.trim())
const dryRun = values['dry-run']

const deployment = readDeployment(values)
const { config } = deployment
const styles = values.styles?.split(',').filter((style) => style !== '') ?? config.pregenerate
checkStyles(styles, config.keySettings)
const plain = !values['no-plain']
if (!plain && styles.length === 0) fail(EXIT.usage, 'Expected --styles with --no-plain, got nothing to make.')

const runs = join(values.data, 'runs')
const name = `warm-${deployment.compressed}-${shard.part}of${shard.of}${dryRun ? '-dry' : ''}`
const checkpointFile = values.checkpoint ?? join(runs, `${name}.json`)
const failuresFile = values.failures ?? join(runs, `${name}-failures.csv`)
const facts = {
  compressed: deployment.compressed,
  endpoint: deployment.endpoint,
  prefix,
  keys: fileFacts(keys),
  inventory: fileFacts(inventory),
  styles,
  plain,
  shard: values.shard,
}
const wanted = createWanted({ ...config, plain, styles, shard })
const source = await sourceOf()
const checkpoint = openCheckpoint<WarmState>(checkpointFile, facts, values.fresh)
const progress = showProgress({
  unit: source.unit,
  total: source.total,
  silent: values.json && !process.stderr.isTTY,
  ...(checkpoint.left === undefined ? {} : { done: progressAt(checkpoint.left.position) }),
})
if (checkpoint.left !== undefined) progress.say(`Going on from ${checkpointFile}.`)
const stop = stopOnSignals((text) => progress.say(text))
const ended = new AbortController()
if (source.total === undefined && process.stderr.isTTY) {
  // Beside the work, for whoever looks at the bar.
  const counted = countKeys(bucketLister(ownerClient(deployment, deployment.originals)), prefix, ended.signal)
  void counted.then((count) => (count === undefined || ended.signal.aborted ? undefined : progress.total(count)))
}

const result = await runWarm({
  source,
  make: {
    reader: createReader(deployment.readerUrl, concurrency),
    turn: createPace(rate),
    retries,
    verify: values.verify,
  },
  concurrency,
  checkpoint,
  journalFile: `${checkpointFile}.started`,
  failuresFile,
  mirrorLimitMs: mirrorLimit * 1000,
  dryRun,
  stop: stop.signal,
  progress,
})
ended.abort()
stop.release()

if (values.json) process.stdout.write(`${JSON.stringify({ ...result, dryRun, checkpointFile, failuresFile })}\n`)
else process.stdout.write(summary(result, { dryRun, failuresFile, checkpointFile }))
process.exit(result.ended === 'all' && result.tally.failed === 0 ? EXIT.ok : EXIT.wrong)

async function sourceOf(): Promise<WarmSource> {
  if (keys.length > 0) return fromKeyLists(keys, wanted)
  if (inventory.length > 0) return fromInventory(inventory, columns, wanted)
  const originals = ownerClient(deployment, deployment.originals)
  return fromBuckets({
    originals: bucketLister(originals),
    compressed: bucketLister(ownerClient(deployment, deployment.compressed)),
    keySettings: config.keySettings,
    prefix,
    wanted,
    count: prefix === '' ? await objectCount(originals, deployment.originals) : undefined,
  })
}
