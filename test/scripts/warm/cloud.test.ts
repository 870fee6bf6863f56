import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'

import sharp from 'sharp'

import { testCloud, type TestCloud } from '../../e2e/support.ts'
import { runCommand } from '../support/command.ts'
import { environmentOf } from '../support/deployment.ts'

// Commands are processes of their own, and a busy machine starts them slowly.
jest.setTimeout(120_000)

const SETTINGS = {
  STYLES: 'thumb=image/resize,w_8',
  ALLOW: 'styles=thumb',
  SIGNING_KEY: 'a-signing-key-of-some-length',
}
const PICTURES = 50

let cloud: TestCloud
let folder: string
let keys: string[]
let bytes: Buffer

const warm = async (...args: string[]) => {
  const { code, stdout, stderr } = await runCommand(
    'scripts/warm.ts',
    ['--json', '--data', folder, '--retries', '0', ...args],
    environmentOf(cloud.addresses, SETTINGS),
    { cwd: folder },
  )
  if (stdout === '') throw new Error(stderr)
  const result = JSON.parse(stdout) as { tally: Record<string, number>; failuresFile: string }
  return { code, ...result }
}
/** How often the function was asked for each key. */
const asked = () => {
  const counts = new Map<string, number>()
  for (const { requestedKey, path } of cloud.lines()) {
    const key = String(requestedKey ?? path)
    counts.set(key, (counts.get(key) ?? 0) + 1)
  }
  return counts
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'warm-'))
  cloud = await testCloud({ environment: SETTINGS })
  bytes = await sharp({
    create: {
      width: 40,
      height: 30,
      channels: 3,
      background: '#a34',
      noise: { type: 'gaussian', mean: 100, sigma: 40 },
    },
  })
    .jpeg({ quality: 98 })
    .toBuffer()
  keys = Array.from({ length: PICTURES }, (_, at) => `${['a b', 'trip/山 +水', '100%', 'x!thumb'][at % 4]}${at}.jpg`)
  for (const key of keys) await cloud.upload(key, bytes)
  await cloud.upload('notes.txt', Buffer.from('no picture'))
  await cloud.upload('cut.jpg', bytes.subarray(0, 200))
  await cloud.upload('folder/', Buffer.alloc(0))
})

afterAll(async () => {
  await cloud.close()
  rmSync(folder, { recursive: true, force: true })
})

/** As OSS delivers it: a manifest, and packed rows with encoded keys in the columns that the manifest names. */
function inventory(): string {
  const row = (key: string, size: number, latest = 'true', marker = 'false') =>
    ['originals', encodeURIComponent(key), 'v1', latest, marker, 'Standard', String(size)]
      .map((cell) => `"${cell}"`)
      .join(',')
  const all = [
    ...keys.map((key) => row(key, bytes.length)),
    row('notes.txt', 10),
    row('cut.jpg', 200),
    row('folder/', 0),
    row('deleted.jpg', 5, 'true', 'true'),
    row('earlier.jpg', 5, 'false'),
    row('gone.jpg', 5),
  ]
  mkdirSync(join(folder, 'data'), { recursive: true })
  const parts = [all.slice(0, 20), all.slice(20)]
  for (const [at, part] of parts.entries())
    writeFileSync(join(folder, 'data', `part-${at}.csv.gz`), gzipSync(`${part.join('\n')}\n`))
  const manifest = {
    fileFormat: 'CSV',
    fileSchema: 'Bucket, Key, VersionId, IsLatest, IsDeleteMarker, StorageClass, Size',
    files: parts.map((_, at) => ({ key: `lists/originals/daily/data/part-${at}.csv.gz` })),
  }
  writeFileSync(join(folder, 'manifest.json'), JSON.stringify(manifest))
  return join(folder, 'manifest.json')
}

test('an inventory: every picture and its signed style are made once, what cannot be is listed', async () => {
  const { code, tally, failuresFile } = await warm('--inventory', inventory(), '--styles', 'thumb')
  expect(code).toBe(1)
  // Of gone.jpg and notes.txt there is nothing to make; of a picture that is cut off there is no thumbnail.
  expect(tally).toMatchObject({ made: 2 * PICTURES + 1, there: 0, nothing: 3, failed: 2, unknownBefore: 0 })
  expect(tally['bytesBefore']).toBe(2 * PICTURES * bytes.length + 200)
  const failures = readFileSync(failuresFile, 'utf8').trim().split('\n').slice(1)
  const signed = /__op__sig,.*?(?=",)/
  expect(failures.map((line) => line.replace(/^[^,]*,/, '').replace(signed, '…')).sort()).toEqual([
    expect.stringMatching(/^"cut\.jpg!thumb…",424,/),
    expect.stringMatching(/^"notes\.txt!thumb…",424,/),
  ])
  expect([...asked().values()].every((count) => count === 1)).toBe(true)
  const seen = await cloud.read(keys[0] ?? '')
  expect((await sharp(seen.body).metadata()).width).toBe(40)
})

test('both buckets: all of it is there, and nothing but what is not goes to the function', async () => {
  const before = cloud.counts().invocations
  const { code, tally } = await warm('--styles', 'thumb')
  expect(code).toBe(1)
  expect(tally).toMatchObject({ made: 0, there: 2 * PICTURES + 1, nothing: 1, failed: 2 })
  expect(cloud.counts().invocations).toBe(before + 3)
})

test('a list: keys with operations are taken as they are, the same key twice is made once', async () => {
  await cloud.upload('new.jpg', bytes)
  const list = join(folder, 'keys.txt')
  writeFileSync(list, `\uFEFFnew.jpg\r\nnew.jpg\n\n${keys[1]}\nabsent.jpg`)
  const dry = await warm('--keys', list, '--dry-run')
  expect(dry.tally).toMatchObject({ made: 3, there: 1 })
  expect((await cloud.head('new.jpg')).status).toBe(404)
  const { code, tally } = await warm('--keys', list, '--verify')
  expect(code).toBe(0)
  expect(tally).toMatchObject({ made: 1, there: 2, nothing: 1, failed: 0, unknownBefore: 1 })
  expect(asked().get('new.jpg')).toBe(1)
})
