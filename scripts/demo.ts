// `npm run demo`: uploads pictures, reads each one through the compressed bucket with a plain GET, and prints what became of it.
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'

import { EXIT, fail, readArgs } from './args.ts'
import { buildFunction, fontFileSetting } from './build.ts'
import { drawPictures } from './demo/draw.ts'
import { findUploads, type Upload } from './demo/files.ts'
import { readThrough, type Row } from './demo/read-through.ts'
import { table } from './demo/table.ts'
import { type CloudAddresses, startCloud } from './local/cloud.ts'
import { ownerClient } from './owner.ts'

const HELP = `
npm run demo -- [FILE or FOLDER …] [--json] [--data DIR]

Uploads the files to the originals bucket, reads each through the compressed bucket with a plain GET, then once more.
Uses the local cloud that runs on DIR (default .local), or starts one for the time of the demo.
With nothing named it draws a few pictures itself. Exit 1 if any could not be read. Ctrl-C shows what was done so far.
`

const { values, positionals } = readArgs(
  { json: { type: 'boolean', default: false }, data: { type: 'string', default: '.local' } },
  HELP,
)

const stop = new AbortController()
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stop.abort())

const uploads = await (positionals.length === 0 ? drawn() : findUploads(positionals)).catch((error: unknown) =>
  fail(EXIT.usage, error instanceof Error ? error.message : String(error)),
)
if (uploads.length === 0) fail(EXIT.usage, `Expected at least one file, found none in ${positionals.join(', ')}.`)

const { addresses, close } = await cloud()
const owner = { ...addresses, endpoint: addresses.oss }
const originals = ownerClient(owner, addresses.originals)
const compressed = ownerClient(owner, addresses.compressed)

const showProgress = !values.json && process.stderr.isTTY
const rows: Row[] = []
for (const { key, content, bytes } of uploads) {
  if (stop.signal.aborted) break
  if (showProgress) process.stderr.write(`\r\x1b[K${rows.length + 1}/${uploads.length} ${key}`)
  try {
    await originals.put(key, content)
    // A copy from an earlier run would be read instead of being made.
    await compressed.delete(key)
    rows.push(await readThrough(addresses, key, bytes, stop.signal))
  } catch (error) {
    if (stop.signal.aborted) break
    rows.push(failedRow(key, bytes, error))
  }
}
if (showProgress) process.stderr.write('\r\x1b[K')
await close()

const failed = rows.filter((row) => row.error !== undefined).length
const left = uploads.length - rows.length
if (values.json) process.stdout.write(`${JSON.stringify({ rows, failed, left })}\n`)
else
  process.stdout.write(
    `${table(rows)}${left > 0 ? `Stopped: ${left} of ${uploads.length} files were left out.\n` : ''}`,
  )
process.exit(failed > 0 || left > 0 ? EXIT.wrong : EXIT.ok)

async function drawn(): Promise<Upload[]> {
  return [...(await drawPictures())].map(([key, content]) => ({ key, content, bytes: content.length }))
}

function failedRow(key: string, bytes: number, error: unknown): Row {
  const reason = error instanceof Error ? error.message : String(error)
  const nothing = { after: 0, ms: 0, stored: false, secondReachedFunction: false, contentType: '' }
  return { key, before: bytes, ...nothing, error: reason }
}

async function cloud(): Promise<{ addresses: CloudAddresses; close: () => Promise<void> }> {
  const running = join(resolve(values.data), 'running.json')
  if (existsSync(running)) {
    const addresses = JSON.parse(readFileSync(running, 'utf8')) as CloudAddresses
    if (await isLocalCloud(addresses)) return { addresses, close: () => Promise.resolve() }
  }
  const dataDir = mkdtempSync(join(tmpdir(), 'oss-image-origin-demo-'))
  try {
    const codeDir = join(dataDir, 'function')
    await buildFunction(codeDir, { for: 'here', fontFile: fontFileSetting() })
    const started = await startCloud({ port: 0, dataDir, codeDir })
    return {
      addresses: started.addresses,
      close: async () => {
        await started.close()
        rmSync(dataDir, { recursive: true, force: true })
      },
    }
  } catch (error) {
    rmSync(dataDir, { recursive: true, force: true })
    throw error
  }
}

/** What was left behind by one that was killed may name a port that another program has by now. */
async function isLocalCloud({ oss, originals }: CloudAddresses): Promise<boolean> {
  try {
    const response = await fetch(`${oss}/-/requests`, { signal: AbortSignal.timeout(3000) })
    return Array.isArray(((await response.json()) as { entries?: unknown }).entries) && originals !== undefined
  } catch {
    return false
  }
}
