// `npm run demo`: uploads pictures, reads each one through the compressed bucket with a plain GET, and prints what became of it.
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { readdir, readFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join, relative, resolve, sep } from 'node:path'

import { EXIT, fail, readArgs } from './args.ts'
import { buildFunction, fontFileSetting } from './build.ts'
import { drawPictures } from './demo/draw.ts'
import { readThrough, type Row } from './demo/read-through.ts'
import { table } from './demo/table.ts'
import { type CloudAddresses, startCloud } from './local/cloud.ts'
import { ownerClient } from './owner.ts'

const HELP = `
npm run demo -- [FILE or FOLDER …] [--json] [--data DIR]

Uploads the files to the originals bucket, reads each through the compressed bucket with a plain GET, then once more.
Uses the local cloud that runs on DIR (default .local), or starts one for the time of the demo.
With nothing named it draws a few pictures itself. Exit 1 if any could not be read.
`

const { values, positionals } = readArgs(
  { json: { type: 'boolean', default: false }, data: { type: 'string', default: '.local' } },
  HELP,
)

const files = positionals.length === 0 ? await drawPictures() : await readFiles(positionals)
if (files.size === 0) fail(EXIT.usage, `Expected at least one file, found none in ${positionals.join(', ')}.`)

const { addresses, close } = await cloud()
const owner = { ...addresses, endpoint: addresses.oss }
const originals = ownerClient(owner, addresses.originals)
const compressed = ownerClient(owner, addresses.compressed)

const showProgress = !values.json && process.stderr.isTTY
const rows: Row[] = []
try {
  for (const [key, bytes] of files) {
    await originals.put(key, bytes)
    // A copy from an earlier run would be read instead of being made.
    await compressed.delete(key)
    const row = await readThrough(addresses, key, bytes)
    rows.push(row)
    if (showProgress) process.stderr.write(`\r\x1b[K${rows.length}/${files.size} ${key}`)
  }
} finally {
  if (showProgress) process.stderr.write('\r\x1b[K')
  await close()
}

const failed = rows.filter((row) => row.error !== undefined).length
if (values.json) process.stdout.write(`${JSON.stringify({ rows, failed })}\n`)
else process.stdout.write(table(rows))
process.exit(failed > 0 ? EXIT.wrong : EXIT.ok)

async function cloud(): Promise<{ addresses: CloudAddresses; close: () => Promise<void> }> {
  const running = join(resolve(values.data), 'running.json')
  if (existsSync(running)) {
    const addresses = JSON.parse(readFileSync(running, 'utf8')) as CloudAddresses
    const answers = await fetch(addresses.oss).then(
      () => true,
      () => false,
    )
    if (answers) return { addresses, close: () => Promise.resolve() }
  }
  const dataDir = mkdtempSync(join(tmpdir(), 'oss-image-origin-demo-'))
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
}

/** Files as named, folders with everything below them; keys are paths below what was named. */
async function readFiles(named: string[]): Promise<Map<string, Buffer>> {
  const files = new Map<string, Buffer>()
  for (const name of named) {
    const path = resolve(name)
    if (!existsSync(path)) fail(EXIT.usage, `Expected a file or folder, got «${name}», which is not there.`)
    if (statSync(path).isFile()) {
      files.set(basename(path), await readFile(path))
      continue
    }
    const entries = await readdir(path, { recursive: true, withFileTypes: true })
    for (const entry of entries.filter((candidate) => candidate.isFile())) {
      const full = join(entry.parentPath ?? entry.path, entry.name)
      files.set(relative(path, full).split(sep).join('/'), await readFile(full))
    }
  }
  return files
}
