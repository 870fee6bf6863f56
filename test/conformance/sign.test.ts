import { authorizationV1, authorizationV4 } from '../../scripts/conformance/sign.ts'

const latin1 = (text: string): string => Buffer.from(text).toString('latin1')

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

  it('signs header values byte by byte', () => {
    const signed = (value: string) =>
      authorizationV4(
        { method: 'PUT', bucket: 'b', key: 'k', query: [], headers: new Map([['x-oss-meta-a', value]]) },
        { id: 'id', secret: 's' },
        'cn-hangzhou',
      )
    expect(signed(latin1('é'))).not.toBe(signed('é'))
  })
})
