import { client, code, send, signedPath, start } from './support.ts'
import type { Client, Started } from './support.ts'

let started: Started
let oss: Client
let port: number
beforeAll(async () => {
  started = await start()
  port = started.oss.port
  oss = client(started.oss)
  await oss.putBucket('bucket')
})
afterAll(() => started.stop())

const call = async (method: string, path: string, body?: string, headers: Record<string, string> = {}) =>
  send(port, signedPath(path, method, headers), { method, headers, ...(body === undefined ? {} : { body }) })

describe('buckets', () => {
  it('are created, described, listed and removed', async () => {
    const made = await client(started.oss, 'path', { bucket: 'made' }).putBucket('made', {
      acl: 'public-read',
    } as never)
    expect((made.res as { headers: Record<string, string> }).headers['location']).toBe('/made')
    const info = await oss.getBucketInfo('made')
    expect(info.bucket).toMatchObject({
      Name: 'made',
      Location: 'oss-cn-hangzhou',
      AccessControlList: { Grant: 'public-read' },
      Owner: { ID: '1000000000000001' },
    })
    expect((await oss.getBucketLocation('made')).location).toBe('oss-cn-hangzhou')
    expect((await oss.getBucketACL('made')).acl).toBe('public-read')
    const names = (result: unknown) => (result as { buckets: { name: string }[] }).buckets.map(({ name }) => name)
    expect(names(await oss.listBuckets({}))).toEqual(['bucket', 'made'])
    expect(names(await oss.listBuckets({ prefix: 'm' }))).toEqual(['made'])
    await oss.deleteBucket('made')
    await expect(oss.getBucketInfo('made')).rejects.toMatchObject({ code: 'NoSuchBucket', status: 404 })
  })

  it('are removed only when empty', async () => {
    await oss.putBucket('full')
    const full = client(started.oss, 'path', { bucket: 'full' })
    await full.put('k', Buffer.from('x'))
    await expect(oss.deleteBucket('full')).rejects.toMatchObject({ code: 'BucketNotEmpty', status: 409 })
    await full.delete('k')
    await oss.deleteBucket('full')
  })

  it('have a name of the documented form', async () => {
    for (const name of ['ab', 'Upper', 'a_b', '-ab', 'ab-', 'a'.repeat(64)]) {
      expect(code(await call('PUT', `/${name}`))).toBe('InvalidBucketName')
    }
  })

  it('keep their objects and settings when the server starts again', async () => {
    const first = await start()
    const one = client(first.oss)
    await one.putBucket('bucket')
    await one.putBucketACL('bucket', 'public-read')
    await one.put('k', Buffer.from('kept'), { meta: { a: '1' } })
    await first.oss.close()
    const second = await start({ dataDir: first.dataDir })
    const two = client(second.oss)
    expect((await two.get('k')).content.toString()).toBe('kept')
    expect((await two.head('k')).meta).toEqual({ a: '1' })
    expect((await two.getBucketACL('bucket')).acl).toBe('public-read')
    await second.stop()
  })
})

describe('configurations', () => {
  const website =
    '<WebsiteConfiguration><RoutingRules><RoutingRule><RuleNumber>1</RuleNumber>' +
    '<Condition><HttpErrorCodeReturnedEquals>404</HttpErrorCodeReturnedEquals></Condition>' +
    '<Redirect><RedirectType>Mirror</RedirectType><MirrorURL>http://h.test/</MirrorURL>' +
    '<MirrorProxyPass>true</MirrorProxyPass><Unknown>&amp;kept</Unknown></Redirect></RoutingRule></RoutingRules></WebsiteConfiguration>'

  it.each([
    ['website', website, 'NoSuchWebsiteConfiguration'],
    [
      'lifecycle',
      '<LifecycleConfiguration><Rule><ID>1</ID><Prefix>p/</Prefix><Status>Enabled</Status><Expiration><Days>1</Days></Expiration></Rule></LifecycleConfiguration>',
      'NoSuchLifecycle',
    ],
    [
      'cors',
      '<CORSConfiguration><CORSRule><AllowedOrigin>*</AllowedOrigin><AllowedMethod>GET</AllowedMethod></CORSRule></CORSConfiguration>',
      'NoSuchCORSConfiguration',
    ],
    [
      'policy',
      '{"Version":"1","Statement":[{"Effect":"Allow","Action":["oss:GetObject"],"Principal":["1"],"Resource":["acs:oss:*:*:bucket/*"]}]}',
      'NoSuchBucketPolicy',
    ],
    [
      'encryption',
      '<ServerSideEncryptionRule><ApplyServerSideEncryptionByDefault><SSEAlgorithm>AES256</SSEAlgorithm></ApplyServerSideEncryptionByDefault></ServerSideEncryptionRule>',
      'NoSuchServerSideEncryptionRule',
    ],
  ])('%s is given back as it was put', async (name, body, missing) => {
    expect(await call('GET', `/bucket?${name}`)).toMatchObject({ status: 404 })
    expect(code(await call('GET', `/bucket?${name}`))).toBe(missing)
    expect(await call('PUT', `/bucket?${name}`, body)).toMatchObject({ status: 200, body: '' })
    expect(await call('GET', `/bucket?${name}`)).toMatchObject({ status: 200, body })
    expect(await call('DELETE', `/bucket?${name}`)).toMatchObject({ status: 204 })
    expect(code(await call('GET', `/bucket?${name}`))).toBe(missing)
  })

  it.each([
    ['website', '<WebsiteConfiguration></WebsiteConfiguration>'],
    ['website', 'no xml'],
    ['lifecycle', '<LifecycleConfiguration></LifecycleConfiguration>'],
    ['cors', '<CORSConfiguration></CORSConfiguration>'],
    ['policy', '{}'],
    ['policy', 'no json'],
    ['versioning', '<VersioningConfiguration><Status>On</Status></VersioningConfiguration>'],
    ['publicAccessBlock', '<PublicAccessBlockConfiguration/>'],
  ])('%s refuses %s', async (name, body) => {
    expect((await call('PUT', `/bucket?${name}`, body)).status).toBe(400)
  })

  it('are reached through the client', async () => {
    const typed = oss as unknown as {
      putBucketWebsite(name: string, config: object): Promise<unknown>
      getBucketWebsite(name: string): Promise<{ index: string; routingRules: Record<string, unknown>[] }>
      putBucketTags(name: string, tags: object): Promise<unknown>
      getBucketTags(name: string): Promise<{ tag: object }>
      putBucketVersioning(name: string, status: string): Promise<unknown>
      getBucketVersioning(name: string): Promise<{ versionStatus: string }>
    }
    await typed.putBucketWebsite('bucket', {
      index: 'i.html',
      routingRules: [
        {
          RuleNumber: 1,
          Condition: { HttpErrorCodeReturnedEquals: 404 },
          Redirect: { RedirectType: 'Mirror', MirrorURL: 'http://h.test/' },
        },
      ],
    })
    const got = await typed.getBucketWebsite('bucket')
    expect(got).toMatchObject({ index: 'i.html', routingRules: [{ Redirect: { MirrorURL: 'http://h.test/' } }] })
    await call('DELETE', '/bucket?website')
    await typed.putBucketTags('bucket', { a: '1', b: '2' })
    expect((await typed.getBucketTags('bucket')).tag).toEqual({ a: '1', b: '2' })
    expect((await typed.getBucketVersioning('bucket')).versionStatus).toBeUndefined()
    await typed.putBucketVersioning('bucket', 'Suspended')
    expect((await typed.getBucketVersioning('bucket')).versionStatus).toBe('Suspended')
    await oss.putBucketLifecycle('bucket', [
      { prefix: 'l/', status: 'Enabled', expiration: { days: 1 }, id: 'r' },
    ] as never)
    expect((await oss.getBucketLifecycle('bucket')).rules).toMatchObject([{ id: 'r', prefix: 'l/' }])
    await oss.putBucketCORS('bucket', [{ allowedOrigin: 'http://a.test', allowedMethod: 'GET' }])
    expect((await oss.getBucketCORS('bucket')).rules).toMatchObject([{ allowedOrigin: 'http://a.test' }])
    await oss.deleteBucketCORS('bucket')
    await oss.putBucketReferer('bucket', true, ['http://a.test'])
    await oss.putBucketLogging('bucket', 'logs/')
    expect((await oss.getBucketLogging('bucket')).enable).toBe(true)
  })
})

describe('cross-origin rules', () => {
  beforeAll(async () => {
    await oss.putBucketCORS('bucket', [
      {
        allowedOrigin: 'http://*.a.test',
        allowedMethod: ['GET', 'PUT'],
        allowedHeader: 'x-*',
        exposeHeader: 'ETag',
        maxAgeSeconds: '60',
      },
    ])
    await oss.put('shared', Buffer.from('x'))
  })
  const preflight = (origin: string, method: string, asked: string) =>
    send(port, '/bucket/shared', {
      method: 'OPTIONS',
      headers: { origin, 'access-control-request-method': method, 'access-control-request-headers': asked },
    })

  it('answer a preflight they allow', async () => {
    expect((await preflight('http://w.a.test', 'PUT', 'x-one, X-Two')).headers).toMatchObject({
      'access-control-allow-origin': 'http://w.a.test',
      'access-control-allow-headers': 'x-one, X-Two',
      'access-control-expose-headers': 'ETag',
      'access-control-max-age': '60',
    })
  })

  it.each([
    ['http://b.test', 'PUT', 'x-a'],
    ['http://w.a.test', 'DELETE', 'x-a'],
    ['http://w.a.test', 'PUT', 'y-a'],
  ])('refuse %s %s %s', async (origin, method, asked) => {
    const answer = await preflight(origin, method, asked)
    expect([answer.status, code(answer)]).toEqual([403, 'AccessForbidden'])
  })

  it('show in ordinary answers', async () => {
    const headers = { origin: 'http://w.a.test' }
    const answer = await send(port, signedPath('/bucket/shared', 'GET'), { headers })
    expect(answer.headers['access-control-allow-origin']).toBe('http://w.a.test')
  })
})

describe('addresses', () => {
  const get = (host: string, path = '/') => send(port, path, { headers: { host } })

  it('refuse an endpoint of another region, and path style on a regional one', async () => {
    expect(code(await get('bucket.oss-cn-beijing.aliyuncs.com', '/k'))).toBe('AccessDenied')
    expect(code(await get('oss-cn-hangzhou.aliyuncs.com', '/bucket/k'))).toBe('SecondLevelDomainForbidden')
    expect(code(await get('bucket.oss-cn-hangzhou-internal.aliyuncs.com', '/k'))).toBe('AccessDenied')
    expect(code(await get('nobody.localhost', '/k'))).toBe('NoSuchBucket')
  })

  it('read a plus as a space only where the switch says so', async () => {
    await oss.put('a b', Buffer.from('space'))
    await oss.put('a+b', Buffer.from('plus'))
    const path = signedPath('/bucket/a+b')
    expect((await send(port, path)).body).toBe('plus')
    started.oss.switches.plusIsSpace = true
    expect(code(await send(port, path))).toBe('SignatureDoesNotMatch')
    started.oss.switches.plusIsSpace = false
  })
})
