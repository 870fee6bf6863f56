import { createHmac, randomBytes } from 'node:crypto'
import type OSS from 'ali-oss'
import { client, code, KEY, send, start } from './support.ts'
import type { Client, Started } from './support.ts'

let started: Started
let oss: Client
beforeAll(async () => {
  started = await start()
  oss = client(started.oss)
  await oss.putBucket('bucket')
})
afterAll(() => started.stop())

interface Form {
  fields: Record<string, string>
  file?: Buffer
  filename?: string
}

const BOUNDARY = '----WebKitFormBoundary7MA4YWxk'

function post({ fields, file = Buffer.from('body'), filename = 'C:\\dir\\pic.jpg' }: Form) {
  const parts = Object.entries(fields).map(
    ([name, value]) => `--${BOUNDARY}\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`,
  )
  const head = `--${BOUNDARY}\r\nContent-Disposition: form-data; name="file"; filename="${filename}"\r\nContent-Type: image/x-form\r\n\r\n`
  const body = Buffer.concat([Buffer.from(parts.join('') + head), file, Buffer.from(`\r\n--${BOUNDARY}--\r\n`)])
  const headers = { 'content-type': `multipart/form-data; boundary=${BOUNDARY}` }
  return send(started.oss.port, '/bucket', { method: 'POST', headers, body })
}

function signed(conditions: unknown[], fields: Record<string, string>, seconds = 60): Record<string, string> {
  const expiration = new Date(Date.now() + seconds * 1000).toISOString()
  const policy = Buffer.from(JSON.stringify({ expiration, conditions })).toString('base64')
  const Signature = createHmac('sha1', KEY.accessKeySecret).update(policy).digest('base64')
  return { ...fields, OSSAccessKeyId: KEY.accessKeyId, policy, Signature }
}

describe('a form upload', () => {
  it('stores the file with the metadata of its fields', async () => {
    const file = Buffer.concat([randomBytes(200_000), Buffer.from(`\r\n--${BOUNDARY.slice(0, -1)}`), randomBytes(10)])
    const fields = { key: 'up/${filename}', 'x-oss-meta-a': '1', 'Cache-Control': 'no-cache' }
    const answer = await post({ fields: signed([['starts-with', '$key', 'up/'], { bucket: 'bucket' }], fields), file })
    expect(answer).toMatchObject({ status: 204, body: '' })
    const got = await oss.get('up/pic.jpg')
    expect(got.content.equals(file)).toBe(true)
    expect(got.res.headers).toMatchObject({
      'content-type': 'image/x-form',
      'x-oss-meta-a': '1',
      'cache-control': 'no-cache',
      etag: answer.headers['etag'],
    })
  })

  it('answers as asked', async () => {
    const fields = signed([], { key: 'k', success_action_status: '201' })
    const created = await post({ fields })
    expect(created.status).toBe(201)
    expect(created.body).toContain('<PostResponse><Bucket>bucket</Bucket><Key>k</Key>')
    const redirect = await post({ fields: signed([], { key: 'k', success_action_redirect: 'http://a.test/?x=1' }) })
    expect(redirect.status).toBe(303)
    expect(redirect.headers['location']).toMatch(/^http:\/\/a\.test\/\?x=1&bucket=bucket&key=k&etag=/)
  })

  it.each([
    ['an expired policy', () => signed([], { key: 'n' }, -1), 'AccessDenied'],
    ['a key the policy does not allow', () => signed([['starts-with', '$key', 'up/']], { key: 'n' }), 'AccessDenied'],
    [
      'a field with another value',
      () => signed([{ 'x-oss-meta-a': '1' }], { key: 'n', 'x-oss-meta-a': '2' }),
      'AccessDenied',
    ],
    ['a file that is too large', () => signed([['content-length-range', 0, 3]], { key: 'n' }), 'EntityTooLarge'],
    ['a file that is too small', () => signed([['content-length-range', 5, 9]], { key: 'n' }), 'EntityTooSmall'],
    ['a wrong signature', () => ({ ...signed([], { key: 'n' }), Signature: 'abc' }), 'SignatureDoesNotMatch'],
    ['a key id nobody has', () => ({ ...signed([], { key: 'n' }), OSSAccessKeyId: 'x' }), 'InvalidAccessKeyId'],
    ['a policy that is none', () => signedText('no policy'), 'InvalidPolicyDocument'],
    ['no policy in a private bucket', () => ({ key: 'n' }), 'AccessDenied'],
    ['no key', () => signed([], {}), 'InvalidArgument'],
  ])('refuses %s', async (_name, fields, wanted) => {
    expect(code(await post({ fields: fields() }))).toBe(wanted)
    await expect(oss.head('n')).rejects.toMatchObject({ status: 404 })
  })

  it('takes the policy and signature of the client', async () => {
    const form = (oss as unknown as OSS).calculatePostSignature({
      expiration: new Date(Date.now() + 60_000).toISOString(),
      conditions: [['eq', '$key', 'by-client']],
    }) as unknown as Record<string, string>
    expect((await post({ fields: { key: 'by-client', ...form } })).status).toBe(204)
    const V4 = oss as unknown as { signPostObjectPolicyV4(policy: object, date: Date): string }
    const date = new Date()
    const stamp = date.toISOString().replace(/[-:]|\.\d+/g, '')
    const credential = `${KEY.accessKeyId}/${stamp.slice(0, 8)}/cn-hangzhou/oss/aliyun_v4_request`
    const policy = {
      expiration: new Date(Date.now() + 60_000).toISOString(),
      conditions: [{ 'x-oss-credential': credential }, { 'x-oss-date': stamp }, ['eq', '$key', 'by-v4']],
    }
    const fields = {
      key: 'by-v4',
      policy: Buffer.from(JSON.stringify(policy)).toString('base64'),
      'x-oss-signature-version': 'OSS4-HMAC-SHA256',
      'x-oss-credential': credential,
      'x-oss-date': stamp,
      'x-oss-signature': V4.signPostObjectPolicyV4(policy, date),
    }
    expect((await post({ fields })).status).toBe(204)
    expect(code(await post({ fields: { ...fields, 'x-oss-signature': '0'.repeat(64) } }))).toBe('SignatureDoesNotMatch')
  })

  it('refuses what is no form', async () => {
    const headers = { 'content-type': 'multipart/form-data; boundary=b' }
    for (const body of ['', '--b\r\n', '--b\r\nContent-Disposition: form-data; name="key"\r\n\r\nk\r\n--b--\r\n']) {
      const answer = await send(started.oss.port, '/bucket', { method: 'POST', headers, body })
      expect(answer.status).toBe(400)
    }
  })
})

function signedText(text: string): Record<string, string> {
  const policy = Buffer.from(text).toString('base64')
  const Signature = createHmac('sha1', KEY.accessKeySecret).update(policy).digest('base64')
  return { key: 'n', OSSAccessKeyId: KEY.accessKeyId, policy, Signature }
}
