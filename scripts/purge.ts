// `npm run purge`: what was made from an original goes, and the next read makes it anew.
import { once } from 'node:events'

import { derivativesBelow, derivativesOf, sourceOf } from '../src/freshness/derivatives.ts'
import { objectsWithMark } from '../src/freshness/marks.ts'
import { checkKey } from '../src/key/decode.ts'
import { openOriginals } from '../src/oss/bucket.ts'
import { createClients } from '../src/oss/clients.ts'
import { type ListedObject, openDerivatives } from '../src/oss/derivatives-bucket.ts'
import { OssFault } from '../src/oss/fault.ts'
import { EXIT, fail, readArgs } from './args.ts'
import { DEPLOYMENT_HELP, DEPLOYMENT_OPTIONS, readDeployment } from './deployment/live.ts'

const HELP = `
npm run purge -- KEY|PREFIX [--dry-run] [--json]

Removes what was made from the original KEY, whatever key it was stored under, or from all originals whose names begin
with PREFIX (ends with a slash, or say --prefix). Originals are not touched; the next read makes a version anew.
  --prefix       what is given is the beginning of names, also where it does not end with a slash
  --mark         what is given is the picture of a watermark: everything that shows it goes. Looks through the whole bucket
  --dry-run      only say what would go
  --json         a line of JSON for each object, and {"removed", "bytes", "dryRun"} at the end
${DEPLOYMENT_HELP}
`

/** Removed with one request. */
const BATCH = 1000

const { values, positionals } = readArgs(
  {
    prefix: { type: 'boolean', default: false },
    mark: { type: 'boolean', default: false },
    'dry-run': { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
    ...DEPLOYMENT_OPTIONS,
  },
  HELP,
)
const [name = '', ...more] = positionals
if (name === '' || more.length > 0) fail(EXIT.usage, `Expected one key or prefix, got ${positionals.length}.\n${HELP}`)
const isPrefix = values.prefix || name.endsWith('/')
if (values.mark && isPrefix) fail(EXIT.usage, `Expected one key with --mark, got the prefix «${name}».`)
try {
  checkKey(isPrefix ? `${name}x` : name)
} catch (fault) {
  fail(EXIT.usage, fault instanceof Error ? fault.message : String(fault))
}

const deployment = readDeployment(values)
const { keySettings } = deployment.config
const clients = createClients(deployment)
const originals = openOriginals(clients, deployment, deployment.originals)
const derivatives = openDerivatives(clients, deployment, deployment.compressed)

function targets(): AsyncIterable<ListedObject> {
  if (values.mark) return objectsWithMark(name, derivatives, keySettings, Infinity)
  if (isPrefix) return derivativesBelow(name, derivatives, keySettings, Infinity)
  return derivativesOf(name, derivatives, originals, keySettings, Infinity)
}

const total = { removed: 0, bytes: 0, dryRun: values['dry-run'] }
const remove = async (objects: ListedObject[]) => {
  if (!total.dryRun) {
    await derivatives.remove(
      objects.map(({ key }) => key),
      Infinity,
    )
  }
  for (const { key, bytes } of objects) {
    total.removed++
    total.bytes += bytes
    // A reader of millions of lines may be slower than the bucket.
    if (!process.stdout.write(values.json ? `${JSON.stringify({ key, bytes })}\n` : `${key}\n`)) {
      await once(process.stdout, 'drain')
    }
  }
}

try {
  let batch: ListedObject[] = []
  for await (const object of targets()) {
    batch.push(object)
    if (batch.length < BATCH) continue
    await remove(batch)
    batch = []
  }
  if (batch.length > 0) await remove(batch)
} catch (error) {
  if (!(error instanceof OssFault)) throw error
  fail(
    EXIT.wrong,
    `${error.message}. ${total.removed} objects are gone; what is left can be purged with the same command.`,
  )
}
if (values.json) process.stdout.write(`${JSON.stringify(total)}\n`)
else {
  process.stderr.write(`${total.dryRun ? 'would remove' : 'removed'} ${total.removed} objects, ${total.bytes} bytes\n`)
  const source = sourceOf(name, keySettings)
  if (total.removed === 0 && !isPrefix && source !== undefined && source !== name) {
    process.stderr.write(
      `note: «${name}» asks for a version of «${source}»; to remove what was made from that one, name it\n`,
    )
  }
}
