import { createHash } from 'node:crypto'
import { authenticate } from '../../../../scripts/local/oss/auth/authenticate.ts'
import type { AuthWorld } from '../../../../scripts/local/oss/auth/authenticate.ts'
import { createCredentials } from '../../../../scripts/local/oss/auth/credentials.ts'
import { signV1, stringToSignV1 } from '../../../../scripts/local/oss/auth/v1.ts'
import { canonicalRequestV4, signingKeyV4, signV4, stringToSignV4 } from '../../../../scripts/local/oss/auth/v4.ts'
import { client, code, KEY, REGION, send, start } from './support.ts'
import type { Started } from './support.ts'

const latin1 = (text: string): string => Buffer.from(text).toString('latin1')

describe('version 1', () => {
  it('signs the header example of the documentation', () => {
    const headers = {
      'content-md5': 'ODBGOERFMDMzQTczRUY3NUE3NzA5QzdFNUYzMDQxNEM=',
      'content-type': 'text/html',
      'x-oss-meta-author': 'foo@bar.com',
      'x-oss-magic': 'abracadabra',
    }
    const signable = { method: 'PUT', bucket: 'oss-example', key: 'nelson', query: [], headers }
    const text = stringToSignV1(signable, 'Thu, 17 Nov 2005 18:49:58 GMT')
    expect(text).toBe(
      'PUT\nODBGOERFMDMzQTczRUY3NUE3NzA5QzdFNUYzMDQxNEM=\ntext/html\nThu, 17 Nov 2005 18:49:58 GMT\n' +
        'x-oss-magic:abracadabra\nx-oss-meta-author:foo@bar.com\n/oss-example/nelson',
    )
    expect(signV1('OtxrzxIsfpFjA7SwPzILwy8Bw21TLhquhboDYROV', text)).toBe('26NBxoKdsyly4EDv6inkoDft/yA=')
  })

  it('signs a key outside ASCII, a token and a sub-resource', () => {
    const date = 'Fri, 11 Apr 2025 06:41:24 GMT'
    const headers = { 'content-type': 'image/jpeg', 'x-oss-date': date, 'x-oss-security-token': 'TOKEN' }
    const query = [
      { name: 'response-content-type', value: 'text/plain' },
      { name: 'prefix', value: 'not signed' },
    ]
    const signable = { method: 'GET', bucket: 'examplebucket', key: 'img/a b+c中(1).jpg', query, headers }
    expect(signV1('testsk', stringToSignV1(signable, date))).toBe('oKk9Ood7UpEv+9RVfykDPREwZ5U=')
  })

  it('signs the URL example of the documentation', () => {
    const signable = { method: 'GET', bucket: 'oss-example', key: 'oss-api.pdf', query: [], headers: {} }
    const text = stringToSignV1(signable, '1141889120')
    expect(signV1('OtxrzxIsfpFjA7SwPzILwy8Bw21TLhquhboDYROV', text)).toBe('EwaNTn1erJGkimiJ9WmXgwnANLc=')
  })

  it('signs header values as the bytes that were sent', () => {
    const headers = { 'x-oss-meta-name': latin1('中') }
    const text = stringToSignV1({ method: 'PUT', bucket: 'b', key: 'k', query: [], headers }, 'd')
    expect(Buffer.from(text, 'latin1').toString('utf8')).toContain('x-oss-meta-name:中\n')
  })
})

describe('version 4', () => {
  const scope = '20250411/cn-hangzhou/oss/aliyun_v4_request'

  it('signs the vector many implementations share', () => {
    const canonical = canonicalRequestV4({
      method: 'PUT',
      bucket: 'examplebucket',
      key: 'exampleobject',
      query: [],
      headers: {
        'content-disposition': 'attachment',
        'content-length': '3',
        'content-md5': 'ICy5YqxZB1uWSwcVLSNLcA==',
        'content-type': 'text/plain',
        'x-oss-content-sha256': 'UNSIGNED-PAYLOAD',
        'x-oss-date': '20250411T064124Z',
        host: 'not.signed',
      },
      additional: ['content-disposition', 'content-length'],
      payload: 'UNSIGNED-PAYLOAD',
      emptyValues: 'bare',
    })
    const hash = createHash('sha256').update(canonical).digest('hex')
    expect(hash).toBe('c46d96390bdbc2d739ac9363293ae9d710b14e48081fcb22cd8ad54b63136eca')
    expect(signingKeyV4('yourAccessKeySecret', scope).toString('hex')).toBe(
      '8a01ff4efcc65ca2cbc75375045c61ab5f3fa8b9a2d84f0add27ef16a25feb3c',
    )
    expect(signV4('yourAccessKeySecret', scope, stringToSignV4('20250411T064124Z', scope, canonical))).toBe(
      'd3694c2dfc5371ee6acd35e88c4871ac95a7ba01d3a2f476768fe61218590097',
    )
  })

  it('signs a key outside ASCII and parameters without a value', () => {
    const canonical = canonicalRequestV4({
      method: 'GET',
      bucket: 'examplebucket',
      key: 'img/a b+c中(1).jpg',
      query: [
        { name: 'website', value: undefined },
        { name: 'prefix', value: 'img/中' },
        { name: 'list-type', value: '2' },
      ],
      headers: {
        'content-type': 'image/jpeg',
        'x-oss-content-sha256': 'UNSIGNED-PAYLOAD',
        'x-oss-date': '20250411T064124Z',
        'x-oss-security-token': 'TOKEN',
      },
      additional: [],
      payload: 'UNSIGNED-PAYLOAD',
      emptyValues: 'bare',
    })
    expect(canonical).toContain('/examplebucket/img/a%20b%2Bc%E4%B8%AD%281%29.jpg\n')
    expect(canonical).toContain('\nlist-type=2&prefix=img%2F%E4%B8%AD&website\n')
    expect(signV4('testsk', scope, stringToSignV4('20250411T064124Z', scope, canonical))).toBe(
      '135a8dcff20d94e65ad88675aff9c56331df32206a45d68bb6e5955655ef7adb',
    )
  })

  it.each(['', 'a;', ';a'])('refuses AdditionalHeaders=%s', (additional) => {
    const now = () => Date.parse('2025-04-11T06:41:24Z')
    const world: AuthWorld = { credentials: createCredentials([KEY], now), region: REGION, now }
    const authorization =
      `OSS4-HMAC-SHA256 Credential=testak/20250411/${REGION}/oss/aliyun_v4_request, ` +
      `AdditionalHeaders=${additional}, Signature=${'0'.repeat(64)}`
    const headers = { authorization, 'x-oss-date': '20250411T064124Z', 'x-oss-content-sha256': 'UNSIGNED-PAYLOAD' }
    const ec = additional === '' ? '0002-00000209' : '0002-00000210'
    expect(() => authenticate({ method: 'GET', bucket: 'b', key: 'k', query: [], headers }, world)).toThrow(
      expect.objectContaining({ code: 'InvalidArgument', ec }),
    )
  })
})

describe('outcomes', () => {
  let started: Started
  let clock = 0
  beforeAll(async () => {
    started = await start({ now: () => Date.now() + clock })
    await client(started.oss).putBucket('bucket')
    await client(started.oss).put('k.txt', Buffer.from('v'))
  })
  afterEach(() => {
    clock = 0
  })
  afterAll(() => started.stop())

  describe.each([false, true])('version 4: %s', (authorizationV4) => {
    it('refuses a wrong secret and shows what should have been signed', async () => {
      const oss = client(started.oss, 'path', { authorizationV4, accessKeySecret: 'wrong' })
      await expect(oss.get('k.txt')).rejects.toMatchObject({ code: 'SignatureDoesNotMatch', status: 403 })
    })

    it('refuses an unknown key id', async () => {
      const oss = client(started.oss, 'path', { authorizationV4, accessKeyId: 'nobody' })
      await expect(oss.get('k.txt')).rejects.toMatchObject({ code: 'InvalidAccessKeyId', status: 403 })
    })

    it.each([16, -16])('refuses a clock %i minutes off', async (minutes) => {
      clock = minutes * 60_000
      await expect(client(started.oss, 'path', { authorizationV4 }).get('k.txt')).rejects.toMatchObject({
        code: 'RequestTimeTooSkewed',
        status: 403,
      })
    })

    it('accepts a clock 14 minutes off', async () => {
      clock = 14 * 60_000
      await expect(client(started.oss, 'path', { authorizationV4 }).get('k.txt')).resolves.toBeDefined()
    })

    it('binds a token to its key, and both to their time', async () => {
      const policy = {
        Version: '1',
        Statement: [{ Effect: 'Allow' as const, Action: 'oss:GetObject', Resource: 'acs:oss:*:*:bucket/*' }],
      }
      const ours = started.oss.issueCredentials({ role: 'r', policy, ttlSeconds: 60 })
      const other = started.oss.issueCredentials({ role: 'r', policy, ttlSeconds: 60 })
      const with_ = (stsToken: string | undefined) =>
        client(started.oss, 'path', {
          authorizationV4,
          accessKeyId: ours.accessKeyId,
          accessKeySecret: ours.accessKeySecret,
          ...(stsToken === undefined ? {} : { stsToken }),
        })
      await expect(with_(ours.securityToken).get('k.txt')).resolves.toBeDefined()
      await expect(with_(undefined).get('k.txt')).rejects.toMatchObject({ code: 'InvalidAccessKeyId', status: 403 })
      await expect(with_(other.securityToken).get('k.txt')).rejects.toMatchObject({ code: 'InvalidSecurityToken' })
      clock = 61_000
      await expect(with_(ours.securityToken).get('k.txt')).rejects.toMatchObject({
        code: 'SecurityTokenExpired',
        status: 403,
        ecCode: '0002-00000007',
      })
    })

    it('refuses a token with a permanent key', async () => {
      const oss = client(started.oss, 'path', { authorizationV4, stsToken: 'made-up' })
      await expect(oss.get('k.txt')).rejects.toMatchObject({ status: 403 })
    })

    it('serves signed URLs until they expire, overrides included', async () => {
      const oss = client(started.oss, 'path', { authorizationV4 })
      const url = authorizationV4
        ? await oss.signatureUrlV4('GET', 60, { queries: { 'response-content-type': 'text/x-override' } }, 'k.txt')
        : oss.signatureUrl('k.txt', { expires: 60, response: { 'content-type': 'text/x-override' } })
      const path = url.slice(url.indexOf('/', 8))
      const answer = await send(started.oss.port, path)
      expect(answer).toMatchObject({ status: 200, body: 'v' })
      expect(answer.headers['content-type']).toBe('text/x-override')
      const changed = await send(started.oss.port, path.replace('text%2Fx-override', 'text%2Fhtml'))
      expect(code(changed)).toBe('SignatureDoesNotMatch')
      clock = 61_000
      const late = await send(started.oss.port, path)
      expect(late.status).toBe(403)
      expect(code(late)).toBe('AccessDenied')
      expect(late.body).toContain('Request has expired.')
    })
  })

  it('refuses a version 4 signature for another region', async () => {
    const oss = client(started.oss, 'path', { authorizationV4: true, region: 'oss-cn-beijing' })
    await expect(oss.get('k.txt')).rejects.toMatchObject({ code: 'InvalidArgument', status: 400 })
  })

  it('answers a signature in the header and in the URL with an error', async () => {
    const answer = await send(started.oss.port, '/bucket/k.txt?OSSAccessKeyId=a&Expires=1&Signature=b', {
      headers: { authorization: 'OSS a:b' },
    })
    expect(answer.status).toBe(400)
  })

  it.each([
    [{ authorization: 'Basic abc' }, 400, 'InvalidArgument'],
    [{ authorization: 'OSS testak' }, 400, 'InvalidArgument'],
    [{ authorization: 'OSS testak:abc' }, 403, 'AccessDenied'],
    [{ authorization: 'OSS testak:abc', date: 'yesterday' }, 403, 'AccessDenied'],
    [{}, 403, 'AccessDenied'],
  ])('answers %j with %i %s', async (headers, status, wanted) => {
    const answer = await send(started.oss.port, '/bucket/k.txt', { headers: headers })
    expect(answer.status).toBe(status)
    expect(code(answer)).toBe(wanted)
    expect(answer.headers['x-oss-request-id']).toMatch(/^[0-9A-F]{24}$/)
    expect(answer.headers['x-oss-ec']).toBeDefined()
    expect(answer.headers['server']).toBe('AliyunOSS')
  })

  it('says why a HEAD failed in a header', async () => {
    const answer = await send(started.oss.port, '/bucket/k.txt', { method: 'HEAD' })
    expect(answer).toMatchObject({ status: 403, body: '' })
    expect(Buffer.from(String(answer.headers['x-oss-err']), 'base64').toString()).toContain('<Code>AccessDenied</Code>')
  })
})
