import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { connect } from 'node:net'
import type { ObjectEvent } from '../../../../scripts/local/oss/events.ts'
import type { RequestEntry } from '../../../../scripts/local/oss/requests.ts'
import { createRequestLog } from '../../../../scripts/local/oss/requests.ts'
import { client, code, KEY, send, signedPath, start } from './support.ts'
import type { Client, Started } from './support.ts'

let started: Started
let oss: Client
let port: number
const events: ObjectEvent[] = []
beforeAll(async () => {
  started = await start({ onEvent: (event) => events.push(event) })
  port = started.oss.port
  oss = client(started.oss)
  await oss.putBucket('bucket')
})
beforeEach(() => {
  events.length = 0
  started.oss.requests.clear()
})
afterAll(() => started.stop())

describe('events', () => {
  const names = () => events.map(({ eventName, oss: { object } }) => `${eventName} ${object.key}`)

  it('tell of everything that changes an object, and of nothing else', async () => {
    await oss.put('a', Buffer.from('12345'))
    await oss.copy('b', 'a')
    await oss.append('c', Buffer.from('x'), { position: 0 })
    await oss.putSymlink('d', 'a')
    await oss.get('a')
    await oss.head('a')
    await oss.delete('b')
    await oss.delete('b')
    await oss.deleteMulti(['c', 'missing'])
    await expect(oss.put('a', Buffer.from('x'), { headers: { 'Content-MD5': 'bad' } })).rejects.toBeDefined()
    expect(names()).toEqual([
      'ObjectCreated:PutObject a',
      'ObjectCreated:CopyObject b',
      'ObjectCreated:AppendObject c',
      'ObjectCreated:PutSymlink d',
      'ObjectRemoved:DeleteObject b',
      'ObjectRemoved:DeleteObjects c',
    ])
  })

  it('have the documented shape', async () => {
    await oss.put('shape 中', Buffer.from('12345'))
    await oss.put('shape 中', Buffer.from('123'))
    expect(events[1]).toMatchObject({
      eventName: 'ObjectCreated:PutObject',
      eventSource: 'acs:oss',
      eventVersion: '1.0',
      region: 'cn-hangzhou',
      oss: {
        bucket: { arn: 'acs:oss:cn-hangzhou:1000000000000001:bucket', name: 'bucket' },
        object: { key: 'shape 中', size: 3, deltaSize: -2, eTag: '202CB962AC59075B964B07152D234B70' },
        ossSchemaVersion: '1.0',
      },
      responseElements: { requestId: expect.stringMatching(/^[0-9A-F]{24}$/) as string },
    })
    expect(events[1]?.eventTime).toBe(new Date(events[1]?.eventTime ?? '').toISOString())
  })
})

describe('the request log', () => {
  it('says who asked what and what came of it, without secrets', async () => {
    await oss.put('k', Buffer.from('12345'))
    await client(started.oss, 'path', { authorizationV4: true }).get('k')
    await send(port, signedPath('/bucket/k'))
    await send(port, '/bucket/k')
    const entries = started.oss.requests.entries()
    expect(entries).toMatchObject([
      { method: 'PUT', operation: 'PutObject', action: 'oss:PutObject', signed: 'v1-header', status: 200, bytesIn: 5 },
      { method: 'GET', operation: 'GetObject', action: 'oss:GetObject', signed: 'v4-header', status: 200 },
      { method: 'GET', signed: 'v1-url', status: 200, query: ['OSSAccessKeyId', 'Expires', 'Signature'] },
      { method: 'GET', signed: 'anonymous', status: 403, code: 'AccessDenied', bucket: 'bucket', key: 'k' },
    ])
    expect(entries[1]?.bytesOut).toBeGreaterThan(5)
    expect(JSON.stringify(entries)).not.toContain(KEY.accessKeySecret)
    expect(JSON.stringify(entries)).not.toContain('Signature=')
  })

  it('is read from loopback, on a path no bucket can have', async () => {
    await send(port, '/bucket/k')
    const answer = await send(port, '/-/requests?last=1')
    expect(JSON.parse(answer.body)).toMatchObject({ total: 1, entries: [{ status: 403 }], mirrored: [] })
    expect((await send(port, '/-/requests', { headers: { host: 'attacker.test' } })).status).toBe(403)
    expect((await send(port, '/-/nothing')).status).toBe(404)
    await send(port, '/-/requests', { method: 'DELETE' })
    expect(started.oss.requests.total).toBe(0)
  })

  it('keeps the last entries only', () => {
    const log = createRequestLog(3)
    for (let time = 0; time < 5; time += 1) log.add({ time } as RequestEntry)
    expect(log.entries().map(({ time }) => time)).toEqual([2, 3, 4])
    expect(log.total).toBe(5)
  })
})

describe('a bucket with a mirror rule', () => {
  it('asks the origin for what is missing, once', async () => {
    const asked: string[] = []
    const origin = createServer((request, response) => {
      asked.push(`${request.method} ${request.url}`)
      response.end('made')
    })
    await new Promise<void>((resolve) => origin.listen(0, '127.0.0.1', resolve))
    const url = `http://127.0.0.1:${(origin.address() as AddressInfo).port}/`
    const xml = `<WebsiteConfiguration><RoutingRules><RoutingRule><RuleNumber>1</RuleNumber><Condition><HttpErrorCodeReturnedEquals>404</HttpErrorCodeReturnedEquals></Condition><Redirect><RedirectType>Mirror</RedirectType><MirrorURL>${url}</MirrorURL></Redirect></RoutingRule></RoutingRules></WebsiteConfiguration>`
    await send(port, signedPath('/bucket?website', 'PUT'), { method: 'PUT', body: xml })
    expect((await send(port, '/bucket/m')).status).toBe(403)
    expect(asked).toEqual([])
    await oss.putBucketACL('bucket', 'public-read')
    await expect(oss.get('m')).rejects.toMatchObject({ code: 'NoSuchKey' })
    expect((await send(port, '/bucket/m', { method: 'HEAD' })).status).toBe(404)
    expect(asked).toEqual([])
    expect(await send(port, '/bucket/m')).toMatchObject({ status: 200, body: 'made' })
    expect(await send(port, '/bucket/m')).toMatchObject({ status: 200, body: 'made' })
    expect(asked).toEqual(['GET /m'])
    expect((await oss.head('m')).res.headers).toMatchObject({ 'x-oss-tag': 'MIRROR' })
    expect(started.oss.requests.entries().filter(({ mirrored }) => mirrored)).toHaveLength(1)
    expect(started.oss.mirrored).toMatchObject([{ key: 'm', stored: true }])
    await send(port, signedPath('/bucket?website', 'DELETE'), { method: 'DELETE' })
    await oss.putBucketACL('bucket', 'private')
    await new Promise((resolve) => origin.close(resolve))
  })
})

describe('faults', () => {
  it('change answers and bodies until they are cleared', async () => {
    await oss.put('f', Buffer.alloc(100_000, 'f'))
    const add = (fault: object) => send(port, '/-/faults', { method: 'POST', body: JSON.stringify(fault) })
    await add({ match: { operation: 'read' }, kind: 'slowdown', times: 1 })
    expect(code(await send(port, signedPath('/bucket/f')))).toBe('SlowDown')
    await add({ match: { operation: 'read' }, kind: 'short', bytes: 10, times: 1 })
    await expect(send(port, signedPath('/bucket/f'))).rejects.toMatchObject({ code: 'ECONNRESET' })
    await add({ match: { operation: 'put' }, kind: 'denied' })
    await expect(oss.put('f', Buffer.from('x'))).rejects.toMatchObject({ code: 'AccessDenied' })
    await send(port, '/-/faults', { method: 'DELETE' })
    await oss.put('f', Buffer.from('x'))
  })
})

describe('pages', () => {
  it('are shown to anonymous readers of a site', async () => {
    await oss.putBucketACL('bucket', 'public-read')
    const site = (type: number) =>
      `<WebsiteConfiguration><IndexDocument><Suffix>i.html</Suffix><SupportSubDir>true</SupportSubDir><Type>${type}</Type></IndexDocument><ErrorDocument><Key>e.html</Key></ErrorDocument></WebsiteConfiguration>`
    const put = (type: number) => send(port, signedPath('/bucket?website', 'PUT'), { method: 'PUT', body: site(type) })
    for (const key of ['i.html', 'dir/i.html', 'e.html']) await oss.put(key, Buffer.from(key))
    await put(0)
    expect(await send(port, '/bucket/')).toMatchObject({ status: 200, body: 'i.html' })
    expect(await send(port, '/bucket/dir/')).toMatchObject({ status: 200, body: 'dir/i.html' })
    expect(await send(port, '/bucket/dir')).toMatchObject({ status: 302, headers: { location: '/bucket/dir/' } })
    expect(await send(port, '/bucket/none')).toMatchObject({ status: 404, body: 'e.html' })
    await put(2)
    expect(await send(port, '/bucket/dir')).toMatchObject({ status: 200, body: 'dir/i.html' })
    expect((await send(port, signedPath('/bucket'))).body).toContain('<ListBucketResult>')
    await send(port, signedPath('/bucket?website', 'DELETE'), { method: 'DELETE' })
    expect((await send(port, '/bucket/')).body).toContain('<ListBucketResult>')
  })
})

describe('closing', () => {
  it('cuts open connections', async () => {
    const other = await start()
    const socket = connect(other.oss.port, '127.0.0.1')
    await new Promise((resolve) => socket.once('connect', resolve))
    const gone = new Promise((resolve) => socket.once('close', resolve))
    socket.on('error', () => undefined)
    await other.stop()
    await gone
  })
})
