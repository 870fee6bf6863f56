import { createHash, randomBytes } from 'node:crypto'
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createCrc64 } from '../../../../scripts/local/oss/store/crc64.ts'
import { client, start } from './support.ts'
import type { Client, Started } from './support.ts'

interface Multipart {
  initMultipartUpload(name: string, options?: object): Promise<{ uploadId: string }>
  uploadPart(
    name: string,
    id: string,
    number: number,
    data: unknown,
    start: number,
    end: number,
  ): Promise<{ etag: string }>
  uploadPartCopy(name: string, id: string, number: number, range: string, source: object): Promise<{ etag: string }>
  completeMultipartUpload(name: string, id: string, parts: object[], options?: object): Promise<{ etag: string }>
  abortMultipartUpload(name: string, id: string): Promise<unknown>
  listParts(
    name: string,
    id: string,
    query?: object,
  ): Promise<{ parts: { PartNumber: string; Size: string }[] | object }>
  listUploads(query: object): Promise<{ uploads: { name: string; uploadId: string }[]; isTruncated: boolean }>
}

const DATA = join(mkdtempSync(join(tmpdir(), 'oss-')), 'data')
let started: Started
let oss: Client & Multipart
const begin = async (): Promise<void> => {
  started = await start({ dataDir: DATA })
  oss = client(started.oss) as Client & Multipart
}
beforeAll(async () => {
  await begin()
  await oss.putBucket('bucket')
})
afterAll(() => started.stop())

const PART = 100 * 1024
const first = randomBytes(PART)
const second = randomBytes(PART + 1)
const last = randomBytes(10)
const whole = Buffer.concat([first, second, last])
const md5 = (bytes: Buffer): Buffer => createHash('md5').update(bytes).digest()
const send = (id: string, key: string, number: number, bytes: Buffer) =>
  oss.uploadPart(key, id, number, bytes, 0, bytes.length)

describe('multipart upload', () => {
  it.each([false, true])('joins parts, whatever order they came in (version 4: %s)', async (authorizationV4) => {
    oss = client(started.oss, 'path', { authorizationV4 }) as Client & Multipart
    const { uploadId } = await oss.initMultipartUpload('joined', { mime: 'a/b', headers: { 'x-oss-meta-a': '1' } })
    await send(uploadId, 'joined', 7, last)
    await send(uploadId, 'joined', 2, randomBytes(5))
    await send(uploadId, 'joined', 1, first)
    await send(uploadId, 'joined', 2, second)
    const etags = [first, second, last].map((bytes) => `"${md5(bytes).toString('hex').toUpperCase()}"`)
    const parts = [1, 2, 7].map((number, at) => ({ number, etag: etags[at] }))
    await oss.completeMultipartUpload('joined', uploadId, parts)
    const got = await oss.get('joined')
    expect(got.content.equals(whole)).toBe(true)
    const crc = createCrc64()
    crc.update(whole)
    const tag = md5(Buffer.concat([md5(first), md5(second), md5(last)]))
      .toString('hex')
      .toUpperCase()
    expect(got.res.headers).toMatchObject({
      'x-oss-object-type': 'Multipart',
      'x-oss-hash-crc64ecma': crc.decimal(),
      'x-oss-meta-a': '1',
      'content-type': 'a/b',
      etag: `"${tag}-3"`,
    })
    expect(got.res.headers['content-md5']).toBeUndefined()
    const across = await oss.get('joined', { headers: { Range: `bytes=${PART - 2}-${PART + 1}` } })
    expect(across.content.equals(whole.subarray(PART - 2, PART + 2))).toBe(true)
    await expect(oss.listParts('joined', uploadId)).rejects.toMatchObject({ code: 'NoSuchUpload', status: 404 })
  })

  it('copies parts', async () => {
    await oss.put('source', whole)
    const { uploadId } = await oss.initMultipartUpload('copied')
    const source = { sourceKey: 'source', sourceBucketName: 'bucket' }
    const one = await oss.uploadPartCopy('copied', uploadId, 1, `0-${PART - 1}`, source)
    const two = await oss.uploadPartCopy('copied', uploadId, 2, `${PART}-${whole.length - 1}`, source)
    await oss.completeMultipartUpload('copied', uploadId, [
      { number: 1, etag: one.etag },
      { number: 2, etag: two.etag },
    ])
    expect((await oss.get('copied')).content.equals(whole)).toBe(true)
  })

  it('refuses wrong, unordered, missing and small parts', async () => {
    const { uploadId } = await oss.initMultipartUpload('refused')
    const one = await send(uploadId, 'refused', 1, last)
    const two = await send(uploadId, 'refused', 2, last)
    const complete = (parts: object[]) => oss.completeMultipartUpload('refused', uploadId, parts)
    await expect(complete([{ number: 1, etag: '"00"' }])).rejects.toMatchObject({ code: 'InvalidPart', status: 400 })
    await expect(complete([{ number: 3, etag: one.etag }])).rejects.toMatchObject({ code: 'InvalidPart' })
    const both = [
      { number: 1, etag: one.etag },
      { number: 2, etag: two.etag },
    ]
    await expect(complete(both)).rejects.toMatchObject({ code: 'EntityTooSmall', status: 400 })
    await expect(oss.head('refused')).rejects.toMatchObject({ status: 404 })
  })

  it('survives a restart, lists what is there, and forgets what is given up', async () => {
    const { uploadId } = await oss.initMultipartUpload('list/me')
    await send(uploadId, 'list/me', 1, first)
    await started.oss.close()
    await begin()
    expect((await oss.listUploads({ prefix: 'list/' })).uploads).toEqual([
      expect.objectContaining({ name: 'list/me', uploadId }),
    ])
    await send(uploadId, 'list/me', 2, second)
    const { parts } = await oss.listParts('list/me', uploadId)
    expect(parts).toMatchObject([
      { PartNumber: '1', Size: String(first.length) },
      { PartNumber: '2', Size: String(second.length) },
    ])
    await expect(oss.deleteBucket('bucket')).rejects.toMatchObject({ code: 'BucketNotEmpty' })
    await oss.abortMultipartUpload('list/me', uploadId)
    expect((await oss.listUploads({ prefix: 'list/' })).uploads).toEqual([])
  })

  it('goes on being read while it is replaced', async () => {
    const { stream } = await oss.getStream('joined')
    const chunks: Buffer[] = []
    for await (const chunk of stream as AsyncIterable<Buffer>) {
      if (chunks.length === 0) {
        await oss.put('joined', Buffer.from('new'))
        await oss.delete('joined')
      }
      chunks.push(chunk)
    }
    expect(Buffer.concat(chunks).equals(whole)).toBe(true)
  })

  it("works through the client's own multipartUpload", async () => {
    const big = randomBytes(450 * 1024)
    await (
      oss as unknown as Record<'multipartUpload', (k: string, b: Buffer, o: object) => Promise<unknown>>
    ).multipartUpload('big', big, { partSize: PART, parallel: 3 })
    expect((await oss.get('big')).content.equals(big)).toBe(true)
  })
})
