import { createHash, randomBytes } from 'node:crypto'
import { readdirSync } from 'node:fs'
import { connect } from 'node:net'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { gunzipSync } from 'node:zlib'
import { client, code, send, signedPath, start } from './support.ts'
import type { Client, Started } from './support.ts'

let started: Started
let oss: Client
let port: number
let open: Client
beforeAll(async () => {
  started = await start()
  port = started.oss.port
  oss = client(started.oss)
  await oss.putBucket('bucket')
  open = client(started.oss, 'path', { bucket: 'open-bucket' })
  await oss.putBucket('open-bucket')
  await oss.putBucketACL('open-bucket', 'public-read')
})
afterAll(() => started.stop())

const headersOf = (result: { res: unknown }): Record<string, string> =>
  (result.res as { headers: Record<string, string> }).headers
const md5 = (bytes: Buffer): Buffer => createHash('md5').update(bytes).digest()

describe('put and get', () => {
  it('answers tag, CRC and MD5 of what was stored', async () => {
    const put = headersOf(await oss.put('123', Buffer.from('123456789')))
    expect(put['etag']).toBe('"25F9E794323B453885F5181F1B624D0B"')
    expect(put['x-oss-hash-crc64ecma']).toBe('11051210869376104954')
    expect(put['content-md5']).toBe(md5(Buffer.from('123456789')).toString('base64'))
  })

  it('returns every header it documents to keep, and user metadata as bytes', async () => {
    const headers = {
      'Cache-Control': 'max-age=1',
      'Content-Disposition': 'inline; filename="x"',
      'Content-Encoding': 'identity',
      'Content-Language': 'de',
      Expires: 'Fri, 28 Feb 2031 05:38:42 GMT',
      'Content-Type': 'image/x-test',
      'x-oss-storage-class': 'IA',
    }
    await oss.put('kept', Buffer.from('bytes'), { headers, meta: { 'Up-Per': 'a b' } })
    for (const got of [headersOf(await oss.head('kept')), headersOf(await oss.get('kept'))]) {
      expect(got).toMatchObject({
        'cache-control': 'max-age=1',
        'content-disposition': 'inline; filename="x"',
        'content-encoding': 'identity',
        'content-language': 'de',
        expires: 'Fri, 28 Feb 2031 05:38:42 GMT',
        'content-type': 'image/x-test',
        'x-oss-meta-up-per': 'a b',
        'x-oss-storage-class': 'IA',
        'x-oss-object-type': 'Normal',
        'accept-ranges': 'bytes',
        'content-length': '5',
      })
      expect(got['last-modified']).toBe(new Date(got['last-modified'] ?? '').toUTCString())
    }
  })

  it('keeps metadata outside ASCII when the client signs the bytes it sends', async () => {
    const latin = client(started.oss, 'path', { headerEncoding: 'latin1' })
    await latin.put('meta', Buffer.from('x'), { meta: { name: '中' } })
    const value = headersOf(await oss.head('meta'))['x-oss-meta-name'] ?? ''
    expect(Buffer.from(value, 'latin1').toString('utf8')).toBe('中')
  })

  it('streams an upload of unknown length and a large one', async () => {
    const bytes = randomBytes(3_000_000)
    const chunks = Array.from({ length: 30 }, (_, at) => bytes.subarray(at * 100_000, (at + 1) * 100_000))
    await oss.putStream('streamed', Readable.from(chunks))
    expect((await oss.get('streamed')).content.equals(bytes)).toBe(true)
    const { stream } = await oss.getStream('streamed')
    const got: Buffer[] = []
    for await (const chunk of stream as AsyncIterable<Buffer>) got.push(chunk)
    expect(Buffer.concat(got).equals(bytes)).toBe(true)
  })

  it('stores nothing of a body with another MD5', async () => {
    const wrong = { headers: { 'Content-MD5': md5(Buffer.from('other')).toString('base64') } }
    await expect(oss.put('md5', Buffer.from('body'), wrong)).rejects.toMatchObject({
      code: 'InvalidDigest',
      status: 400,
    })
    await expect(oss.head('md5')).rejects.toMatchObject({ status: 404 })
    const empty = client(started.oss, 'path', { bucket: 'empty-bucket' })
    await empty.putBucket('empty-bucket')
    await expect(empty.put('md5', Buffer.from('body'), wrong)).rejects.toMatchObject({ code: 'InvalidDigest' })
    const data = join(started.dataDir, 'buckets', 'empty-bucket', 'data')
    expect(readdirSync(data).flatMap((prefix) => readdirSync(join(data, prefix)))).toEqual([])
  })

  it('stores nothing of a body that is cut short', async () => {
    const path = signedPath('/bucket/cut', 'PUT')
    const socket = connect(port, '127.0.0.1')
    socket.write(`PUT ${path} HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n\r\nonly so much`)
    await new Promise((resolve) => setImmediate(resolve))
    socket.destroySoon()
    await new Promise((resolve) => socket.once('close', resolve))
    await expect(oss.head('cut')).rejects.toMatchObject({ status: 404 })
  })

  it('wants a length', async () => {
    const path = signedPath('/bucket/length', 'PUT')
    const answer = await new Promise<string>((resolve) => {
      const socket = connect(port, '127.0.0.1', () => {
        socket.write(`PUT ${path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`)
      })
      let text = ''
      socket.on('data', (chunk: Buffer) => (text += chunk.toString())).on('close', () => resolve(text))
    })
    expect(answer).toContain('HTTP/1.1 411 ')
    expect(answer).toContain('<Code>MissingContentLength</Code>')
  })

  it('stores an empty object', async () => {
    await oss.put('empty', Buffer.alloc(0))
    const got = await oss.get('empty')
    expect(got.content).toHaveLength(0)
    expect(headersOf(got)).toMatchObject({ 'content-length': '0', 'x-oss-hash-crc64ecma': '0' })
  })

  it('forbids overwriting only where asked', async () => {
    const once = { headers: { 'x-oss-forbid-overwrite': 'true' } }
    await oss.put('once', Buffer.from('1'), once)
    await expect(oss.put('once', Buffer.from('2'), once)).rejects.toMatchObject({
      code: 'FileAlreadyExists',
      status: 409,
    })
    expect((await oss.get('once')).content.toString()).toBe('1')
    await oss.put('once', Buffer.from('3'))
    expect((await oss.get('once')).content.toString()).toBe('3')
  })

  it.each([
    ['x'.repeat(1024), 'InvalidObjectName'],
    ['a/../b', 'InvalidObjectName'],
    ['./b', 'InvalidObjectName'],
    ['a\0b', 'InvalidObjectName'],
    ['\\b', 'InvalidObjectName'],
  ])('refuses the key %j', async (key, wanted) => {
    const path = signedPath(`/bucket/${encodeURIComponent(key).replaceAll('%2F', '/')}`, 'PUT')
    const answer = await send(port, path, { method: 'PUT', body: 'x' })
    expect([answer.status, code(answer)]).toEqual([400, wanted])
  })

  it('refuses metadata beyond 8 KB, underscores, and conditions it would have to ignore', async () => {
    const put = (headers: Record<string, string>) => oss.put('refused', Buffer.from('x'), { headers })
    const large = (bytes: number) => put({ 'x-oss-meta-big': 'x'.repeat(bytes - 'x-oss-meta-big'.length) })
    await expect(large(8192)).rejects.toMatchObject({ code: 'InvalidArgument', ecCode: '0011-00000002' })
    await large(8191)
    await expect(put({ 'x-oss-meta-a_b': 'x' })).rejects.toMatchObject({ code: 'InvalidArgument' })
    await expect(put({ 'If-None-Match': '*' })).rejects.toMatchObject({ code: 'NotImplemented', status: 400 })
    await expect(put({ 'If-Modified-Since': new Date().toUTCString() })).rejects.toMatchObject({ status: 400 })
  })

  it('goes on reading the old bytes while the object is replaced and removed', async () => {
    const old = randomBytes(4_000_000)
    await oss.put('replaced', old)
    const { stream } = await oss.getStream('replaced')
    const first = await new Promise<Buffer>((resolve) => (stream as Readable).once('data', resolve))
    ;(stream as Readable).pause()
    await oss.put('replaced', Buffer.from('new'))
    await oss.delete('replaced')
    const rest: Buffer[] = [first]
    for await (const chunk of stream as AsyncIterable<Buffer>) rest.push(chunk)
    expect(Buffer.concat(rest).equals(old)).toBe(true)
  })
})

describe('range', () => {
  const bytes = Buffer.from('0123456789')
  beforeAll(async () => {
    await open.put('ten', bytes)
  })

  it.each([
    ['bytes=0-0', '0', 'bytes 0-0/10'],
    ['bytes=2-5', '2345', 'bytes 2-5/10'],
    ['bytes=7-', '789', 'bytes 7-9/10'],
    ['bytes=-3', '789', 'bytes 7-9/10'],
    ['bytes=0-1,5-6', '01', 'bytes 0-1/10'],
  ])('%s answers part of the object, with tag and CRC of the whole', async (range, body, contentRange) => {
    const answer = await send(port, '/open-bucket/ten', { headers: { range } })
    expect(answer).toMatchObject({ status: 206, body })
    expect(answer.headers['content-range']).toBe(contentRange)
    expect(answer.headers['etag']).toBe(`"${md5(bytes).toString('hex').toUpperCase()}"`)
  })

  it.each(['bytes=10-', 'bytes=5-10', 'bytes=-11', 'bytes=-0', 'bytes=5-2', 'byte=0-1', 'bytes=-', 'x'])(
    '%s, which is invalid, answers the whole object',
    async (range) => {
      const answer = await send(port, '/open-bucket/ten', { headers: { range } })
      expect(answer).toMatchObject({ status: 200, body: '0123456789' })
      expect(answer.headers['content-range']).toBeUndefined()
    },
  )

  it('follows RFC 9110 where the request asks for standard behaviour', async () => {
    const standard = (range: string) =>
      send(port, '/open-bucket/ten', { headers: { range, 'x-oss-range-behavior': 'standard' } })
    expect(await standard('bytes=5-99')).toMatchObject({ status: 206, body: '56789' })
    expect(await standard('bytes=-99')).toMatchObject({ status: 206, body: '0123456789' })
    expect(await standard('bytes=10-')).toMatchObject({ status: 416 })
  })
})

describe('conditions', () => {
  let etag = ''
  let modified = 0
  beforeAll(async () => {
    const put = headersOf(await open.put('cond', Buffer.from('x')))
    etag = put['etag'] ?? ''
    modified = Date.parse(headersOf(await open.head('cond'))['last-modified'] ?? '')
  })

  const date = (offset: number): string => new Date(modified + offset).toUTCString()

  it.each([
    ['if-none-match', () => etag, 304],
    ['if-none-match', () => '*', 304],
    ['if-none-match', () => '"other"', 200],
    ['if-match', () => etag, 200],
    ['if-match', () => '"other"', 412],
    ['if-modified-since', () => date(0), 304],
    ['if-modified-since', () => date(-1000), 200],
    ['if-unmodified-since', () => date(0), 200],
    ['if-unmodified-since', () => date(-1000), 412],
  ])('%s', async (name, value, status) => {
    for (const method of ['GET', 'HEAD']) {
      const answer = await send(port, '/open-bucket/cond', { method, headers: { [name]: value() } })
      expect(answer.status).toBe(status)
      if (status === 412 && method === 'GET') {
        expect(answer.body.toLowerCase()).toContain(`<condition>${name}</condition>`)
      }
      if (status === 304) expect(answer.headers['etag']).toBe(etag)
    }
  })
})

describe('anonymous readers', () => {
  it('read objects of a public bucket, and nothing else', async () => {
    await open.put('o', Buffer.from('o'))
    await oss.put('p', Buffer.from('p'))
    expect(await send(port, '/open-bucket/o')).toMatchObject({ status: 200, body: 'o' })
    expect(await send(port, '/bucket/p')).toMatchObject({ status: 403 })
    expect(await send(port, '/open-bucket/o', { method: 'PUT', body: 'x' })).toMatchObject({ status: 403 })
    expect(await send(port, '/open-bucket/o', { method: 'DELETE' })).toMatchObject({ status: 403 })
    expect(await send(port, '/open-bucket?website')).toMatchObject({ status: 403 })
    expect(await send(port, '/')).toMatchObject({ status: 403 })
    expect(code(await send(port, '/bucket/missing'))).toBe('AccessDenied')
    expect(code(await send(port, '/open-bucket/missing'))).toBe('NoSuchKey')
    expect(code(await send(port, '/no-such-bucket/k'))).toBe('NoSuchBucket')
  })

  it('may not override headers', async () => {
    const answer = await send(port, '/open-bucket/o?response-content-type=text/html')
    expect([answer.status, code(answer)]).toEqual([400, 'InvalidRequest'])
  })

  it("follow an object's own list before the bucket's", async () => {
    await open.put('secret', Buffer.from('s'), { headers: { 'x-oss-object-acl': 'private' } })
    expect((await send(port, '/open-bucket/secret')).status).toBe(403)
    await oss.put('shown', Buffer.from('s'))
    await oss.putACL('shown', 'public-read')
    expect((await oss.getACL('shown')).acl).toBe('public-read')
    expect((await send(port, '/bucket/shown')).status).toBe(200)
  })

  it('get text compressed, pictures never', async () => {
    const text = Buffer.from('text '.repeat(1000))
    await open.put('t.txt', text)
    await open.put('t.jpg', text)
    const headers = { 'accept-encoding': 'gzip' }
    const answer = await send(port, '/open-bucket/t.txt', { headers })
    expect(answer.headers).toMatchObject({ 'content-encoding': 'gzip' })
    expect(answer.headers['etag']).toBeUndefined()
    expect(gunzipSync(answer.bytes).equals(text)).toBe(true)
    const picture = await send(port, '/open-bucket/t.jpg', { headers })
    expect(picture.headers['content-encoding']).toBeUndefined()
    expect(picture.bytes.equals(text)).toBe(true)
  })
})

describe('copy', () => {
  it('keeps or replaces metadata, and what is copied stays when the source goes', async () => {
    await oss.put('from', Buffer.from('bytes'), { headers: { 'Cache-Control': 'no-cache' }, meta: { a: '1' } })
    await oss.copy('to 中', 'from')
    await oss.copy('to2', 'from', { meta: { b: '2' }, headers: { 'Content-Type': 'a/b' } })
    await oss.delete('from')
    const kept = await oss.get('to 中')
    expect(kept.content.toString()).toBe('bytes')
    expect(headersOf(kept)).toMatchObject({ 'cache-control': 'no-cache', 'x-oss-meta-a': '1' })
    const replaced = headersOf(await oss.get('to2'))
    expect(replaced).toMatchObject({ 'content-type': 'a/b', 'x-oss-meta-b': '2' })
    expect(replaced['x-oss-meta-a']).toBeUndefined()
    expect(replaced['cache-control']).toBeUndefined()
  })

  it('copies from another bucket', async () => {
    await open.put('other', Buffer.from('from afar'))
    await oss.copy('arrived', 'other', 'open-bucket')
    expect((await oss.get('arrived')).content.toString()).toBe('from afar')
  })

  it('asks its conditions of the source', async () => {
    const etag = headersOf(await oss.put('src', Buffer.from('1')))['etag'] ?? ''
    const copy = (headers: Record<string, string>) => oss.copy('dst', 'src', { headers })
    await expect(copy({ 'x-oss-copy-source-if-match': '"other"' })).rejects.toMatchObject({
      code: 'PreconditionFailed',
      status: 412,
    })
    await copy({ 'x-oss-copy-source-if-match': etag })
    expect((await oss.get('dst')).content.toString()).toBe('1')
    expect((await copy({ 'x-oss-copy-source-if-none-match': etag })).res.status).toBe(304)
    await expect(copy({ 'x-oss-forbid-overwrite': 'true' })).rejects.toMatchObject({ code: 'FileAlreadyExists' })
    await expect(oss.copy('dst', 'nothing')).rejects.toMatchObject({ code: 'NoSuchKey' })
  })

  it('changes metadata of an object by copying it onto itself', async () => {
    await oss.put('self', Buffer.from('me'), { meta: { a: '1' } })
    await oss.putMeta('self', { b: '2' }, {})
    const got = await oss.get('self')
    expect(got.content.toString()).toBe('me')
    expect(headersOf(got)['x-oss-meta-b']).toBe('2')
  })
})

describe('append', () => {
  const append = (key: string, bytes: string, position: number) => oss.append(key, Buffer.from(bytes), { position })

  it('adds bytes at the end only, and continues the CRC', async () => {
    expect((await append('log', '1234', 0)).nextAppendPosition).toBe('4')
    const { stream } = await oss.getStream('log')
    await append('log', '56789', 4)
    const before: Buffer[] = []
    for await (const chunk of stream as AsyncIterable<Buffer>) before.push(chunk)
    expect(Buffer.concat(before).toString()).toBe('1234')
    const got = await oss.get('log')
    expect(got.content.toString()).toBe('123456789')
    expect(headersOf(got)).toMatchObject({
      'x-oss-object-type': 'Appendable',
      'x-oss-next-append-position': '9',
      'x-oss-hash-crc64ecma': '11051210869376104954',
    })
    await expect(append('log', 'x', 3)).rejects.toMatchObject({ code: 'PositionNotEqualToLength', status: 409 })
    await oss.put('normal', Buffer.from('x'))
    await expect(append('normal', 'x', 1)).rejects.toMatchObject({ code: 'ObjectNotAppendable', status: 409 })
  })

  it('takes one append at a time', async () => {
    await append('shared', 'abcd', 0)
    const path = signedPath('/bucket/shared?append&position=4', 'POST')
    const socket = connect(port, '127.0.0.1')
    const heard = () =>
      new Promise<string>((resolve) => socket.once('data', (chunk: Buffer) => resolve(chunk.toString())))
    socket.write(`POST ${path} HTTP/1.1\r\nHost: localhost\r\nContent-Length: 6\r\nExpect: 100-continue\r\n\r\n`)
    expect(await heard()).toContain('100 Continue')
    socket.write('efg')
    await expect(append('shared', 'XXXXXXXX', 4)).rejects.toMatchObject({ code: 'PositionNotEqualToLength' })
    socket.write('hij')
    expect(await heard()).toContain('HTTP/1.1 200 ')
    socket.destroy()
    expect((await oss.get('shared')).content.toString()).toBe('abcdefghij')
  })

  it('leaves a copy as it was', async () => {
    await append('grow', 'ab', 0)
    await oss.copy('grown', 'grow')
    await append('grow', 'cd', 2)
    expect((await oss.get('grown')).content.toString()).toBe('ab')
    expect((await oss.get('grow')).content.toString()).toBe('abcd')
  })
})

describe('symlinks and tags', () => {
  it('reads the target through the link', async () => {
    await oss.put('target 中', Buffer.from('aim'))
    await oss.putSymlink('link', 'target 中', { meta: { a: '1' } })
    expect((await oss.get('link')).content.toString()).toBe('aim')
    expect((await oss.getSymlink('link')).targetName).toBe('target 中')
    await oss.putSymlink('dangling', 'nowhere', {})
    const path = signedPath('/bucket/dangling')
    expect(code(await send(port, path))).toBe('SymlinkTargetNotExist')
  })

  it('keeps tags', async () => {
    await oss
      .put('tagged', Buffer.from('x'), { headers: { 'x-oss-tagging': 'a=1&b=%E4%B8%AD' } })
      .catch(() => undefined)
    await oss.put('tagged', Buffer.from('x'), { headers: { 'x-oss-tagging': 'a=1&b=2' } })
    expect((await oss.getObjectTagging('tagged')).tag).toEqual({ a: '1', b: '2' })
    expect(headersOf(await oss.head('tagged'))['x-oss-tagging-count']).toBe('2')
    await oss.putObjectTagging('tagged', { c: '3' })
    expect((await oss.getObjectTagging('tagged')).tag).toEqual({ c: '3' })
    await oss.deleteObjectTagging('tagged')
    expect((await oss.getObjectTagging('tagged')).tag).toEqual({})
  })
})

describe('what is not there', () => {
  it.each([
    ['GET', '/bucket/k?versionId=1'],
    ['GET', '/bucket?versions'],
    ['PUT', '/bucket?replication'],
    ['GET', '/bucket?worm'],
    ['POST', '/bucket/k?x-oss-async-process'],
  ])('%s %s answers NotImplemented', async (method, path) => {
    const answer = await send(port, signedPath(path, method), { method, ...(method === 'GET' ? {} : { body: '' }) })
    expect([answer.status, code(answer)]).toEqual([501, 'NotImplemented'])
  })

  it('answers objectMeta with facts only', async () => {
    await oss.put('facts', Buffer.from('x'), { meta: { a: '1' } })
    const got = headersOf(await oss.getObjectMeta('facts'))
    expect(got['content-length']).toBe('1')
    expect(got['x-oss-meta-a']).toBeUndefined()
  })
})
