// What the client's authors expect of the real service, asked of this one in every address style and signature version.
// The expectations were read from the client's public test suite (ali-sdk/ali-oss, test/node) and are put in our own words.

import { createReadStream, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { client, closeAgents, start } from './support.ts'
import type { Addressing, Client, Started } from './support.ts'

interface More {
  initMultipartUpload(name: string, options?: object): Promise<{ res: { headers: Record<string, string> } }>
  multipartUpload(name: string, data: unknown, options?: object): Promise<{ res: { headers: Record<string, string> } }>
  multipartUploadCopy(name: string, source: object, options?: object): Promise<{ res: { status: number } }>
  restore(name: string): Promise<{ res: { status: number } }>
  putBucketTags(name: string, tags: object): Promise<unknown>
  getBucketPolicy(name: string): Promise<{ policy: object | null }>
  putBucketPolicy(name: string, policy: object): Promise<unknown>
  deleteBucketPolicy(name: string): Promise<{ status: number }>
  putBucketEncryption(name: string, rule: object): Promise<unknown>
  getBucketEncryption(name: string): Promise<{ encryption: object }>
  putBucketRequestPayment(name: string, payer: string): Promise<unknown>
  getBucketRequestPayment(name: string): Promise<{ payer: string }>
  putBucketInventory(name: string, inventory: object): Promise<unknown>
  getBucketInventory(name: string, id: string): Promise<{ inventory: { id: string; prefix: string } }>
  listBucketInventory(name: string): Promise<{ inventoryList: { id: string }[]; isTruncated: boolean }>
  deleteBucketInventory(name: string, id: string): Promise<{ status: number }>
  getBucketStat(name: string): Promise<{ stat: Record<string, string> }>
}

const folder = mkdtempSync(join(tmpdir(), 'oss-file-'))
const file = join(folder, 'file.js')
const big = join(folder, 'big')
let started: Started
beforeAll(async () => {
  writeFileSync(file, 'the content of a file\n')
  writeFileSync(big, Buffer.alloc(1003 * 1020, 'big'))
  started = await start({ hosts: { 'img.example.test': 'bucket' } })
  await client(started.oss).putBucket('bucket')
})
afterAll(async () => {
  closeAgents()
  await started.stop()
  rmSync(folder, { recursive: true })
})

const STYLES: Addressing[] = ['path', 'ip', 'virtual-host', 'cname']
const CASES = STYLES.flatMap((how) => [false, true].map((version4): [Addressing, boolean] => [how, version4]))

describe.each(CASES)('addressed by %s, version 4: %s', (how, authorizationV4) => {
  let oss: Client & More
  beforeEach(() => {
    oss = client(started.oss, how, { authorizationV4 }) as Client & More
  })

  it('takes a stream that states its length and is chunked all the same', async () => {
    const put = oss as unknown as { put(name: string, stream: unknown, options: object): Promise<unknown> }
    await put.put('stream', createReadStream(file), { headers: { 'Content-Length': statSync(file).size } })
    expect((await oss.get('stream')).content.toString()).toBe('the content of a file\n')
  })

  it('gives back headers as they were', async () => {
    await oss.put('h.js', Buffer.from('x'), {
      headers: { Expires: 1000000, 'Content-Type': 'text/plain; charset=gbk' },
    })
    expect((await oss.head('h.js')).res.headers).toMatchObject({
      expires: '1000000',
      'content-type': 'text/plain; charset=gbk',
    })
    await oss.put('no-type', Buffer.from('x'))
    expect((await oss.head('no-type')).res.headers['content-type']).toBe('application/octet-stream')
  })

  it('keeps keys with letters of every kind apart', async () => {
    const keys = [
      '杭州・中国',
      '是 空格 yeah +-/\\&*#(1) ',
      '\x01\x0a\x0c\x07\x50\x63',
      'a<b&c>d +',
      '%3get+meta.js',
      'a%2Fb',
    ]
    for (const key of keys) {
      await oss.put(`k-${key}`, Buffer.from(key))
      expect((await oss.get(`k-${key}`)).content.toString()).toBe(key)
    }
    const listed = (await oss.list({ prefix: 'k-' })).objects?.map(({ name }) => name) ?? []
    expect([...listed].sort()).toEqual(keys.map((key) => `k-${key}`).sort())
    // The client sends control characters as they are, which is no XML 1.0.
    const deletable = keys.map((key) => `k-${key}`)
    const { deleted } = await oss.deleteMulti([...deletable, 'k-none', 'k-none'])
    expect(deleted.map(({ Key }) => Key)).toEqual([...deletable, 'k-none', 'k-none'])
    expect((await oss.list({ prefix: 'k-' })).objects ?? []).toEqual([])
  })

  it('takes conditions of a copy, and names the one that failed', async () => {
    const { etag = '', date = '' } = (await oss.put('from', Buffer.from('x'), { meta: { uid: '1' } })).res.headers
    const copy = (headers: object) => oss.copy('to 测试', 'from', { headers })
    const failed = (name: string) => ({
      name: 'PreconditionFailedError',
      status: 412,
      message: `At least one of the pre-conditions you specified did not hold. (condition: ${name})`,
    })
    await expect(copy({ 'If-Match': 'foo-bar' })).rejects.toMatchObject(failed('If-Match'))
    const lastYear = new Date(Date.parse(date) - 31_536_000_000).toUTCString()
    await expect(copy({ 'If-Unmodified-Since': lastYear })).rejects.toMatchObject(failed('If-Unmodified-Since'))
    expect((await copy({ 'If-None-Match': etag })).res.status).toBe(304)
    expect((await copy({ 'If-Modified-Since': date })).res.status).toBe(304)
    expect((await copy({ 'If-Match': etag })).res.status).toBe(200)
    expect((await copy({ 'If-None-Match': 'foo-bar' })).res.status).toBe(200)
    expect((await oss.head('to 测试')).meta).toEqual({ uid: '1' })
    await expect(oss.get('from', { headers: { 'If-Unmodified-Since': lastYear } })).rejects.toMatchObject(
      failed('If-Unmodified-Since'),
    )
  })

  it('shows the metadata of a link, and the bytes of its target', async () => {
    await oss.put('oss/target-测试.js', Buffer.from('x'))
    await oss.putSymlink('/oss/symlink-软链接.js', '/oss/target-测试.js', { storageClass: 'IA', meta: { uid: '1' } })
    expect((await oss.getSymlink('/oss/symlink-软链接.js')).targetName).toBe('oss/target-测试.js')
    const head = await oss.head('/oss/symlink-软链接.js')
    expect(head.res.headers['x-oss-object-type']).toBe('Symlink')
    expect(head.meta).toEqual({ uid: '1' })
  })

  it('names the error of an append at the wrong place', async () => {
    const name = `/apend-${how}-${authorizationV4}`
    await oss.append(name, Buffer.from('foo'), {})
    await expect(oss.append(name, Buffer.from('foo'), {})).rejects.toMatchObject({
      name: 'PositionNotEqualToLengthError',
      message: 'Position is not equal to file length',
    })
    expect((await oss.append(name, Buffer.from('bar'), { position: '3' })).nextAppendPosition).toBe('6')
  })

  it('says how an upload is encrypted at its beginning and its end', async () => {
    const headers = { 'x-oss-server-side-encryption': 'AES256' }
    expect((await oss.initMultipartUpload('sse', { headers: { ...headers } })).res.headers).toMatchObject(headers)
    const kms = { 'x-oss-server-side-encryption': 'KMS' }
    expect((await oss.multipartUpload('sse', big, { headers: { ...kms } })).res.headers).toMatchObject(kms)
    const source = { sourceKey: 'sse', sourceBucketName: 'bucket' }
    expect((await oss.multipartUploadCopy('sse2', source, { partSize: 256 * 1024 })).res.status).toBe(200)
    expect((await oss.get('sse2')).content.length).toBe(1003 * 1020)
  })

  it('keeps configurations of the bucket', async () => {
    const policy = {
      Version: '1',
      Statement: [
        {
          Action: ['oss:PutObject'],
          Effect: 'Deny',
          Principal: ['1234567890'],
          Resource: ['acs:oss:*:1234567890:*/*'],
        },
      ],
    }
    await oss.putBucketPolicy('bucket', policy)
    expect((await oss.getBucketPolicy('bucket')).policy).toEqual(policy)
    expect((await oss.deleteBucketPolicy('bucket')).status).toBe(204)
    expect((await oss.getBucketPolicy('bucket')).policy).toBeNull()
    await oss.putBucketEncryption('bucket', { SSEAlgorithm: 'AES256' })
    expect((await oss.getBucketEncryption('bucket')).encryption).toEqual({ SSEAlgorithm: 'AES256' })
    await oss.putBucketRequestPayment('bucket', 'Requester')
    expect((await oss.getBucketRequestPayment('bucket')).payer).toBe('Requester')
    const destination = { format: 'CSV', accountId: '1', rolename: 'r', bucket: 'bucket' }
    const inventory = {
      isEnabled: false,
      prefix: 'p',
      OSSBucketDestination: destination,
      frequency: 'Daily',
      includedObjectVersions: 'All',
    }
    await oss.putBucketInventory('bucket', { ...inventory, id: 'one' })
    await oss.putBucketInventory('bucket', { ...inventory, id: 'two' })
    expect((await oss.getBucketInventory('bucket', 'one')).inventory).toMatchObject({ id: 'one', prefix: 'p' })
    expect((await oss.listBucketInventory('bucket')).inventoryList.map(({ id }) => id)).toEqual(['one', 'two'])
    expect((await oss.deleteBucketInventory('bucket', 'one')).status).toBe(204)
    await oss.deleteBucketInventory('bucket', 'two')
    expect((await oss.getBucketStat('bucket')).stat['ObjectCount']).toMatch(/^\d+$/)
  })
})

describe('other buckets', () => {
  it.each([false, true])('are made by setting who may read them (version 4: %s)', async (authorizationV4) => {
    const oss = client(started.oss, 'path', { authorizationV4 })
    expect((await oss.putBucketACL('new-bucket', 'public-read')) as unknown).toMatchObject({ bucket: 'new-bucket' })
    expect((await oss.getBucketACL('new-bucket')).acl).toBe('public-read')
    await oss.deleteBucket('new-bucket')
    await expect(oss.deleteBucket('new-bucket')).rejects.toMatchObject({ name: 'NoSuchBucketError' })
  })

  it('are found by their tags', async () => {
    const oss = client(started.oss) as Client & More
    await oss.putBucket('tagged-bucket')
    await oss.putBucketTags('tagged-bucket', { a: '1', b: '2' })
    const list = (tagging: string) =>
      oss.listBuckets({ subres: { tagging } } as never) as unknown as Promise<{
        buckets: { name: string; tag: object }[] | null
      }>
    expect((await list('"a":"1","b":"2"')).buckets).toMatchObject([{ name: 'tagged-bucket', tag: { a: '1', b: '2' } }])
    const others = (await list('"a":"2"')).buckets ?? []
    expect(others.map(({ name }) => name).filter(Boolean)).toEqual([])
  })

  it('of the archive class give bytes back after a restore only', async () => {
    let clock = 0
    const cold = await start({ now: () => Date.now() + clock })
    const oss = client(cold.oss) as Client & More
    const restore = (name: string) => (oss as unknown as More).restore(name)
    await oss.putBucket('bucket', { storageClass: 'Archive' } as never)
    await oss.put('frozen', Buffer.from('x'))
    expect((await oss.head('frozen')).res.headers['x-oss-storage-class']).toBe('Archive')
    await expect(oss.get('frozen')).rejects.toMatchObject({ code: 'InvalidObjectState', status: 403 })
    expect((await restore('frozen')).res.status).toBe(202)
    await expect(restore('frozen')).rejects.toMatchObject({ name: 'RestoreAlreadyInProgressError', status: 409 })
    clock = 61_000
    expect((await oss.head('frozen')).res.headers['x-oss-restore']).toContain('ongoing-request="false"')
    expect((await oss.get('frozen')).content.toString()).toBe('x')
    await oss.put('warm', Buffer.from('x'), { headers: { 'x-oss-storage-class': 'Standard' } })
    await expect(restore('warm')).rejects.toMatchObject({ name: 'OperationNotSupportedError' })
    await cold.stop()
  })
})

describe('metadata outside ASCII', () => {
  it('is kept with keys outside ASCII too', async () => {
    const oss = client(started.oss, 'path', { headerEncoding: 'latin1' })
    await oss.put('from', Buffer.from('x'))
    await oss.copy('copy-中文.js', 'from', { meta: { a: '阿达的大多' } })
    const { meta } = await oss.head('copy-中文.js')
    expect(Buffer.from(meta?.['a'] ?? '', 'latin1').toString()).toBe('阿达的大多')
  })
})
