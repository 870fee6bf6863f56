import { authorizationV1, authorizationV4 } from '../../scripts/conformance/sign.ts'

describe('version 1', () => {
  it('signs the example of the vendor’s page', () => {
    const request = {
      method: 'PUT',
      bucket: 'oss-example',
      key: 'nelson',
      query: [],
      headers: new Map([
        ['content-md5', 'ODBGOERFMDMzQTczRUY3NUE3NzA5QzdFNUYzMDQxNEM='],
        ['content-type', 'text/html'],
        ['date', 'Thu, 17 Nov 2005 18:49:58 GMT'],
        ['x-oss-meta-author', 'foo@bar.com'],
        ['x-oss-magic', 'abracadabra'],
      ]),
    }
    const key = { id: 'id', secret: 'OtxrzxIsfpFjA7SwPzILwy8Bw21TLhquhboDYROV' }
    expect(authorizationV1(request, key)).toBe('OSS id:26NBxoKdsyly4EDv6inkoDft/yA=')
  })

  it('signs decoded keys, a date of its own, a token and the parameters that count', () => {
    const request = {
      method: 'GET',
      bucket: 'examplebucket',
      key: 'img/a b+c中(1).jpg',
      query: [
        ['response-content-type', 'text/plain'],
        ['prefix', 'not signed'],
      ] as const,
      headers: new Map([
        ['content-type', 'image/jpeg'],
        ['date', 'another'],
        ['x-oss-date', 'Fri, 11 Apr 2025 06:41:24 GMT'],
        ['x-oss-security-token', 'TOKEN'],
      ]),
    }
    expect(authorizationV1(request, { id: 'id', secret: 'testsk' })).toBe('OSS id:oKk9Ood7UpEv+9RVfykDPREwZ5U=')
  })
})

describe('version 1, parameters', () => {
  it('does not depend on their order', () => {
    const signed = (query: (readonly [string, string])[]) =>
      authorizationV1({ method: 'PUT', bucket: 'b', key: 'k', query, headers: new Map() }, { id: 'id', secret: 's' })
    const [number, upload] = [['partNumber', '1'] as const, ['uploadId', 'x'] as const]
    expect(signed([upload, number])).toBe(signed([number, upload]))
    // HMAC-SHA1 of "PUT\n\n\n\n/b/k?partNumber=1&uploadId=x".
    expect(signed([number, upload])).toBe('OSS id:5o6nY71BTfZryqoyFfwb9n2u46A=')
  })
})

describe('version 4', () => {
  it('signs the example of the reference', () => {
    const request = {
      method: 'GET',
      bucket: 'examplebucket',
      key: 'img/a b+c中(1).jpg',
      query: [
        ['website', ''],
        ['prefix', 'img/中'],
        ['list-type', '2'],
      ] as const,
      headers: new Map([
        ['content-type', 'image/jpeg'],
        ['user-agent', 'not signed'],
        ['x-oss-security-token', 'TOKEN'],
        ['x-oss-date', '20250411T064124Z'],
        ['x-oss-content-sha256', 'UNSIGNED-PAYLOAD'],
      ]),
    }
    expect(authorizationV4(request, { id: 'id', secret: 'testsk' }, 'cn-hangzhou')).toBe(
      'OSS4-HMAC-SHA256 Credential=id/20250411/cn-hangzhou/oss/aliyun_v4_request,' +
        'Signature=135a8dcff20d94e65ad88675aff9c56331df32206a45d68bb6e5955655ef7adb',
    )
  })
})
