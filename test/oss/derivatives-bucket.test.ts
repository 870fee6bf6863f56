import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { type LocalOss, startOss } from '../../scripts/local/oss/server.ts'
import { ownerClient } from '../../scripts/owner.ts'
import { createClients } from '../../src/oss/clients.ts'
import { type DerivativesBucket, openDerivatives } from '../../src/oss/derivatives-bucket.ts'

const KEYS = { accessKeyId: 'LTAItest', accessKeySecret: 'secret-of-the-test' }
const ODD = [
  'a b.jpg',
  'a+b.jpg',
  'a%41.jpg',
  'a&<>"\'.jpg',
  '中/文 图.jpg',
  'a\u0001b.jpg',
  ' a ',
  'a!b@!c__op__d,e_f.jpg',
]

let oss: LocalOss
let bucket: DerivativesBucket
const dataDir = mkdtempSync(join(tmpdir(), 'derivatives-'))
const soon = () => Date.now() + 10_000
beforeAll(async () => {
  oss = await startOss({ dataDir, port: 0, region: 'cn-hangzhou', accounts: [KEYS], durable: false })
  const owner = ownerClient({ endpoint: oss.url, region: 'cn-hangzhou', ...KEYS })
  await owner.putBucket('compressed')
  owner.useBucket('compressed')
  for (const key of ODD) await owner.put(key, Buffer.from('x'), { meta: { 'source-etag': 'E' } as never })
  for (let at = 0; at < 1203; at += 20) {
    const numbers = Array.from({ length: Math.min(20, 1203 - at) }, (_, index) => at + index)
    await Promise.all(numbers.map((number) => owner.put(`many/${String(number).padStart(4, '0')}`, Buffer.from('y'))))
  }
  bucket = openDerivatives(createClients({ region: 'cn-hangzhou', endpoint: oss.url }), KEYS, 'compressed')
}, 60_000)
afterAll(async () => {
  await oss.close()
  rmSync(dataDir, { recursive: true, force: true })
})

async function listed(prefix: string, after?: string): Promise<string[]> {
  const keys: string[] = []
  for await (const { key } of bucket.list(prefix, soon(), after)) keys.push(key)
  return keys
}

it('lists page after page, in order, from any place', async () => {
  const all = await listed('many/')
  expect(all).toHaveLength(1203)
  expect(all).toEqual([...all].sort())
  expect(await listed('many/', 'many/1200')).toEqual(['many/1201', 'many/1202'])
})

it('keys come back as they are, whatever is in them', async () => {
  const all = new Set(await listed(''))
  expect(ODD.filter((key) => !all.has(key))).toEqual([])
})

it('a HEAD tells what an object was made from, and that there is none', async () => {
  expect(await bucket.head('a b.jpg', soon())).toMatchObject({ key: 'a b.jpg', bytes: 1, meta: { 'source-etag': 'E' } })
  expect(Math.abs(Date.now() - ((await bucket.head('a b.jpg', soon()))?.lastModified ?? 0))).toBeLessThan(120_000)
  expect(await bucket.head('none', soon())).toBeUndefined()
})

it('removes more than one request can take, also what is not there, and never reads an object', async () => {
  const printable = ODD.filter((key) => !key.includes('\u0001'))
  await bucket.remove([...(await listed('many/')), ...printable, 'none'], soon())
  expect(await listed('')).toEqual(['a\u0001b.jpg'])
  await bucket.remove([], soon())
  const operations = oss.requests.entries().map(({ operation }) => operation)
  expect(operations).toContain('DeleteMultipleObjects')
  expect(operations).not.toContain('GetObject')
})

it('a fault is told as what it is', async () => {
  oss.faults.add({ match: { operation: 'list' }, kind: 'denied', times: 1 })
  await expect(listed('x')).rejects.toMatchObject({ kind: 'denied' })
  oss.faults.add({ match: { operation: 'delete' }, kind: 'status', times: 2 })
  await expect(bucket.remove(['x'], soon())).rejects.toMatchObject({ kind: 'server' })
  oss.faults.add({ match: { operation: 'list' }, kind: 'slowdown', times: 1 })
  expect(await listed('x')).toEqual([])
})
