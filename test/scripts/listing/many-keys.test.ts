// Memory over listings of any length, over real sockets. With all ten million keys in each bucket (some ten minutes a command):
// MANY_KEYS=10000000 npx jest test/scripts/listing/many-keys (two million for files).
import { createWriteStream, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createGzip } from 'node:zlib'

import { runCommand } from '../support/command.ts'
import { fakeEnvironment, type FakeOss, fakeOss } from '../support/fake-oss.ts'
import { manyKeys, peakIn, SAY_PEAK } from '../support/many-keys.ts'

const KEYS = Number(process.env['MANY_KEYS'] ?? 50_000)
const MOST_MEGABYTES = 200
const MADE = { count: KEYS, bytes: 400, modified: '2025-01-02T00:00:00.000Z' }

let folder: string
let oss: FakeOss

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'many-'))
  oss = await fakeOss({
    originals: manyKeys({ count: KEYS, bytes: 1000, modified: '2025-01-01T00:00:00.000Z' }),
    compressed: manyKeys(MADE),
    lacking: manyKeys({ ...MADE, without: 100 }),
  })
})

afterAll(async () => {
  await oss.close()
  rmSync(folder, { recursive: true, force: true })
})

/** A command with the options of Node that `npm run` gives it. @returns its JSON and its peak in megabytes. */
async function run(name: string, args: string[], compressed = 'compressed') {
  const { scripts } = JSON.parse(readFileSync('package.json', 'utf8')) as { scripts: Record<string, string> }
  const options = scripts[name]?.split(' ').filter((word) => word.startsWith('--max-')) ?? []
  expect(options).toHaveLength(2)
  const { code, stdout, stderr } = await runCommand(
    `scripts/${name}.ts`,
    ['--json', '--data', folder, ...args],
    { ...fakeEnvironment(oss), OSS_COMPRESS_BUCKET_NAME: compressed, NODE_OPTIONS: [...options, SAY_PEAK].join(' ') },
    { cwd: folder },
  )
  const peak = peakIn(stderr)
  if (KEYS > 1_000_000) process.stderr.write(`${name} over 2 × ${KEYS} keys: ${peak.toFixed(0)} MB at most\n`)
  if (stdout === '') throw new Error(stderr)
  return { code, json: JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as Record<string, unknown>, peak }
}

/** Lines in a file, packed where its name says so. */
async function write(file: string, count: number, line: (at: number) => string): Promise<void> {
  function* blocks() {
    for (let at = 0; at < count; at += 1000) {
      yield Array.from({ length: Math.min(1000, count - at) }, (_, each) => `${line(at + each)}\n`).join('')
    }
  }
  const packed = file.endsWith('.gz') ? [createGzip({ level: 1 })] : []
  await pipeline([Readable.from(blocks()), ...packed, createWriteStream(file)])
}

const LIMIT_MS = 120_000 + KEYS

test(
  'warm',
  async () => {
    const { code, json, peak } = await run('warm', [])
    expect(code).toBe(0)
    expect(json['tally']).toMatchObject({ there: KEYS, made: 0, failed: 0 })
    expect(peak).toBeLessThan(MOST_MEGABYTES)
  },
  LIMIT_MS,
)

test(
  'audit, with a finding for every hundredth',
  async () => {
    const { json, peak } = await run('audit', [], 'lacking')
    expect(json['tally']).toMatchObject({ originals: KEYS, found: { missing: KEYS / 100, stale: 0, orphaned: 0 } })
    expect(peak).toBeLessThan(MOST_MEGABYTES)
  },
  LIMIT_MS,
)

test(
  'purge, of what shows a watermark: a walk through everything',
  async () => {
    const { code, json, peak } = await run('purge', ['nothing.png', '--mark', '--dry-run'])
    expect([code, json]).toEqual([0, { removed: 0, bytes: 0, dryRun: true }])
    expect(peak).toBeLessThan(MOST_MEGABYTES)
  },
  LIMIT_MS,
)

test(
  'purge of everything below a prefix',
  async () => {
    const { json, peak } = await run('purge', ['uploads/', '--dry-run'])
    expect(json).toMatchObject({ removed: KEYS, dryRun: true })
    expect(peak).toBeLessThan(MOST_MEGABYTES)
  },
  LIMIT_MS,
)

test(
  'report',
  async () => {
    const { json, peak } = await run('report', ['--sample', '0'])
    expect(json['plain']).toEqual({ count: KEYS, before: KEYS * 1000, after: KEYS * 400 })
    expect(peak).toBeLessThan(MOST_MEGABYTES)
  },
  LIMIT_MS,
)

test(
  'warm from an inventory, the share of one machine of many',
  async () => {
    const file = join(folder, 'inventory.csv.gz')
    const rows = Math.min(KEYS, 2_000_000)
    await write(file, rows, (at) => `"originals","uploads%2Fphoto-${at}.jpg","1000"`)
    // Nothing is there and nothing can be made: what is counted is what was asked for.
    const { code, json, peak } = await run('warm', ['--inventory', file, '--shard', '3/500', '--rate', '100000'])
    expect(code).toBe(0)
    const { nothing = 0 } = json['tally'] as { nothing?: number }
    expect(nothing).toBeGreaterThan((rows / 500) * 0.6)
    expect(nothing).toBeLessThan((rows / 500) * 1.4)
    expect(peak).toBeLessThan(MOST_MEGABYTES)
  },
  LIMIT_MS,
)

test(
  'report from a log',
  async () => {
    const file = join(folder, 'function.log')
    const lines = Math.min(KEYS, 2_000_000)
    await write(file, lines, (at) =>
      JSON.stringify({
        method: 'GET',
        status: 200,
        outcome: 'compressed',
        requestedKey: `photo-${at}.jpg`,
        sourceKey: `photo-${at}.jpg`,
        bytesIn: 1000 + (at % 7),
        bytesOut: 300,
        format: 'jpeg',
        ms: { total: at % 900 },
      }),
    )
    const { json, peak } = await run('report', ['--log', file])
    expect(json['plain']).toMatchObject({ count: lines, after: lines * 300 })
    expect(peak).toBeLessThan(MOST_MEGABYTES)
  },
  LIMIT_MS,
)
