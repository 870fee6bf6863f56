import type OSS from 'ali-oss'
import type { Switches } from '../../../../../scripts/local/oss/switches.ts'
import { client, closeAgents, start, type Started } from '../support.ts'
import { httpOrigin, rawOrigin, until, type Origin } from './harness.ts'

/** What ali-oss's types leave out of its website calls. */
type Website = {
  putBucketWebsite(name: string, config: { routingRules: object[]; index?: string }): Promise<unknown>
  getBucketWebsite(name: string): Promise<{ routingRules: { RoutingRule?: object }[] }>
  useBucket(name: string): void
}

let started: Started
let oss: Omit<OSS, 'getBucketWebsite' | 'putBucketWebsite'> & Website
let origins: Origin[]

async function world(switches: Partial<Switches> = {}): Promise<void> {
  origins = []
  started = await start({ switches })
  oss = client(started.oss) as unknown as typeof oss
  await oss.putBucket('bucket')
  await oss.putBucketACL('bucket', 'public-read')
}
afterEach(async () => {
  closeAgents()
  await started.stop()
  for (const origin of origins) await origin.close()
})

async function serve(listener: Parameters<typeof httpOrigin>[0]): Promise<Awaited<ReturnType<typeof httpOrigin>>> {
  const origin = await httpOrigin(listener)
  origins.push(origin)
  return origin
}

async function mirrorTo(url: string, redirect: object = {}): Promise<void> {
  const rule = {
    RuleNumber: 1,
    Condition: { KeyPrefixEquals: 'img/', HttpErrorCodeReturnedEquals: 404 },
    Redirect: { RedirectType: 'Mirror', MirrorURL: url, ...redirect },
  }
  await oss.putBucketWebsite('bucket', { routingRules: [rule] })
}

const read = (path: string, init?: RequestInit) => fetch(`${started.oss.url}/bucket/${path}`, init)

it('an anonymous read of a missing object is fetched, stored and not fetched again', async () => {
  await world()
  const origin = await serve((request, response) => {
    response.writeHead(200, { 'content-type': 'image/webp', 'cache-control': 'max-age=60', 'x-oss-meta-a': '1' })
    response.end(`made of ${request.url}`)
  })
  const secret = { MirrorHeaders: { PassAll: false, Set: { Key: 'x-mirror-secret', Value: 'c2VjcmV0' } } }
  await mirrorTo(origin.url, secret)

  const first = await read('img/a%20b%2Bc%E4%B8%AD.jpg')
  expect(first.status).toBe(200)
  expect(await first.text()).toBe('made of /img/a%20b%2Bc%E4%B8%AD.jpg')
  expect(first.headers.get('x-oss-tag')).toBe('MIRROR')
  expect(first.headers.get('x-oss-request-id')).toMatch(/^[0-9A-F]{24}$/)
  expect(origin.requests[0]?.headers['x-mirror-secret']).toBe('c2VjcmV0')

  const second = await read('img/a%20b%2Bc%E4%B8%AD.jpg')
  expect(await second.text()).toBe('made of /img/a%20b%2Bc%E4%B8%AD.jpg')
  expect(second.headers.get('x-oss-tag')).toBe('MIRROR')
  expect(second.headers.get('content-type')).toBe('image/webp')
  expect(origin.heads).toHaveLength(1)

  const head = await oss.head('img/a b+c中.jpg')
  expect(head.meta).toBeNull()
  expect(head.res.headers).toMatchObject({ 'cache-control': 'max-age=60', 'x-oss-tag': 'MIRROR' })
  expect(started.oss.mirrored).toMatchObject([{ stored: true, status: 200, key: 'img/a b+c中.jpg', ruleNumber: 1 }])
  const entries = started.oss.requests.entries()
  expect(entries.filter(({ mirrored }) => mirrored)).toHaveLength(1)
  expect(JSON.stringify([entries, started.oss.mirrored])).not.toContain('c2VjcmV0')
})

it('reads outside the rule, by HEAD and with a signature are NoSuchKey and ask nobody', async () => {
  await world()
  const origin = await serve((_, response) => response.end('x'))
  await mirrorTo(origin.url)
  expect((await read('other/a')).status).toBe(404)
  expect((await read('img/a', { method: 'HEAD' })).status).toBe(404)
  await expect(oss.get('img/a')).rejects.toMatchObject({ code: 'NoSuchKey', status: 404 })
  await expect(oss.head('img/a')).rejects.toMatchObject({ code: 'NoSuchKey', status: 404 })
  expect((await fetch(oss.signatureUrl('img/a'))).status).toBe(404)
  expect(origin.heads).toEqual([])
  started.oss.switches.mirror.signedGet = true
  expect((await oss.get('img/a')).content.toString()).toBe('x')
})

it('a private bucket answers 403 and asks nobody', async () => {
  await world()
  const origin = await serve((_, response) => response.end('x'))
  await mirrorTo(origin.url)
  await oss.putBucketACL('bucket', 'private')
  const answer = await read('img/a')
  expect(answer.status).toBe(403)
  expect(await answer.text()).toContain('<Code>AccessDenied</Code>')
  expect(origin.heads).toEqual([])
})

it('failures of the origin are XML errors, and the next read asks again', async () => {
  await world()
  const statuses = [404, 500, 200]
  const origin = await serve((_, response) => response.writeHead(statuses.shift() ?? 200).end('body'))
  await mirrorTo(origin.url)
  const missing = await read('img/a')
  expect(missing.status).toBe(404)
  expect(await missing.text()).toContain('<Code>NoSuchKey</Code>')
  const failed = await read('img/a')
  expect(failed.status).toBe(424)
  expect(failed.headers.get('x-oss-ec')).toBe('0041-00000101')
  expect(await failed.text()).toContain(
    '<Code>MirrorFailed</Code><Message>Error status : 500 from mirror host, should return 200 OK</Message>',
  )
  expect(await (await read('img/a')).text()).toBe('body')
  await expect(oss.head('img/a')).resolves.toMatchObject({ status: 200 })
})

it('a short body is 424 or a broken connection, and nothing is stored', async () => {
  await world()
  const origin = await rawOrigin((socket, head) => {
    socket.write('HTTP/1.1 200 OK\r\nContent-Length: 999999\r\n\r\n')
    socket.end(Buffer.alloc(head.includes('large') ? 900_000 : 10, 1))
  })
  origins.push(origin)
  await mirrorTo(origin.url)
  const small = await read('img/small')
  expect(small.status).toBe(424)
  expect(await small.text()).toContain('Bytes read is not equal to expected')
  const large = await read('img/large')
  expect(large.status).toBe(200)
  await expect(large.arrayBuffer()).rejects.toThrow()
  await until(() => started.oss.mirrored.length === 2)
  expect((await oss.listV2({}, {})).objects ?? []).toEqual([])
})

it('parallel reads of one missing object are as many origin requests', async () => {
  await world()
  const origin = await serve((_, response) => setTimeout(() => response.end(Buffer.alloc(300_000, 5)), 20))
  await mirrorTo(origin.url)
  const bodies = await Promise.all(Array.from({ length: 10 }, async () => (await read('img/a')).arrayBuffer()))
  expect(bodies.every(({ byteLength }) => byteLength === 300_000)).toBe(true)
  expect(origin.heads).toHaveLength(10)
  expect((await oss.get('img/a')).content.length).toBe(300_000)
})

it.each([
  ['overwrite', false, 200, 'answered'],
  ['fail', false, 424, 'put'],
  ['keep', false, 200, 'put'],
  ['fail', true, 200, 'put'],
  ['overwrite', true, 200, 'put'],
] as const)(
  'an origin that puts the object while it answers: %s, MirrorProxyPass %s → %i, %s',
  async (existing, proxyPass, status, stored) => {
    await world()
    started.oss.switches.mirror.existing = existing
    const origin = await serve((_, response) => {
      oss.put('img/a', Buffer.from('put')).then(
        () => response.end('answered'),
        () => response.destroy(),
      )
    })
    await mirrorTo(origin.url, { MirrorProxyPass: proxyPass })
    const answer = await read('img/a')
    expect(answer.status).toBe(status)
    const body = await answer.text()
    if (status === 200) expect(body).toBe('answered')
    else expect(body).toContain('already exists and can not be overwritten')
    expect((await oss.get('img/a')).content.toString()).toBe(stored)
  },
)

it('a rule that leads back into the bucket is refused, one to another bucket is not', async () => {
  await world()
  await mirrorTo(`${started.oss.url}/bucket/`)
  expect((await read('img/a')).status).toBe(424)
  await oss.putBucket('second')
  await oss.putBucketACL('second', 'public-read')
  oss.useBucket('second')
  await oss.put('img/a', Buffer.from('from second'))
  await mirrorTo(`${started.oss.url}/second/`)
  expect(await (await read('img/a')).text()).toBe('from second')
  const rule = (url: string) => ({
    RuleNumber: 1,
    Condition: { HttpErrorCodeReturnedEquals: 404 },
    Redirect: { RedirectType: 'Mirror', MirrorURL: url },
  })
  await oss.putBucketWebsite('second', { routingRules: [rule(`${started.oss.url}/bucket/`)] })
  const looped = await read('img/nowhere')
  expect(looped.status).toBe(424)
  expect(started.oss.mirrored.length).toBeLessThan(6)
})

it('rules the service would refuse are refused, and the others come back as they were put', async () => {
  await world()
  await expect(mirrorTo('http://127.0.0.1:1/no-slash')).rejects.toMatchObject({ status: 400, code: 'InvalidArgument' })
  await expect(mirrorTo('http://127.0.0.1:1/?a&b/')).rejects.toMatchObject({ status: 400, code: 'MalformedXML' })
  await mirrorTo('http://127.0.0.1:1/', { MirrorProxyPass: true, SomethingNew: 'kept' })
  const { routingRules } = await oss.getBucketWebsite('bucket')
  expect(JSON.stringify(routingRules)).toContain('"SomethingNew":"kept"')
})

it('faults between mirror and origin are injected by the admin endpoint', async () => {
  await world()
  const origin = await serve((_, response) => response.end('x'))
  await mirrorTo(origin.url)
  const fault = { match: { operation: 'mirror', keyPrefix: 'img/' }, kind: 'refused', times: 1 }
  const added = await fetch(`${started.oss.url}/-/faults`, { method: 'POST', body: JSON.stringify(fault) })
  expect(added.status).toBe(200)
  expect((await read('img/a')).status).toBe(424)
  expect((await read('img/a')).status).toBe(200)
  expect(origin.heads).toHaveLength(1)
})

it('faults on requests reach ali-oss as the real ones would', async () => {
  await world()
  await oss.put('a', Buffer.alloc(100_000, 1))
  const { faults } = started.oss
  const twice = async (kind: Parameters<typeof faults.add>[0], call: () => Promise<unknown>, expected: object) => {
    faults.add({ ...kind, times: 1 })
    await expect(call()).rejects.toMatchObject(expected)
    await call()
  }
  const put = () => oss.put('b', Buffer.from('b'))
  await twice({ match: { operation: 'put' }, kind: 'slowdown' }, put, { status: 503, code: 'SlowDown' })
  await twice({ match: { operation: 'put' }, kind: 'denied' }, put, { status: 403, code: 'AccessDenied' })
  await twice({ match: { operation: 'put' }, kind: 'token-expired' }, put, {
    status: 403,
    code: 'SecurityTokenExpired',
  })
  await twice({ match: { operation: 'put' }, kind: 'reset' }, put, { status: -1 })
  await twice({ match: { operation: 'list' }, kind: 'status', status: 500 }, () => oss.listV2({}, {}), { status: 500 })
  await twice({ match: { operation: 'copy' }, kind: 'status' }, () => oss.copy('c', 'a'), { status: 500 })
  await twice({ match: { operation: 'read' }, kind: 'short', bytes: 50_000 }, () => oss.get('a'), { status: 200 })
  await twice({ match: { operation: 'head' }, kind: 'denied' }, () => oss.head('a'), { status: 403 })
  faults.add({ match: { operation: 'read' }, kind: 'corrupt', bytes: 70_000, times: 1 })
  expect((await oss.get('a')).content[70_000]).toBe(0xfe)
  faults.add({ match: { operation: 'head' }, kind: 'wrong-crc', times: 1 })
  const wrong = (await oss.head('a')).res.headers as Record<string, string>
  const right = (await oss.head('a')).res.headers as Record<string, string>
  expect(wrong['x-oss-hash-crc64ecma']).not.toBe(right['x-oss-hash-crc64ecma'])
})
