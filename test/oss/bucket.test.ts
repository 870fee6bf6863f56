import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

import { openCompressed, type OpenOriginal, openOriginals, timeoutFor } from '../../src/oss/bucket.ts'
import { createClients } from '../../src/oss/clients.ts'
import { createCrc64 } from '../../src/oss/crc64.ts'

const credentials = { accessKeyId: 'id', accessKeySecret: 'secret', securityToken: 'token' }
const bytes = Buffer.from(Array.from({ length: 300_000 }, (_, i) => (i * 7) % 251))

function crcOf(data: Buffer): string {
  const crc = createCrc64()
  crc.update(data)
  return crc.value()
}

let server: Server
let asked: { method: string; url: string; headers: IncomingMessage['headers'] }[]
/** How the next requests are answered, in order; the last one stays. */
let answers: ((request: IncomingMessage, response: ServerResponse) => void)[]

beforeEach(async () => {
  asked = []
  server = createServer((request, response) => {
    asked.push({ method: request.method ?? '', url: request.url ?? '', headers: request.headers })
    const answer = answers.length > 1 ? answers.shift() : answers[0]
    request.resume().once('end', () => answer?.(request, response))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
})

afterEach(async () => {
  server.closeAllConnections()
  await new Promise((resolve) => server.close(resolve))
})

const clients = (now?: () => number) =>
  createClients({ region: 'cn-hangzhou', endpoint: `http://localhost:${(server.address() as AddressInfo).port}` }, now)
const originals = () => openOriginals(clients(), credentials, 'originals')
const compressed = () => openCompressed(clients(), credentials, 'compressed', 'originals')
const soon = () => Date.now() + 5000

const honest =
  (data = bytes, headers: Record<string, string> = {}) =>
  (_: IncomingMessage, response: ServerResponse) => {
    response.writeHead(200, {
      'Content-Length': data.length,
      ETag: '"ABC"',
      'x-oss-hash-crc64ecma': crcOf(data),
      ...headers,
    })
    // Many chunks, as a real body arrives.
    for (let at = 0; at < data.length; at += 10_000) response.write(data.subarray(at, at + 10_000))
    response.end()
  }

const refuse = (status: number, code: string) => (request: IncomingMessage, response: ServerResponse) => {
  const xml = `<?xml version="1.0"?><Error><Code>${code}</Code><Message>m</Message><RequestId>R</RequestId></Error>`
  response.writeHead(status, { 'Content-Type': 'application/xml', 'x-oss-request-id': 'R' })
  response.end(request.method === 'HEAD' ? undefined : xml)
}

async function streamed(original: OpenOriginal): Promise<Buffer> {
  const chunks: Buffer[] = []
  for await (const chunk of original.chunks()) chunks.push(chunk)
  return Buffer.concat(chunks)
}

describe('an original', () => {
  it('is read whole, looked at first, with one request', async () => {
    answers = [honest()]
    const original = await originals().open('a b/中+%.jpg', soon())
    expect(await original.head(4096)).toEqual(bytes.subarray(0, 4096))
    expect(await original.readAll()).toEqual(bytes)
    expect(asked).toHaveLength(1)
    expect(asked[0]?.url).toBe('/originals/a%20b/%E4%B8%AD%2B%25.jpg')
    expect(asked[0]?.headers).toMatchObject({
      'x-oss-security-token': 'token',
      authorization: expect.stringMatching(/^OSS4-/),
    })
    expect(original.facts).toMatchObject({ etag: 'ABC', bytes: bytes.length })
  })

  it('is streamed whole after the look', async () => {
    answers = [honest()]
    const original = await originals().open('a.mp4', soon())
    await original.head(4096)
    expect(await streamed(original)).toEqual(bytes)
  })

  it('is held once while it is read whole', async () => {
    answers = [honest()]
    const original = await originals().open('a.jpg', soon())
    await original.head(4096)
    const puttingTogether = jest.spyOn(Buffer, 'concat')
    try {
      const whole = await original.readAll()
      expect(whole).toEqual(bytes)
      expect(whole.buffer.byteLength).toBe(bytes.length)
      const lengths = puttingTogether.mock.results.map(({ value }) => (value as Buffer).length)
      expect(Math.max(0, ...lengths)).toBeLessThan(bytes.length / 2)
    } finally {
      puttingTogether.mockRestore()
    }
  })

  it('gives out nothing that was not read', async () => {
    answers = [honest()]
    const original = await originals().open('a.jpg', soon())
    await original.readAll()
    expect(await original.readAll()).toHaveLength(0)
    answers = [honest(Buffer.alloc(0))]
    expect(await (await originals().open('empty.jpg', soon())).readAll()).toHaveLength(0)
  })

  it('without a length is streamed, and not read whole', async () => {
    answers = [(_, response) => response.writeHead(200, { ETag: '"ABC"' }).end(bytes)]
    expect(await streamed(await originals().open('a.jpg', soon()))).toEqual(bytes)
    await expect((await originals().open('a.jpg', soon())).readAll()).rejects.toMatchObject({ kind: 'damaged' })
  })

  const wrongCrc = honest(bytes, { 'x-oss-hash-crc64ecma': '1' })
  const short = (_: IncomingMessage, response: ServerResponse) => {
    response.writeHead(200, { 'Content-Length': bytes.length, ETag: '"ABC"' })
    response.write(bytes.subarray(0, 200_000), () => response.destroy())
  }
  const stalled = (_: IncomingMessage, response: ServerResponse) => {
    response.writeHead(200, { 'Content-Length': bytes.length, ETag: '"ABC"' })
    response.write(bytes.subarray(0, 200_000))
  }

  it.each([
    ['whose CRC-64 differs', wrongCrc, 'damaged'],
    ['that arrives short', short, 'network'],
    ['that stalls', stalled, 'timeout'],
  ] as const)('%s is a fault, read whole or streamed', async (_, answer, kind) => {
    answers = [answer]
    const whole = async () => {
      const original = await originals().open('a.jpg', soon())
      await original.head(4096)
      return original.readAll()
    }
    const passing = async () => streamed(await originals().open('a.jpg', soon()))
    await Promise.all([whole, passing].map((read) => expect(read()).rejects.toMatchObject({ kind })))
  })

  it('that stalls is waited for no longer than the request has time', async () => {
    answers = [stalled]
    const whole = await originals().open('a.jpg', Date.now() + 300)
    const fault: unknown = await whole.readAll().catch((error: unknown) => error)
    const [, ms] = /no bytes for (\d+) ms/.exec(String(fault)) ?? []
    expect(Number(ms)).toBeLessThanOrEqual(300)
  })

  it('whose connection breaks before anybody reads from it is a fault like any other', async () => {
    const broken = new Promise<void>((resolve) => {
      answers = [
        (_, response) => {
          response.writeHead(200, { 'Content-Length': bytes.length, ETag: '"ABC"' }).flushHeaders()
          response.once('close', resolve)
          setTimeout(() => response.socket?.resetAndDestroy(), 20)
        },
      ]
    })
    const original = await originals().open('a.jpg', soon())
    await broken
    for (let turn = 0; turn < 20; turn++) await new Promise(setImmediate)
    await expect(original.readAll()).rejects.toMatchObject({ kind: 'network' })
  })

  it('that nobody reads to its end is read no further', async () => {
    const left = new Promise<void>((resolve) => {
      answers = [
        (_, response) => {
          response.writeHead(200, { 'Content-Length': 2 * bytes.length, ETag: '"ABC"' })
          response.write(bytes)
          response.once('close', resolve)
        },
      ]
    })
    const original = await originals().open('film.mp4', soon())
    await original.head(10)
    for await (const _ of original.chunks()) break
    await left
    expect(asked).toHaveLength(1)
  })

  it('streamed with a wrong CRC-64 never gives out its last chunk', async () => {
    answers = [wrongCrc]
    const original = await originals().open('a.mp4', soon())
    let length = 0
    const drain = async () => {
      for await (const chunk of original.chunks()) length += chunk.length
    }
    await expect(drain()).rejects.toMatchObject({ kind: 'damaged' })
    expect(length).toBeLessThan(bytes.length)
  })

  it.each([
    [404, 'NoSuchKey', 'missing'],
    [403, 'AccessDenied', 'denied'],
    [503, 'SlowDown', 'throttled'],
    [500, 'InternalError', 'server'],
  ])('answered %i %s is %s', async (status, code, kind) => {
    answers = [refuse(status, code)]
    await expect(originals().open('a.jpg', soon())).rejects.toMatchObject({ name: 'OssFault', kind })
    await expect(originals().head('a.jpg', soon())).rejects.toMatchObject({ kind })
  })

  it('in a bucket that is not there is a mistake of ours, not a missing picture', async () => {
    answers = [refuse(404, 'NoSuchBucket')]
    const elsewhere = openOriginals(clients(), credentials, 'not-there')
    await expect(elsewhere.open('a.jpg', soon())).rejects.toMatchObject({ kind: 'misconfigured' })
  })

  it('in a bucket that was there a moment ago and is gone now is a mistake of ours as well', async () => {
    const bucket = openOriginals(clients(), credentials, 'soon-gone')
    answers = [refuse(404, 'NoSuchKey')]
    await expect(bucket.open('a.jpg', soon())).rejects.toMatchObject({ kind: 'missing' })
    answers = [refuse(404, 'NoSuchBucket')]
    await expect(bucket.open('a.jpg', soon())).rejects.toMatchObject({ kind: 'misconfigured' })
    await expect(bucket.head('a.jpg', soon())).rejects.toMatchObject({ kind: 'misconfigured' })
  })

  it.each(['SecurityTokenExpired', 'RequestTimeTooSkewed', 'AccessDenied'])(
    'that is refused says why: %s',
    async (code) => {
      answers = [refuse(403, code)]
      const why = { kind: 'denied', code, message: `read original: ${code} (status 403)` }
      await expect(originals().open('a.jpg', soon())).rejects.toMatchObject(why)
      await expect(originals().head('a.jpg', soon())).rejects.toMatchObject(why)
    },
  )

  it('that is missing for many at once is explained once', async () => {
    answers = [refuse(404, 'NoSuchKey')]
    const bucket = originals()
    const tries = await Promise.allSettled(Array.from({ length: 10 }, (_, i) => bucket.open(`${i}.jpg`, soon())))
    expect(tries.map(({ status }) => status)).toEqual(Array(10).fill('rejected'))
    expect(asked.filter(({ headers }) => headers.range === 'bytes=0-0').length).toBeLessThan(10)
  })

  it('is asked for once more when OSS is busy', async () => {
    answers = [refuse(503, 'SlowDown'), honest()]
    const original = await originals().open('a.jpg', soon())
    expect(await original.readAll()).toEqual(bytes)
    expect(asked).toHaveLength(2)
  })

  it('survives a connection that was reset while the instance was frozen', async () => {
    answers = [honest()]
    const bucket = originals()
    await (await bucket.open('a.jpg', soon())).readAll()
    server.closeAllConnections()
    expect(await (await bucket.open('a.jpg', soon())).readAll()).toEqual(bytes)
  })

  it('goes on being read when another request finds the connections old', async () => {
    let clock = 0
    const shared = clients(() => clock)
    // Whatever is closed is closed by this side.
    server.keepAliveTimeout = 60_000
    answers = [
      (_, response) => {
        response.writeHead(200, { 'Content-Length': bytes.length, ETag: '"ABC"' })
        response.write(bytes.subarray(0, 100_000))
        release = () => response.end(bytes.subarray(100_000))
      },
      honest(),
    ]
    let release: () => void = () => undefined
    const bucket = openOriginals(shared, credentials, 'originals')
    const slow = await bucket.open('film.mp4', soon())
    await slow.head(10)
    clock += 60_000
    await (await bucket.open('b.jpg', soon())).readAll()
    release()
    expect(await slow.readAll()).toEqual(bytes)
    // Its connection is not kept: nobody would ever use it again.
    const connections = () => new Promise((resolve) => server.getConnections((_, count) => resolve(count)))
    while ((await connections()) !== 1) await new Promise((resolve) => setTimeout(resolve, 5))
  })

  it('is asked for with the keys of the request, whatever keys came before', async () => {
    answers = [honest()]
    const shared = clients()
    for (const securityToken of ['first', 'second']) {
      const bucket = openOriginals(shared, { ...credentials, securityToken }, 'originals')
      await (await bucket.open('a.jpg', soon())).readAll()
    }
    expect(asked.map(({ headers }) => headers['x-oss-security-token'])).toEqual(['first', 'second'])
  })

  it('is asked for of its own bucket, and stored in the other', async () => {
    answers = [honest()]
    const shared = clients()
    await (await openOriginals(shared, credentials, 'originals').open('a.jpg', soon())).readAll()
    await openCompressed(shared, credentials, 'compressed', 'originals').put(
      { key: 'a.jpg', contentType: 'image/jpeg', cacheControl: 'public', meta: {} },
      bytes,
      soon(),
    )
    expect(asked.map(({ url }) => url)).toEqual(['/originals/a.jpg', '/compressed/a.jpg'])
  })

  it('can be looked at once more, only while it is the same', async () => {
    answers = [(_, response) => response.writeHead(206, { 'Content-Length': 4 }).end('head')]
    expect(await originals().peek('a.mp4', 'ABC', 4, soon())).toEqual(Buffer.from('head'))
    expect(asked[0]?.headers).toMatchObject({ range: 'bytes=0-3', 'if-match': '"ABC"' })
    // Who takes no notice of a range sends all of it.
    answers = [honest()]
    expect(await originals().peek('a.mp4', 'ABC', 4, soon())).toEqual(bytes.subarray(0, 4))
  })

  it('is read over a new connection after a long pause', async () => {
    answers = [honest()]
    let clock = 0
    let connections = 0
    const gone: Promise<unknown>[] = []
    // It is our side that closes.
    server.keepAliveTimeout = 0
    server.on('connection', (socket) => {
      connections++
      gone.push(once(socket, 'close'))
    })
    const bucket = openOriginals(
      clients(() => clock),
      credentials,
      'originals',
    )
    await (await bucket.open('a.jpg', soon())).readAll()
    await (await bucket.open('a.jpg', soon())).readAll()
    expect(connections).toBe(1)
    clock += 60_000
    await (await bucket.open('a.jpg', soon())).readAll()
    expect(connections).toBe(2)
    // The old one is not left open.
    await gone[0]
  })
})

describe('a compressed object', () => {
  const object = { key: 'a b.jpg', contentType: 'image/jpeg', cacheControl: 'public', meta: { recipe: '1' } }

  it('is put with its type, its metadata and its MD5', async () => {
    answers = [(_, response) => response.writeHead(200, { 'x-oss-hash-crc64ecma': crcOf(bytes) }).end()]
    await compressed().put(object, bytes, soon())
    expect(asked[0]).toMatchObject({ method: 'PUT', url: '/compressed/a%20b.jpg' })
    expect(asked[0]?.headers).toMatchObject({
      'content-type': 'image/jpeg',
      'cache-control': 'public',
      'content-md5': expect.stringMatching(/==$/),
      'content-length': String(bytes.length),
      'x-oss-meta-recipe': '1',
    })
  })

  it('that OSS stored with another CRC-64 is a fault', async () => {
    answers = [(_, response) => response.writeHead(200, { 'x-oss-hash-crc64ecma': '1' }).end()]
    await expect(compressed().put(object, bytes, soon())).rejects.toMatchObject({ kind: 'damaged' })
  })

  it('that OSS stored with another CRC-64 is put once more', async () => {
    answers = [
      (_, response) => response.writeHead(200, { 'x-oss-hash-crc64ecma': '1' }).end(),
      (_, response) => response.writeHead(200, { 'x-oss-hash-crc64ecma': crcOf(bytes) }).end(),
    ]
    await compressed().put(object, bytes, soon())
    expect(asked.map(({ method, headers }) => [method, headers['content-length']])).toEqual([
      ['PUT', String(bytes.length)],
      ['PUT', String(bytes.length)],
    ])
  })

  it('that may not replace anything says so, others do not', async () => {
    answers = [(_, response) => response.writeHead(200).end()]
    await compressed().put({ ...object, ifAbsent: true }, bytes, soon())
    await compressed().put(object, bytes, soon())
    expect(asked.map(({ headers }) => headers['x-oss-forbid-overwrite'])).toEqual(['true', undefined])
  })

  it('that was not to replace anything is never put over what is there, damaged or not', async () => {
    answers = [(_, response) => response.writeHead(200, { 'x-oss-hash-crc64ecma': '1' }).end()]
    const once = compressed().put({ ...object, ifAbsent: true }, bytes, soon())
    await expect(once).rejects.toMatchObject({ kind: 'damaged' })
    expect(asked).toHaveLength(1)
  })

  it('is copied on the server only while the original has the same ETag', async () => {
    answers = [(_, response) => response.writeHead(200).end('<CopyObjectResult/>')]
    await compressed().copy(object, { key: 'x/中 y.mp4', etag: 'ABC' }, soon())
    expect(asked[0]?.headers).toMatchObject({
      'x-oss-copy-source': '/originals/x%2F%E4%B8%AD%20y.mp4',
      'x-oss-copy-source-if-match': '"ABC"',
      'x-oss-metadata-directive': 'REPLACE',
      'content-length': '0',
    })
    expect(Object.keys(asked[0]?.headers ?? {}).filter((name) => name.startsWith('x-oss-copy-source-x'))).toEqual([])
  })

  it.each([
    [403, 'AccessDenied', 'denied'],
    [412, 'PreconditionFailed', 'precondition'],
  ])('refused with %i is %s', async (status, code, kind) => {
    answers = [refuse(status, code)]
    await expect(compressed().put(object, bytes, soon())).rejects.toMatchObject({ kind })
    // It would be refused again.
    expect(asked).toHaveLength(1)
  })
})

it.each([
  ['fails', refuse(500, 'InternalError'), 'server'],
  ['breaks every connection', (request: IncomingMessage) => request.socket.destroy(), 'network'],
] as const)('a bucket that %s is asked twice and no more', async (_, answer, kind) => {
  answers = [answer]
  const put = compressed().put({ key: 'k', contentType: 'a/b', cacheControl: 'c', meta: {} }, bytes, soon())
  await expect(put).rejects.toMatchObject({ kind })
  expect(asked).toHaveLength(2)
})

it('no call waits longer than its request has time, nor than a bucket that answers at all takes', () => {
  const [connect, answer] = timeoutFor(Date.now() + 100)
  expect([connect <= 100, answer <= 100]).toEqual([true, true])
  expect(timeoutFor(Date.now() + 60_000)).toEqual([2500, 4000])
})

it('faults never carry the request or its credentials', async () => {
  answers = [refuse(403, 'AccessDenied')]
  const fault: unknown = await compressed()
    .put({ key: 'k', contentType: 'a/b', cacheControl: 'c', meta: {} }, Buffer.from('the body'), soon())
    .catch((error: unknown) => error)
  expect(JSON.stringify({ ...(fault as object), message: String(fault) })).not.toMatch(/token|secret|the body/)
  expect(Object.getOwnPropertyNames(fault).sort()).toEqual(['code', 'kind', 'message', 'name', 'ossRequestId', 'stack'])
})
