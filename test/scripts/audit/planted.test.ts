import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

import sharp from 'sharp'

import { ownerClient } from '../../../scripts/owner.ts'
import { RECIPE } from '../../../src/image/policy.ts'
import { testCloud, type TestCloud } from '../../e2e/support.ts'
import { runCommand } from '../support/command.ts'
import { environmentOf } from '../support/deployment.ts'

// Commands are processes of their own, and a busy machine starts them slowly.
jest.setTimeout(120_000)

const SETTINGS = {
  DIALECTS: 'suffix,style,size-prefix',
  STYLES: `thumb=image/resize,w_20;marked=image/watermark,image_${Buffer.from('mark.png').toString('base64url')},x_0,y_0`,
  ALLOW: 'sizes=30x20,16;styles=thumb,marked',
}

/** Names that are prefixes of each other, and that others sort between. */
const GOOD = ['a', 'a b.jpg', 'a.jpg', 'a.jpg2', 'a/b.jpg', 'dir/山 +水%.jpg']

interface Result {
  faults: number
  tally: { found: Record<string, number>; unknown: number; fixed: number; notFixed: number; originals: number }
  findings: { kind: string; key: string; reason: string; fixed: string }[]
}

let cloud: TestCloud
let folder: string
let stored: ReturnType<typeof ownerClient>
let originals: ReturnType<typeof ownerClient>

const picture = (colour: string) =>
  sharp({
    create: {
      width: 60,
      height: 40,
      channels: 3,
      background: colour,
      noise: { type: 'gaussian', mean: 120, sigma: 40 },
    },
  })
    .jpeg({ quality: 98 })
    .toBuffer()

async function audit(...args: string[]): Promise<Result & { code: number | null }> {
  const { code, stdout, stderr } = await runCommand(
    'scripts/audit.ts',
    ['--json', '--data', folder, ...args],
    environmentOf(cloud.addresses, SETTINGS),
    { cwd: folder },
  )
  if (stdout === '') throw new Error(stderr)
  return { ...(JSON.parse(stdout) as Result), code }
}

const found = ({ findings }: Result) => findings.map(({ kind, key }) => `${kind} ${key}`).sort()

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'audit-'))
  cloud = await testCloud({ environment: SETTINGS })
  const owner = { ...cloud.addresses, endpoint: cloud.addresses.oss }
  stored = ownerClient(owner, cloud.addresses.compressed)
  originals = ownerClient(owner, cloud.addresses.originals)
  const one = await picture('#aa3344')
  const same = [
    ...GOOD,
    'replaced.jpg',
    'touched.jpg',
    'deleted.jpg',
    'failed.jpg',
    'silent.jpg',
    'earlier.jpg',
    'noending',
    'mark.png',
  ]
  for (const key of [...same, 'unread.jpg']) await cloud.upload(key, one)
  await cloud.upload('notes.txt', Buffer.from('not let out, so nothing is missing'))
  await cloud.upload('a/', Buffer.alloc(0))
  for (const key of same) expect((await cloud.read(key)).status).toBe(200)
  const more = [
    'a!thumb',
    'a.jpg!thumb',
    'a.jpg__op__resize,w_16',
    'deleted.jpg!thumb',
    'replaced.jpg!thumb',
    'dir/山 +水%.jpg!thumb',
  ]
  for (const key of [...more, 'a.jpg!marked', '30*20/a.jpg', 'a/30x20/b.jpg']) {
    expect({ key, status: (await cloud.read(key)).status }).toEqual({ key, status: 200 })
  }
  const meta = { recipe: RECIPE, 'source-etag': await etagOf('earlier.jpg'), outcome: 'compressed' }
  // OSS stores whatever its origin answers with 200: here the platform's own failure, and one under a picture's type.
  const failure = Buffer.from('{"errorMessage":"Function instance health check failed"}')
  await stored.put('failed.jpg', failure, { headers: { 'Content-Type': 'application/json' } })
  await stored.put('a/b.jpg', failure, { headers: { 'Content-Type': 'image/jpeg' } })
  await stored.put('noending', failure, { headers: { 'Content-Type': 'application/json' } })
  await stored.put('silent.jpg', one, { headers: { 'Content-Type': 'image/jpeg' } })
  await put('earlier.jpg', one, { ...meta, recipe: '0' })
  await stored.put('stray/none.jpg', one)
  await stored.put('30*20/gone.jpg', one)
  await stored.put('a.jpg!nosuchstyle', one)
  await stored.put('a.jpg__op__resize,w_0', one)
  await originals.delete('deleted.jpg')
  // OSS knows whole seconds: what comes in the same one is not older.
  await sleep(1100)
  for (const key of ['replaced.jpg', 'mark.png']) await cloud.upload(key, await picture('#2244cc'))
  await cloud.upload('touched.jpg', one)
  // Stored by a read that began before the replacement: younger than its original, and wrong all the same.
  await cloud.upload('late.jpg', await picture('#118822'))
  await put('late.jpg', one, meta)
})

afterAll(async () => {
  await cloud.close()
  rmSync(folder, { recursive: true, force: true })
})

async function etagOf(key: string): Promise<string> {
  const { res } = await originals.head(key)
  return ((res.headers as Record<string, string>)['etag'] ?? '').replaceAll('"', '')
}

async function put(key: string, bytes: Buffer, meta: Record<string, string>): Promise<void> {
  const headers = Object.fromEntries(Object.entries(meta).map(([name, value]) => [`x-oss-meta-${name}`, value]))
  await stored.put(key, bytes, { headers: { 'Content-Type': 'image/jpeg', ...headers } })
}

const ORPHANED = [
  'orphaned 30*20/gone.jpg',
  'orphaned a.jpg!nosuchstyle',
  'orphaned a.jpg__op__resize,w_0',
  'orphaned deleted.jpg',
  'orphaned deleted.jpg!thumb',
  'orphaned stray/none.jpg',
]
const STALE_BY_TIME = ['stale a.jpg!marked', 'stale mark.png', 'stale replaced.jpg', 'stale replaced.jpg!thumb']

test('by the listings it finds exactly what was planted', async () => {
  const result = await audit()
  expect(found(result)).toEqual(['missing unread.jpg', ...ORPHANED, ...STALE_BY_TIME, 'stale touched.jpg'].sort())
  expect(result.code).toBe(1)
  expect(result.faults).toBe(12)
})

test('with --deep what objects say of themselves decides, and bodies that are no pictures are found', async () => {
  const result = await audit('--deep')
  const planted = [
    'missing unread.jpg',
    'broken failed.jpg',
    'broken a/b.jpg',
    'broken noending',
    'outdated earlier.jpg',
    'stale late.jpg',
  ]
  expect(found(result)).toEqual([...planted, ...ORPHANED, ...STALE_BY_TIME].sort())
  expect(result.tally.unknown).toBe(4)
})

test('left-out kinds and keys are not reported', async () => {
  const result = await audit(
    '--ignore',
    'missing,stale',
    '--except',
    'stray/',
    '--except',
    'deleted',
    '--except',
    '30*20/',
  )
  expect(found(result)).toEqual(['orphaned a.jpg!nosuchstyle', 'orphaned a.jpg__op__resize,w_0'])
})

test('a prefix that begins inside the names of derivatives makes no orphans', async () => {
  expect(found(await audit('--prefix', 'a.jpg!t'))).toEqual([])
})

test('--fix mends every fault, and the next audit finds none', async () => {
  const fixed = await audit('--deep', '--fix')
  expect(fixed.findings.filter(({ fixed: done }) => done.startsWith('failed'))).toEqual([])
  expect(fixed.tally).toMatchObject({ fixed: fixed.faults, notFixed: 0 })
  expect(fixed.code).toBe(0)
  for (const key of ['deleted.jpg', 'deleted.jpg!thumb', 'stray/none.jpg'])
    expect((await cloud.head(key)).status).toBe(404)
  for (const key of ['failed.jpg', 'a/b.jpg', 'replaced.jpg!thumb', 'unread.jpg']) {
    expect((await sharp((await cloud.read(key)).body).metadata()).format).toBe('jpeg')
  }
  const after = await audit('--deep')
  expect(found(after)).toEqual(['outdated earlier.jpg'])
  expect(after.code).toBe(0)
})
