import { once } from 'node:events'
import { type IncomingMessage, request as requestHttp } from 'node:http'
import { connect } from 'node:net'
import { gzipSync } from 'node:zlib'

import { type Edge, startEdge } from '../../../scripts/local/edge.ts'
import { ACCEPT, type Bucket, startBucket, STYLES } from '../../entry/edge-bucket.ts'

let bucket: Bucket
let edge: Edge
beforeEach(async () => {
  bucket = await startBucket()
  edge = await startEdge({
    port: 0,
    bucketUrl: `${bucket.url}/compressed`,
    settings: { dialects: ['suffix', 'style'], styles: STYLES },
  })
})
afterEach(async () => {
  await edge.close()
  await bucket.close()
})

/** Nothing tidied up, nothing unpacked. */
async function askRaw(path: string, headers: Record<string, string> = {}, method = 'GET'): Promise<IncomingMessage> {
  const { hostname, port } = new URL(edge.url)
  const sent = requestHttp({ hostname, port, path, method, headers, agent: false })
  sent.end()
  const [answer] = (await once(sent, 'response')) as [IncomingMessage]
  return answer
}

async function bytesOf(answer: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = []
  for await (const chunk of answer) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks)
}

it('five browsers read one URL, each in its format', async () => {
  const seen: (string | undefined)[] = []
  for (const accept of [ACCEPT.chrome, ACCEPT.firefox, ACCEPT.safari, ACCEPT.oldChrome, ACCEPT.oldSafari]) {
    const answer = await askRaw('/a.jpg__op__resize,w_9__op__format,f_auto', { accept })
    expect([answer.statusCode, answer.headers.vary, String(await bytesOf(answer))]).toEqual([200, 'Accept', 'picture'])
    seen.push(/f_(\w+)$/.exec(bucket.lastUrl())?.[1])
  }
  expect(seen).toEqual(['avif', 'avif', 'avif', 'webp', undefined])
})

it('a large body goes through as slowly as its reader takes it', async () => {
  const size = 64 * 1024 * 1024
  const chunk = Buffer.alloc(256 * 1024, 'x')
  let written = 0
  bucket.respond((_, response) => {
    response.writeHead(200, { 'Content-Length': String(size) })
    const write = (): void => {
      while (written < size) {
        written += chunk.length
        if (!response.write(chunk)) return
      }
      response.end()
    }
    response.on('drain', write)
    write()
  })
  const answer = await askRaw('/big.bin')
  await once(answer, 'readable')
  // The reader waits, so everything on the way fills up, and far from all of it has left the bucket.
  let before = -1
  while (before !== written) {
    before = written
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  expect(written).toBeLessThan(size / 2)
  const bytes = await bytesOf(answer)
  expect(bytes.length).toBe(size)
  expect(bytes.equals(Buffer.alloc(size, 'x'))).toBe(true)
})

it('a reader who goes away ends the read of the bucket', async () => {
  let gone: Promise<unknown> = Promise.resolve()
  bucket.respond((request, response) => {
    gone = once(request.socket, 'close')
    response.writeHead(200, { 'Content-Length': '1000000' }).write('begun')
  })
  const answer = await askRaw('/a.jpg')
  await once(answer, 'readable')
  answer.destroy()
  await gone
})

it('a body that breaks off breaks the reader’s connection', async () => {
  bucket.respond((request, response) => {
    response.writeHead(200, { 'Content-Length': '1000' })
    response.write('begun', () => request.socket.destroy())
  })
  await expect(askRaw('/a.jpg').then(bytesOf)).rejects.toThrow('aborted')
})

it('what is stored compressed stays compressed', async () => {
  const packed = gzipSync('<svg/>')
  bucket.respond((_, response) =>
    response.writeHead(200, { 'Content-Encoding': 'gzip', 'Content-Length': String(packed.length) }).end(packed),
  )
  const answer = await askRaw('/a.svg', { 'accept-encoding': 'gzip' })
  expect([answer.headers['content-encoding'], answer.headers['content-length']]).toEqual(['gzip', `${packed.length}`])
  expect((await bytesOf(answer)).equals(packed)).toBe(true)
})

it.each([
  [{ range: 'bytes=0-1' }, 206],
  [{ 'if-none-match': '"e"' }, 304],
  [{}, 200],
])('with %j the bucket’s %i is the answer', async (headers, status) => {
  bucket.respond((_, response) => response.writeHead(status, { ETag: '"e"' }).end(status === 304 ? undefined : 'pi'))
  const answer = await askRaw('/a.jpg', headers)
  expect([answer.statusCode, answer.headers.etag]).toEqual([status, '"e"'])
  expect(String(await bytesOf(answer))).toBe(status === 304 ? '' : 'pi')
  expect(bucket.asked[0]?.headers).toMatchObject(headers)
})

it('HEAD has the length and no body', async () => {
  bucket.respond((_, response) => response.writeHead(200, { 'Content-Length': '7' }).end())
  const answer = await askRaw('/a.jpg', {}, 'HEAD')
  expect([answer.statusCode, answer.headers['content-length'], (await bytesOf(answer)).length]).toEqual([200, '7', 0])
  expect([bucket.asked[0]?.method, bucket.asked[0]?.url]).toEqual(['HEAD', '/compressed/a.jpg'])
})

it('answers without a body give the connection to the bucket back', async () => {
  bucket.respond((request, response) => {
    if (request.method === 'HEAD') response.writeHead(200, { 'Content-Length': '7' }).end()
    else response.writeHead(304).end()
  })
  const methods = ['HEAD', 'GET', 'HEAD', 'GET', 'HEAD', 'GET', 'HEAD', 'GET']
  for (const method of methods) await bytesOf(await askRaw('/a.jpg', {}, method))
  // Not always the very next one: a reader may ask again before the bucket's connection is free.
  expect(new Set(bucket.asked.map(({ socket }) => socket)).size).toBeLessThan(methods.length / 2)
})

it.each([
  ['/a%20b+c.jpg', 200, '/compressed/a%20b%2Bc.jpg'],
  ['http://elsewhere.example.com/a.jpg', 200, '/compressed/a.jpg'],
  ['/a.jpg?v=1', 200, '/compressed/a.jpg?v=1'],
  ['/', 400, undefined],
  ['//127.0.0.1:1/a.jpg', 400, undefined],
  ['/..%2f..%2fa.jpg', 400, undefined],
  ['/%00', 400, undefined],
])('the path %s is answered with %i', async (path, status, url) => {
  const answer = await askRaw(path)
  answer.resume()
  expect([answer.statusCode, bucket.asked.at(-1)?.url]).toEqual([status, url])
})

it('dot segments never lead out of the bucket', async () => {
  for (const path of ['/../originals/a.jpg', '/x/%2e%2e/../originals/a.jpg', '/..\\originals\\a.jpg']) {
    const answer = await askRaw(path)
    answer.resume()
    expect(bucket.asked.at(-1)?.url).toBe('/compressed/originals/a.jpg')
  }
})

it.each([
  ['POST', 405],
  ['OPTIONS', 405],
  ['TRACE', 400],
])('%s is %i', async (method, status) => {
  const answer = await askRaw('/a.jpg', {}, method)
  answer.resume()
  expect(answer.statusCode).toBe(status)
  expect(bucket.asked).toHaveLength(0)
})

it('a header about one connection does not go on to another', async () => {
  bucket.respond((_, response) => response.writeHead(200, { 'Keep-Alive': 'timeout=99', Upgrade: 'x' }).end('p'))
  const answer = await askRaw('/a.jpg')
  answer.resume()
  expect(answer.headers.upgrade).toBeUndefined()
  expect(answer.headers['keep-alive']).not.toBe('timeout=99')
})

it('a bucket that is not there is 502', async () => {
  await bucket.close()
  const answer = await askRaw('/a.jpg')
  expect([answer.statusCode, JSON.parse(String(await bytesOf(answer)))]).toMatchObject([502, { code: 'bucket_failed' }])
  bucket = await startBucket()
})

it('closing does not wait for a connection that is kept', async () => {
  const { hostname, port } = new URL(edge.url)
  const socket = connect(Number(port), hostname)
  await once(socket, 'connect')
  const closed = once(socket, 'close')
  await edge.close()
  await closed
  edge = await startEdge({ port: 0, bucketUrl: bucket.url, settings: { dialects: ['suffix'], styles: {} } })
})
