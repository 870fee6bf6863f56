import sharp from 'sharp'

import type { Context } from '../src/context.ts'
import { coldStartMs } from '../src/deadline.ts'
import { type Compressed, compress } from '../src/image/compress.ts'
import { render } from '../src/image/render.ts'
import { ImageFault } from '../src/image/fault.ts'
import { createLog, type RequestLine } from '../src/log.ts'
import { createOrigin, type OriginDeps } from '../src/origin.ts'
import { memoryBuckets, type MemoryBuckets } from './support/memory-buckets.ts'
import { SECRET, testConfig } from './support/settings.ts'

const context: Context = {
  requestId: 'request-1',
  credentials: { accessKeyId: 'id', accessKeySecret: 'secret' },
  function: { name: 'origin', memoryMb: 512, region: 'cn-hangzhou' },
}

let photo: Buffer
beforeAll(async () => {
  const noise = {
    create: {
      width: 320,
      height: 200,
      channels: 3,
      background: '#888',
      noise: { type: 'gaussian', mean: 128, sigma: 30 },
    },
  } as const
  photo = await sharp(noise).jpeg({ quality: 98 }).toBuffer()
})

const film = Buffer.concat([
  Buffer.from('000000206674797069736f6d0000020069736f6d69736f32617663316d703431', 'hex'),
  Buffer.alloc(100_000, 7),
])

interface Got {
  status: number
  headers: Record<string, string>
  body: Buffer
  line: RequestLine
  buckets: MemoryBuckets
}

async function ask(
  path: string,
  {
    buckets = memoryBuckets({ 'photo.jpg': photo, 'film.mp4': film, 'notes.txt': Buffer.from('hello') }),
    method = 'GET',
    mirrorSecret = SECRET,
    environment = {},
    deps = {},
  } = {},
): Promise<Got> {
  const lines: RequestLine[] = []
  const log = createLog('info', (text) => lines.push(JSON.parse(text) as RequestLine))
  const origin = createOrigin({
    config: testConfig(environment),
    buckets: () => buckets,
    compress,
    render,
    log,
    ...deps,
  })
  const answer = await origin.handle({ method, rawPath: path, mirrorSecret }, context)
  const chunks: Buffer[] = []
  let aborted = false
  try {
    if (Buffer.isBuffer(answer.body)) chunks.push(answer.body)
    else if (answer.body !== undefined) for await (const chunk of answer.body) chunks.push(chunk)
  } catch {
    aborted = true
  }
  await answer.settled
  const body = Buffer.concat(chunks)
  answer.finish({ sentBytes: body.length, aborted })
  const line = lines[0]
  if (line === undefined) throw new Error('Expected a log line, got none.')
  return { status: answer.status, headers: answer.headers, body, line, buckets }
}

describe('what is answered', () => {
  it('200 with the compressed picture, which is also stored', async () => {
    const { status, headers, body, buckets, line } = await ask('/photo.jpg')
    expect(status).toBe(200)
    expect(body.length).toBeLessThan(photo.length)
    expect(await sharp(body).metadata()).toMatchObject({ format: 'jpeg', width: 320, height: 200 })
    expect(headers).toMatchObject({
      'Content-Type': 'image/jpeg',
      'Content-Length': String(body.length),
      'Cache-Control': 'public, max-age=3600',
    })
    expect(headers['Content-MD5']).toMatch(/==$/)
    expect(headers['ETag']).toMatch(/^"[0-9A-F]{32}"$/)
    const stored = buckets.stored.get('photo.jpg')
    expect(stored?.bytes).toEqual(body)
    expect(stored?.object.meta).toMatchObject({ outcome: 'compressed', 'source-bytes': String(photo.length) })
    expect(line).toMatchObject({
      outcome: 'compressed',
      put: 'stored',
      bytesIn: photo.length,
      bytesOut: body.length,
      format: 'jpeg',
      width: 320,
      height: 200,
    })
    expect(line.ms).toMatchObject({
      total: expect.any(Number),
      read: expect.any(Number),
      render: expect.any(Number),
      put: expect.any(Number),
    })
  })

  it('200 with the original where its bytes cannot be decoded', async () => {
    const broken = photo.subarray(0, photo.length >> 1)
    const { status, body, line } = await ask('/broken.jpg', { buckets: memoryBuckets({ 'broken.jpg': broken }) })
    expect(status).toBe(200)
    expect(body).toEqual(broken)
    expect(line).toMatchObject({ outcome: 'original', reason: 'undecodable' })
  })

  it('200 with the original, streamed and copied, beyond MAX_SOURCE_BYTES', async () => {
    const { body, buckets, line } = await ask('/photo.jpg', { environment: { MAX_SOURCE_BYTES: '1000' } })
    expect(body).toEqual(photo)
    expect(buckets.counts).toMatchObject({ copies: 1, puts: 0 })
    expect(line).toMatchObject({ outcome: 'passed_through', reason: 'source_too_large', put: 'copied' })
  })

  it('200 with media as they are, copied on the server', async () => {
    const { status, body, headers, buckets } = await ask('/film.mp4')
    expect([status, headers['Content-Type']]).toEqual([200, 'video/mp4'])
    expect(body).toEqual(film)
    expect(buckets.stored.get('film.mp4')).toMatchObject({ bytes: 'copied', object: { contentType: 'video/mp4' } })
  })

  it.each([
    ['media', '/notes.txt', 404],
    ['none', '/notes.txt', 404],
    ['none', '/film.mp4', 404],
    ['none', '/photo.jpg', 200],
    ['all', '/notes.txt', 200],
  ])('with PASS_THROUGH=%s, %s is %i', async (passThrough, path, expected) => {
    const { status, buckets } = await ask(path, { environment: { PASS_THROUGH: passThrough } })
    expect(status).toBe(expected)
    expect(buckets.stored.size).toBe(expected === 200 ? 1 : 0)
  })

  it.each(['<html><script>alert(1)</script></html>', '<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)">'])(
    'active content never under its own type: %s',
    async (text) => {
      const buckets = memoryBuckets({ 'x.jpg': Buffer.from(text) })
      const { headers } = await ask('/x.jpg', { buckets, environment: { PASS_THROUGH: 'all' } })
      const wanted = { 'Content-Type': 'application/octet-stream', 'Content-Disposition': 'attachment' }
      expect(headers).toMatchObject({ ...wanted, 'X-Content-Type-Options': 'nosniff' })
      const stored = buckets.stored.get('x.jpg')?.object
      expect(stored).toMatchObject({ contentType: 'application/octet-stream', contentDisposition: 'attachment' })
    },
  )

  it('an SVG goes out as one when it has been made harmless', async () => {
    const source = '<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"><path d="M 0 0 L 9 9"/></svg>'
    const buckets = memoryBuckets({ 'x.jpg': Buffer.from(source) })
    const { headers, body } = await ask('/x.jpg', { buckets })
    expect(headers).toMatchObject({ 'Content-Type': 'image/svg+xml', 'Content-Length': String(body.length) })
    expect(body.toString()).not.toContain('alert')
    expect(headers).not.toHaveProperty('Content-Disposition')
    expect(buckets.stored.get('x.jpg')).toMatchObject({ bytes: body, object: { contentType: 'image/svg+xml' } })
  })

  it('404 for a missing original and for a key outside SOURCE_PREFIXES, told the same way', async () => {
    const missing = await ask('/none.jpg')
    const outside = await ask('/photo.jpg', { environment: { SOURCE_PREFIXES: 'public/, shared/' } })
    expect([missing.status, outside.status]).toEqual([404, 404])
    expect(outside.buckets.counts.opened).toBe(0)
    expect(JSON.parse(outside.body.toString())).toEqual(JSON.parse(missing.body.toString()))
  })

  it.each(['/a/../b.jpg', '/%2e%2e/b.jpg', '/a%00.jpg', '/%ff.jpg', '/%zz.jpg', '/', `/${'a'.repeat(1024)}`])(
    '400 for the key %s, before anything is read',
    async (path) => {
      const { status, buckets } = await ask(path)
      expect(status).toBe(400)
      expect(buckets.counts.opened).toBe(0)
    },
  )

  it('403 without the mirror secret, before anything is read', async () => {
    const { status, headers, buckets, body } = await ask('/photo.jpg', { mirrorSecret: '' })
    expect(status).toBe(403)
    expect(buckets.counts.opened).toBe(0)
    expect(JSON.parse(body.toString())).toMatchObject({ code: 'wrong_secret', requestId: 'request-1' })
    expect(headers).toMatchObject({
      'Content-Type': 'application/json; charset=utf-8',
      'X-Content-Type-Options': 'nosniff',
    })
  })

  it.each([
    ['denied', 502],
    ['misconfigured', 502],
    ['server', 502],
    ['throttled', 502],
    ['network', 502],
    ['timeout', 504],
  ] as const)('a bucket that is %s: %i, not stored', async (kind, expected) => {
    const buckets = memoryBuckets({ 'photo.jpg': photo })
    buckets.faults.open = kind
    const { status, headers, body, line } = await ask('/photo.jpg', { buckets })
    expect([status, headers['Cache-Control']]).toEqual([expected, 'no-store'])
    // What the bucket said is in the log, and nowhere else.
    const [, said = 'nothing'] = /^OssFault[^:]*: (.*)$/.exec(line.cause ?? '') ?? []
    expect([said === 'nothing', body.toString().includes(said)]).toEqual([false, false])
    expect(buckets.stored.size).toBe(0)
  })

  it('502 for bytes that are not the original, after one more try', async () => {
    const buckets = memoryBuckets({ 'photo.jpg': photo })
    buckets.faults.body = 'damaged'
    const { status } = await ask('/photo.jpg', { buckets })
    expect(status).toBe(502)
    expect(buckets.counts.opened).toBe(2)
    expect(buckets.stored.size).toBe(0)
  })

  it('bytes whose look changes from one read to the next are neither sent nor copied', async () => {
    const large = Buffer.concat([film, Buffer.alloc(5_000_000)])
    const buckets = memoryBuckets({ 'film.mp4': large })
    buckets.originals.peek = () => Promise.resolve(photo)
    const { status } = await ask('/film.mp4', { buckets })
    expect([status, buckets.counts.copies]).toEqual([502, 0])
    expect(buckets.counts.closed).toBe(buckets.counts.opened)
  })

  it('a Content-Encoding that is none does not hide a picture', async () => {
    const buckets = memoryBuckets({ 'photo.jpg': photo })
    const { open } = buckets.originals
    buckets.originals.open = async (key, deadline) => {
      const original = await open(key, deadline)
      return { ...original, facts: { ...original.facts, contentEncoding: 'utf-8' } }
    }
    const { status, headers } = await ask('/photo.jpg', { buckets })
    expect([status, headers['Content-Type'], headers['Content-Encoding']]).toEqual([200, 'image/jpeg', undefined])
  })

  it('what is packed is stored as packed', async () => {
    const buckets = memoryBuckets({ 'photo.jpg.gz': Buffer.from('packed') })
    const { open } = buckets.originals
    buckets.originals.open = async (key, deadline) => {
      const original = await open(key, deadline)
      return { ...original, facts: { ...original.facts, contentEncoding: 'gzip' } }
    }
    const { headers } = await ask('/photo.jpg.gz', { buckets, environment: { PASS_THROUGH: 'all' } })
    expect(headers['Content-Encoding']).toBe('gzip')
    expect(buckets.stored.get('photo.jpg.gz')?.object.contentEncoding).toBe('gzip')
  })

  it('a picture that hangs does not keep its key for ever', async () => {
    let calls = 0
    const first: OriginDeps['compress'] = (...given) =>
      calls++ === 0 ? new Promise(() => undefined) : compress(...given)
    const buckets = memoryBuckets({ 'photo.jpg': photo })
    const log = createLog('silent', () => undefined)
    const config = testConfig({ DEADLINE_MS: '1000' })
    const origin = createOrigin({ config, buckets: () => buckets, compress: first, render, log })
    const request = { method: 'GET', rawPath: '/photo.jpg', mirrorSecret: SECRET }
    const statuses: number[] = []
    for (let turn = 0; turn < 3; turn++) statuses.push((await origin.handle(request, context)).status)
    expect(statuses).toEqual([503, 503, 200])
  })

  it('what a caller makes up is logged in part', async () => {
    const { line } = await ask(`/${'%'.repeat(10_000)}`, { method: 'GET' })
    expect(line.path?.length).toBeLessThan(2000)
    expect((await ask('/photo.jpg', { method: 'X'.repeat(10_000) })).line.method.length).toBeLessThan(100)
  })

  it('a busy bucket is not asked by two kinds of retry', async () => {
    const buckets = memoryBuckets({ 'photo.jpg': photo })
    buckets.faults.open = 'throttled'
    await ask('/photo.jpg', { buckets })
    expect(buckets.counts.opened).toBe(1)
  })

  it('a streamed body that breaks never ends cleanly', async () => {
    const buckets = memoryBuckets({ 'film.mp4': film })
    buckets.faults.body = 'network'
    const { line } = await ask('/film.mp4', { buckets })
    expect(line.aborted).toBe(true)
    expect(buckets.counts.closed).toBeGreaterThan(0)
  })

  it('503 with Retry-After for an encoder fault, and the same key works a moment later', async () => {
    let faults = 1
    const flaky: OriginDeps['compress'] = (source, options) =>
      faults-- > 0 ? Promise.reject(new ImageFault('encoder_fault', 'out of memory')) : compress(source, options)
    const buckets = memoryBuckets({ 'photo.jpg': photo })
    const first = await ask('/photo.jpg', { buckets, deps: { compress: flaky } })
    expect([first.status, first.headers['Retry-After'], buckets.stored.size]).toEqual([503, '1', 0])
    expect((await ask('/photo.jpg', { buckets, deps: { compress: flaky } })).status).toBe(200)
  })

  it('500 that says nothing for what was not foreseen', async () => {
    const failing = () => Promise.reject(new TypeError('secret inside'))
    const { status, body, line, buckets } = await ask('/photo.jpg', { deps: { compress: failing } })
    expect([status, buckets.stored.size]).toEqual([500, 0])
    expect(body.toString()).not.toContain('secret inside')
    expect(line.cause).toContain('TypeError')
  })

  it('503 at the deadline', async () => {
    const never = () => new Promise<Compressed>(() => undefined)
    const { status } = await ask('/photo.jpg', { environment: { DEADLINE_MS: '1000' }, deps: { compress: never } })
    expect(status).toBe(503)
  })

  it('405 with Allow for other methods', async () => {
    const { status, headers } = await ask('/photo.jpg', { method: 'POST' })
    expect([status, headers['Allow']]).toEqual([405, 'GET, HEAD'])
  })

  it('HEAD reads metadata only', async () => {
    const { status, body, buckets } = await ask('/photo.jpg', { method: 'HEAD' })
    expect([status, body.length]).toEqual([200, 0])
    expect(buckets.counts).toMatchObject({ heads: 1, opened: 0, puts: 0 })
    expect((await ask('/none.jpg', { method: 'HEAD' })).status).toBe(404)
  })
})

describe('operations in the key', () => {
  it('give the version they ask for, stored under the requested key', async () => {
    const { status, body, headers, buckets, line } = await ask('/photo.jpg__op__resize,w_160__op__format,f_webp', {
      environment: { ALLOW: 'open' },
    })
    expect([status, headers['Content-Type']]).toEqual([200, 'image/webp'])
    expect(await sharp(body).metadata()).toMatchObject({ format: 'webp', width: 160, height: 100 })
    expect(buckets.stored.get('photo.jpg__op__resize,w_160__op__format,f_webp')?.bytes).toEqual(body)
    expect(line).toMatchObject({ outcome: 'transformed', sourceKey: 'photo.jpg', width: 160 })
  })

  it.each([
    ['on what is not an image', 'film.mp4__op__resize,w_160', 415],
    ['on what cannot be decoded', 'broken.jpg__op__resize,w_160', 422],
    ['that are none', 'photo.jpg__op__resize,w_0', 400],
    ['beyond what a result may have', 'photo.jpg__op__resize,w_16000,limit_0', 400],
    ['outside the picture', 'photo.jpg__op__crop,x_1000,w_10,h_10', 400],
    ['on a missing original', 'none.jpg__op__resize,w_160', 404],
    ['with a missing mark', `photo.jpg__op__watermark,image_${Buffer.from('none.png').toString('base64url')}`, 404],
    ['of an unknown style', 'photo.jpg!nosuch', 404],
  ])('%s: not stored', async (_, key, expected) => {
    const buckets = memoryBuckets({
      'photo.jpg': photo,
      'film.mp4': film,
      'broken.jpg': photo.subarray(0, photo.length >> 1),
    })
    const { status } = await ask(`/${key}`, { buckets, environment: { ALLOW: 'open' } })
    expect(status).toBe(expected)
    expect(buckets.stored.size).toBe(0)
  })

  it('on an original beyond MAX_SOURCE_BYTES: 413', async () => {
    const { status } = await ask('/photo.jpg__op__resize,w_160', {
      environment: { MAX_SOURCE_BYTES: '1000', ALLOW: 'open' },
    })
    expect(status).toBe(413)
  })

  it.each([
    ['not listed', { ALLOW: 'sizes=320' }, 'photo.jpg__op__resize,w_321'],
    ['not signed', { ALLOW: 'open', SIGNING_KEY: 'k'.repeat(30) }, 'photo.jpg__op__resize,w_320'],
  ])('that are %s: 403, and nothing is read', async (_, environment, key) => {
    const { status, buckets } = await ask(`/${key}`, { environment })
    expect([status, buckets.counts.opened]).toEqual([403, 0])
  })

  it('a mark outside SOURCE_PREFIXES does not exist', async () => {
    const buckets = memoryBuckets({ 'a/photo.jpg': photo, 'secret/logo.png': photo })
    const mark = Buffer.from('secret/logo.png').toString('base64url')
    const environment = { ALLOW: 'open', SOURCE_PREFIXES: 'a/' }
    const { status } = await ask(`/a/photo.jpg__op__watermark,image_${mark}`, { buckets, environment })
    expect([status, buckets.counts.opened]).toEqual([404, 0])
  })
})

describe('the put', () => {
  it('that fails leaves the answer whole', async () => {
    const buckets = memoryBuckets({ 'photo.jpg': photo })
    buckets.faults.put = 'denied'
    const { status, body, line } = await ask('/photo.jpg', { buckets })
    expect(status).toBe(200)
    expect(await sharp(body).metadata()).toMatchObject({ width: 320 })
    expect(line).toMatchObject({ put: 'failed', putError: expect.stringContaining('OssFault') })
  })

  it('is given up at the deadline', async () => {
    const buckets = memoryBuckets({ 'photo.jpg': photo })
    buckets.beforePut = () => new Promise(() => undefined)
    const { status, line } = await ask('/photo.jpg', { buckets, environment: { DEADLINE_MS: '1000' } })
    expect([status, line.put]).toEqual([200, 'given_up'])
  })

  it('is left to OSS with STORE=mirror', async () => {
    const { status, line, buckets } = await ask('/photo.jpg', { environment: { STORE: 'mirror' } })
    expect([status, line.put, buckets.counts.puts]).toEqual([200, 'off', 0])
  })

  it('and the read are shared by identical requests in flight', async () => {
    const buckets = memoryBuckets({ 'photo.jpg': photo })
    const origin = createOrigin({
      config: testConfig(),
      buckets: () => buckets,
      compress,
      render,
      log: createLog('silent', () => undefined),
    })
    const request = { method: 'GET', rawPath: '/photo.jpg', mirrorSecret: SECRET }
    const answers = await Promise.all(Array.from({ length: 50 }, () => origin.handle(request, context)))
    expect(new Set(answers.map((answer) => answer.body)).size).toBe(1)
    await Promise.all(answers.map((answer) => answer.settled))
    expect(buckets.counts).toMatchObject({ opened: 1, puts: 1 })
  })
})

describe('what is streamed to those who joined', () => {
  const joined = async (replacement: Buffer | undefined): Promise<number[]> => {
    const buckets = memoryBuckets({ 'film.mp4': film })
    const open = buckets.originals.open
    buckets.originals.open = (key, deadline) => {
      // Replaced between the first read and the second.
      if (buckets.counts.opened > 0 && replacement !== undefined) buckets.files.set(key, replacement)
      return open(key, deadline)
    }
    const log = createLog('silent', () => undefined)
    const origin = createOrigin({ config: testConfig(), buckets: () => buckets, compress, render, log })
    const request = { method: 'GET', rawPath: '/film.mp4', mirrorSecret: SECRET }
    const answers = await Promise.all([origin.handle(request, context), origin.handle(request, context)])
    for (const { body } of answers) {
      const chunks: Buffer[] = []
      if (body !== undefined && !Buffer.isBuffer(body)) for await (const chunk of body) chunks.push(chunk)
      if (chunks.length > 0) expect(Buffer.concat(chunks)).toEqual(film)
    }
    expect(buckets.counts.opened).toBe(2)
    expect(buckets.counts.closed).toBeGreaterThanOrEqual(replacement === undefined ? 0 : 1)
    return answers.map(({ status }) => status)
  }

  it('is the same original', async () => expect(await joined(undefined)).toEqual([200, 200]))
  it('is never one that replaced it meanwhile', async () => {
    expect(await joined(Buffer.concat([film, film]))).toEqual([200, 502])
  })
})

it('who joined a streamed original is answered in time, too', async () => {
  const buckets = memoryBuckets({ 'film.mp4': film })
  const open = buckets.originals.open
  let until = 0
  buckets.originals.open = (key, deadline) => {
    if (buckets.counts.opened === 0) return open(key, deadline)
    until = deadline
    return new Promise(() => undefined)
  }
  const log = createLog('silent', () => undefined)
  const config = testConfig({ DEADLINE_MS: '1000' })
  const origin = createOrigin({ config, buckets: () => buckets, compress, render, log })
  const request = { method: 'GET', rawPath: '/film.mp4', mirrorSecret: SECRET }
  const started = Date.now()
  const [first, second] = await Promise.all([origin.handle(request, context), origin.handle(request, context)])
  expect([first.status, second.status]).toEqual([200, 503])
  // Its own time, not a new one.
  expect(until).toBeLessThanOrEqual(started + 1000 + 500)
})

describe('the mark of a watermark', () => {
  const key = `/photo.jpg__op__watermark,image_${Buffer.from('mark.png').toString('base64url')}`
  const mark = () =>
    sharp({ create: { width: 20, height: 20, channels: 4, background: '#f00' } })
      .png()
      .toBuffer()
  it.each([
    ['of any size', '67108864', 200],
    ['beyond MAX_SOURCE_BYTES', undefined, 413],
  ])('%s', async (_, limit, status) => {
    const small = await sharp({ create: { width: 40, height: 40, channels: 3, background: '#08f' } })
      .jpeg()
      .toBuffer()
    const bytes = Buffer.concat([await mark(), limit === undefined ? Buffer.alloc(small.length) : Buffer.alloc(0)])
    const buckets = memoryBuckets({ 'photo.jpg': small, 'mark.png': bytes })
    const environment = { ALLOW: 'open', MAX_SOURCE_BYTES: limit ?? String(small.length) }
    expect((await ask(key, { buckets, environment })).status).toBe(status)
    // Also what was not read.
    expect(buckets.counts.closed).toBeGreaterThanOrEqual(1)
  })
})

describe('the time for a picture', () => {
  const msLeft = async (bornAt: number): Promise<number> => {
    let given = 0
    const watched: typeof compress = (source, options) => {
      given = options.msLeft
      return compress(source, options)
    }
    await ask('/photo.jpg', { environment: { DEADLINE_MS: '8000' }, deps: { compress: watched, bornAt } })
    return given
  }

  it('is shorter for those who waited for a cold start', async () => {
    const young = await msLeft(Date.now())
    expect(young).toBeLessThanOrEqual(8000 - 500 - 800)
    expect(young).toBeGreaterThan(2000)
    expect(await msLeft(Date.now() - 60_000)).toBeGreaterThan(young)
  })
  it('never loses more than a quarter to it', () => {
    expect(coldStartMs(1900, 1000, 1000)).toBe(250)
    expect(coldStartMs(2000, 1000, 8000)).toBe(0)
    // A clock that was set back says nothing.
    expect(coldStartMs(1000, 5000, 8000)).toBe(0)
  })
})
