// What the suite found the local OSS to do otherwise than the service, in our own words: so that it stays found where
// the suite cannot run.

import { client, start } from '../scripts/local/oss/support.ts'
import type { Client, Started } from '../scripts/local/oss/support.ts'
import { ask } from './ask.ts'

interface More {
  initMultipartUpload(name: string, options?: object): Promise<{ uploadId: string }>
  uploadPart(name: string, id: string, no: number, data: Buffer, from: number, to: number): Promise<{ etag: string }>
  completeMultipartUpload(name: string, id: string, parts: object[], options?: object): Promise<unknown>
}

const KEY = { id: 'testak', secret: 'testsk' }
const OTHER = { id: 'otherak', secret: 'othersk' }
let started: Started
let oss: Client & More
beforeAll(async () => {
  started = await start({
    accounts: [KEY, OTHER].map(({ id, secret }) => ({
      accessKeyId: id,
      accessKeySecret: secret,
      ownerId: `${id}-owner`,
    })),
  })
  oss = client(started.oss)
  await oss.putBucket('bucket')
})
afterAll(() => started.stop())

const readable = { headers: { 'x-oss-object-acl': 'public-read' } }

it('takes the access list of a later append, not its metadata', async () => {
  await oss.append('log', Buffer.from('a'), { position: '0', headers: { 'x-oss-meta-a': 'first' } })
  expect((await oss.getACL('log')).acl).toBe('default')
  const headers = { ...readable.headers, 'x-oss-meta-a': 'second' }
  await oss.append('log', Buffer.from('b'), { position: '1', headers })
  expect((await oss.getACL('log')).acl).toBe('public-read')
  expect((await oss.head('log')).meta).toEqual({ a: 'first' })
  await oss.append('log', Buffer.from('c'), { position: '2' })
  expect((await oss.getACL('log')).acl).toBe('public-read')
})

it.each([
  ['ignores the access list at the beginning of a multipart upload', readable, {}, 'default'],
  ['takes it at the end', {}, readable, 'public-read'],
])('%s', async (name, begin, end, acl) => {
  const { uploadId } = await oss.initMultipartUpload(name, { ...begin })
  const { etag } = await oss.uploadPart(name, uploadId, 1, Buffer.from('x'), 0, 1)
  await oss.completeMultipartUpload(name, uploadId, [{ number: 1, etag }], { ...end })
  expect((await oss.getACL(name)).acl).toBe(acl)
})

const port = (): number => started.oss.port
const codeOf = (body: string) => /<Code>(\w+)</.exec(body)?.[1]

it('lists buckets by what can be part of a name only', async () => {
  const list = async (query: string) => codeOf((await ask(port(), { path: `/?${query}`, key: KEY })).body)
  expect(await list('prefix=buck&marker=a-1')).toBeUndefined()
  expect(await list('prefix=Buck')).toBe('InvalidArgument')
  expect(await list('marker=Buck')).toBe('InvalidArgument')
})

it('keeps where a log goes only if it can go there', async () => {
  expect((await ask(port(), { method: 'PUT', path: '/foreign/', key: OTHER })).status).toBe(200)
  const log = async (enabled: string) => {
    const body = `<BucketLoggingStatus>${enabled}</BucketLoggingStatus>`
    const { status, body: said } = await ask(port(), { method: 'PUT', path: '/bucket/?logging', body, key: KEY })
    return codeOf(said) ?? status
  }
  const to = (target: string, prefix = '') =>
    `<LoggingEnabled><TargetBucket>${target}</TargetBucket><TargetPrefix>${prefix}</TargetPrefix></LoggingEnabled>`
  expect(await log(to('nowhere'))).toBe('InvalidTargetBucketForLogging')
  expect(await log(to('foreign'))).toBe('InvalidTargetBucketForLogging')
  expect(await log('<LoggingEnabled></LoggingEnabled>')).toBe('MalformedXML')
  expect(await log(to(''))).toBe('MalformedXML')
  expect(await log(to('bucket', '/log'))).toBe('MalformedXML')
  expect(await log(to('bucket', 'x'.repeat(257)))).toBe('MalformedXML')
  expect(await log(to('bucket', 'log-'))).toBe(200)
  expect(await log('')).toBe(200)
})

it.each(['.localhost', '.oss-cn-hangzhou.aliyuncs.com'])('takes no capitals in a bucket before %s', async (domain) => {
  const put = (bucket: string) => ask(port(), { method: 'PUT', path: '/', host: bucket + domain, bucket, key: KEY })
  expect(codeOf((await put('Capitals')).body)).toBe('InvalidBucketName')
  expect((await put(`capitals${domain.length}`)).status).toBe(200)
})

it('numbers uploads by the time they begin', async () => {
  const ids: string[] = []
  for (let at = 0; at < 20; at += 1) ids.push((await oss.initMultipartUpload('numbered')).uploadId)
  const times = ids.map((id) => id.slice(0, 16))
  expect(ids.every((id) => /^0[0-9A-F]{31}$/.test(id))).toBe(true)
  expect([...times].sort()).toEqual(times)
  expect(Math.abs(Number.parseInt(times[0] ?? '', 16) / 1000 - Date.now())).toBeLessThan(60_000)
})
