import { once } from 'node:events'
import { gzipSync } from 'node:zlib'

import { EDGE_STATUS } from '../../src/entry/edge-answer.ts'
import { STATUS_OF } from '../../src/errors.ts'
import { ACCEPT, type Bucket, startBucket } from './edge-bucket.ts'

let bucket: Bucket
beforeEach(async () => {
  bucket = await startBucket()
})
afterEach(() => bucket.close())

describe('the way to the bucket', () => {
  it('hands on ranges, conditions and what hotlink protection asks for', async () => {
    const headers = {
      range: 'bytes=0-9',
      'if-range': '"a"',
      'if-match': '"b"',
      'if-none-match': '"c"',
      'if-modified-since': 'Sat, 21 Nov 2026 00:00:00 GMT',
      'if-unmodified-since': 'Sat, 21 Nov 2026 00:00:01 GMT',
      referer: 'https://example.com/page',
      origin: 'https://example.com',
      'user-agent': 'a reader',
    }
    await bucket.ask('/a.jpg', { headers })
    expect(bucket.asked[0]?.headers).toMatchObject(headers)
  })

  it('hands on nothing else', async () => {
    const headers = {
      accept: ACCEPT.chrome,
      authorization: 'OSS a:b',
      cookie: 'a=b',
      'x-oss-security-token': 'token',
      'x-mirror-secret': 'guess',
      'x-forwarded-for': '1.2.3.4',
      'accept-encoding': 'gzip',
    }
    await bucket.ask('/a.jpg', { headers })
    const sent = bucket.asked[0]?.headers ?? {}
    for (const name of Object.keys(headers).slice(1, -1)) expect([name, sent[name]]).toEqual([name, undefined])
    expect(sent.accept).not.toContain('image')
    expect(sent['accept-encoding']).toBe('identity')
  })

  it.each(['GET', 'HEAD'])('%s stays %s', async (method) => {
    await bucket.ask('/a.jpg', { method })
    expect(bucket.asked[0]?.method).toBe(method)
  })

  it.each([
    ['/a%20b.jpg', '/a%20b.jpg'],
    ['/a b.jpg', '/a%20b.jpg'],
    ['/a+b.jpg', '/a%2Bb.jpg'],
    ['/a%2Bb.jpg', '/a%2Bb.jpg'],
    ['/per%25cent.jpg', '/per%25cent.jpg'],
    ['/%252e%252e/a.jpg', '/%252e%252e/a.jpg'],
    ['/hash%23.jpg', '/hash%23.jpg'],
    ['/what%3F.jpg', '/what%3F.jpg'],
    ['/trip%2Fa.jpg', '/trip/a.jpg'],
    ['/a//b.jpg', '/a//b.jpg'],
    ['/dir/', '/dir/'],
    ['/图/山.jpg', `/${encodeURIComponent('图')}/${encodeURIComponent('山')}.jpg`],
    ['/%E5%9B%BE.jpg', '/%E5%9B%BE.jpg'],
    ['/.hidden...jpg', '/.hidden...jpg'],
    // The standard's own reading of a URL, before the routine sees it.
    ['/x/../a.jpg', '/a.jpg'],
  ])('the path %s is asked for as %s', async (path, url) => {
    expect((await bucket.ask(path)).status).toBe(200)
    expect(bucket.asked[0]?.url).toBe(url)
  })

  it('a bucket’s address may have a path', async () => {
    Object.assign(bucket.settings, { bucketOrigin: `${bucket.url}/compressed` })
    await bucket.ask('/a.jpg')
    expect(bucket.asked[0]?.url).toBe('/compressed/a.jpg')
  })
})

describe('a refusal', () => {
  it.each([
    ['/', 'nothing'],
    ['//host/a.jpg', 'begin with a slash'],
    ['/%2Fa.jpg', 'begin with a slash'],
    ['/..%2Fa.jpg', '"."'],
    ['/x/..%2F..%2Fa.jpg', '"."'],
    ['/x%2F..%5Ca.jpg', '"."'],
    ['/a%00.jpg', 'control characters'],
    ['/%c0%ae%c0%ae/a.jpg', 'UTF-8'],
    ['/%ff.jpg', 'UTF-8'],
    ['/%.jpg', 'UTF-8'],
    [`/${'a'.repeat(1024)}`, '1023 bytes'],
  ])('of %s is the function’s 400', async (path, message) => {
    const answer = await bucket.ask(path, { headers: { accept: ACCEPT.chrome } })
    expect(answer.status).toBe(400)
    expect(Object.fromEntries(answer.headers)).toMatchObject({
      'content-type': 'application/json; charset=utf-8',
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
    })
    expect(answer.headers.has('vary')).toBe(false)
    const text = await answer.text()
    expect(answer.headers.get('content-length')).toBe(String(Buffer.byteLength(text)))
    const body = JSON.parse(text) as Record<string, string>
    expect(Object.keys(body)).toEqual(['code', 'message', 'requestId'])
    expect(body['code']).toBe('bad_key')
    expect(body['message']).toContain(message)
    expect(body['requestId']).toMatch(/^edge-\w{5,}$/)
    expect(bucket.asked).toHaveLength(0)
  })

  it('of a HEAD has no body', async () => {
    const answer = await bucket.ask('/a.jpg__op__resize', { method: 'HEAD' })
    expect([answer.status, await answer.text()]).toEqual([400, ''])
  })

  it.each(['POST', 'PUT', 'DELETE', 'OPTIONS', 'PATCH'])('of %s is 405 with Allow', async (method) => {
    const answer = await bucket.ask('/a.jpg', { method })
    expect([answer.status, answer.headers.get('allow')]).toEqual([405, 'GET, HEAD'])
    expect(await answer.json()).toMatchObject({ code: 'method_not_allowed' })
    expect(bucket.asked).toHaveLength(0)
  })

  it('has the status that the function gives to the same code', () => {
    expect(STATUS_OF).toMatchObject(EDGE_STATUS)
  })
})

describe('the bucket’s answer', () => {
  it('goes on with its headers and bytes', async () => {
    const headers = {
      'Content-Type': 'image/webp',
      ETag: '"e"',
      'Cache-Control': 'public, max-age=3600',
      'x-oss-request-id': '65A',
      'Content-Disposition': 'attachment',
    }
    bucket.respond((_, response) => response.writeHead(200, headers).end(Buffer.from([0, 255, 254])))
    const answer = await bucket.ask('/a.jpg')
    for (const [name, value] of Object.entries(headers)) expect([name, answer.headers.get(name)]).toEqual([name, value])
    expect([...new Uint8Array(await answer.arrayBuffer())]).toEqual([0, 255, 254])
  })

  it('is a 206 where a range was asked for', async () => {
    bucket.respond((_, response) => response.writeHead(206, { 'Content-Range': 'bytes 0-1/9' }).end('pi'))
    const answer = await bucket.ask('/a.jpg', { headers: { range: 'bytes=0-1' } })
    expect([answer.status, answer.headers.get('content-range'), await answer.text()]).toEqual([
      206,
      'bytes 0-1/9',
      'pi',
    ])
  })

  it('is a 304 where a condition says so', async () => {
    bucket.respond((_, response) => response.writeHead(304, { ETag: '"e"' }).end())
    const answer = await bucket.ask('/a.jpg', { headers: { 'if-none-match': '"e"' } })
    expect([answer.status, answer.headers.get('etag'), answer.body]).toEqual([304, '"e"', null])
  })

  it('to a HEAD has headers only', async () => {
    bucket.respond((_, response) => response.writeHead(200, { 'Content-Length': '12345' }).end())
    const answer = await bucket.ask('/a.jpg', { method: 'HEAD' })
    expect([answer.status, answer.headers.get('content-length'), answer.body]).toEqual([200, '12345', null])
  })

  it.each([403, 404, 412, 416, 424, 500, 503])('goes on as the error it is (%i), not to be cached', async (status) => {
    const headers = { 'Content-Type': 'application/xml', 'Cache-Control': 'max-age=60' }
    bucket.respond((_, response) => response.writeHead(status, headers).end('<Error/>'))
    const answer = await bucket.ask('/a.jpg')
    expect([answer.status, await answer.text()]).toEqual([status, '<Error/>'])
    expect(answer.headers.get('cache-control')).toBe('no-store')
    expect(answer.headers.get('content-type')).toBe('application/xml')
  })

  it.each([301, 302, 303, 307, 308])('is never a redirect (%i)', async (status) => {
    bucket.respond((_, response) => response.writeHead(status, { Location: `${bucket.url}/elsewhere` }).end())
    const answer = await bucket.ask('/a.jpg')
    expect([answer.status, answer.headers.get('location')]).toEqual([502, null])
    expect(await answer.json()).toMatchObject({ code: 'bucket_failed' })
    expect(bucket.asked).toHaveLength(1)
  })

  it('is 502 where the bucket breaks the connection', async () => {
    bucket.respond((request) => request.socket.destroy())
    const answer = await bucket.ask('/a.jpg')
    expect([answer.status, answer.headers.get('cache-control')]).toEqual([502, 'no-store'])
    expect(await answer.json()).toMatchObject({ code: 'bucket_failed', message: 'The bucket cannot be reached.' })
  })

  it('is 504 where the bucket does not begin, and its connection is let go', async () => {
    let gone: Promise<unknown> = Promise.resolve()
    bucket.respond((request) => {
      gone = once(request.socket, 'close')
    })
    const answer = await bucket.ask('/a.jpg', {}, 50)
    expect([answer.status, answer.headers.get('cache-control')]).toEqual([504, 'no-store'])
    expect(await answer.json()).toMatchObject({ code: 'bucket_timeout' })
    await gone
  })

  it('may take its time once it has begun', async () => {
    let finish = (): void => undefined
    bucket.respond((_, response) => {
      response.writeHead(200).write('begun')
      finish = () => response.end(' and finished')
    })
    const answer = await bucket.ask('/a.jpg', {}, 50)
    // There is nothing to await: the point is that nothing happens.
    await new Promise((resolve) => setTimeout(resolve, 120))
    finish()
    expect(await answer.text()).toBe('begun and finished')
  })

  it('is streamed: its beginning is there before its end exists', async () => {
    let next = (): void => undefined
    bucket.respond((_, response) => {
      response.writeHead(200)
      response.write('first')
      next = () => response.end('second')
    })
    const answer = await bucket.ask('/a.jpg')
    const reader = answer.body?.getReader()
    expect(Buffer.from((await reader?.read())?.value ?? []).toString()).toBe('first')
    next()
    expect(Buffer.from((await reader?.read())?.value ?? []).toString()).toBe('second')
    expect((await reader?.read())?.done).toBe(true)
  })

  it('that breaks off is a body that fails, not a short one', async () => {
    bucket.respond((request, response) => {
      response.writeHead(200, { 'Content-Length': '1000' })
      response.write('begun', () => request.socket.destroy())
    })
    const answer = await bucket.ask('/a.jpg')
    expect(answer.status).toBe(200)
    await expect(answer.arrayBuffer()).rejects.toThrow()
  })

  it('is asked for as it is stored', async () => {
    bucket.respond((request, response) => {
      const packed = request.headers['accept-encoding'] !== 'identity'
      response.writeHead(200, packed ? { 'Content-Encoding': 'gzip' } : {})
      response.end(packed ? gzipSync('text') : 'text')
    })
    const answer = await bucket.ask('/a.svg', { headers: { 'accept-encoding': 'gzip, br' } })
    expect([answer.headers.get('content-encoding'), await answer.text()]).toEqual([null, 'text'])
  })
})

it.each([
  ['GET', 304],
  ['GET', 204],
  ['HEAD', 200],
])('a platform that gives an empty body to %s and %i is no fault', async (method, status) => {
  const body = new Blob([]).stream()
  const given = { status, statusText: '', headers: new Headers({ etag: '"e"' }), body }
  const standard = jest.spyOn(globalThis, 'fetch').mockResolvedValue(given as unknown as Response)
  const answer = await bucket.ask('/a.jpg', { method })
  standard.mockRestore()
  expect([answer.status, answer.headers.get('etag'), answer.body]).toEqual([status, '"e"', null])
})

it('a fault of its own is a 500 that tells nothing', async () => {
  Object.assign(bucket.settings, { keySettings: undefined })
  const answer = await bucket.ask('/a.jpg')
  expect([answer.status, await answer.json()]).toMatchObject([
    500,
    { code: 'unexpected', message: 'Something failed that should not have.' },
  ])
})
