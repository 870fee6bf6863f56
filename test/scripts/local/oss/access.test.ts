import type { RamStatement } from '../../../../scripts/local/oss/auth/policy.ts'
import { client, code, send, signedPath, start } from './support.ts'
import type { Client, Started } from './support.ts'

let started: Started
let owner: Client
let port: number
beforeAll(async () => {
  started = await start({
    accounts: [
      { accessKeyId: 'testak', accessKeySecret: 'testsk', ownerId: '1' },
      { accessKeyId: 'otherak', accessKeySecret: 'othersk', ownerId: '2' },
    ],
  })
  port = started.oss.port
  owner = client(started.oss)
  for (const bucket of ['bucket', 'results']) await owner.putBucket(bucket)
  await owner.put('in/a', Buffer.from('a'))
  await owner.put('out/b', Buffer.from('b'))
})
afterAll(() => started.stop())

function role(...Statement: RamStatement[]): (bucket: string, authorizationV4?: boolean) => Client {
  const issued = started.oss.issueCredentials({ role: 'fn', policy: { Version: '1', Statement }, ttlSeconds: 900 })
  const { accessKeyId, accessKeySecret, securityToken: stsToken } = issued
  return (bucket, authorizationV4 = false) =>
    client(started.oss, 'path', { accessKeyId, accessKeySecret, stsToken, bucket, authorizationV4 })
}

const allow = (Action: string | string[], Resource: string): RamStatement => ({ Effect: 'Allow', Action, Resource })
const denied = { code: 'AccessDenied', status: 403 }

describe('a role', () => {
  it('may do what its policy says, and nothing else', async () => {
    const as = role(allow('oss:GetObject', 'acs:oss:*:*:bucket/in/*'), allow('oss:PutObject', 'acs:oss:*:*:results/*'))
    for (const version4 of [false, true]) {
      const source = as('bucket', version4)
      const results = as('results', version4)
      expect((await source.get('in/a')).content.toString()).toBe('a')
      await source.head('in/a')
      await expect(source.get('out/b')).rejects.toMatchObject(denied)
      await expect(source.put('in/a', Buffer.from('x'))).rejects.toMatchObject(denied)
      await expect(source.delete('in/a')).rejects.toMatchObject(denied)
      await expect(source.listV2({})).rejects.toMatchObject(denied)
      await results.put('r', Buffer.from('x'))
      await expect(results.get('r')).rejects.toMatchObject(denied)
      await expect(results.head('r')).rejects.toMatchObject({ status: 403, code: 'AccessDenied' })
      await expect(results.listBuckets({})).rejects.toMatchObject(denied)
      await expect(results.deleteMulti(['r'])).rejects.toMatchObject(denied)
    }
    expect((await client(started.oss, 'path', { bucket: 'results' }).get('r')).content.toString()).toBe('x')
  })

  it('needs the right to read the source of a copy, and to write its target', async () => {
    const both = role(
      allow('oss:GetObject', 'acs:oss:*:*:bucket/in/*'),
      allow('oss:PutObject', 'acs:oss:*:*:results/*'),
    )
    await both('results').copy('copied', 'in/a', 'bucket')
    await expect(both('results').copy('copied', 'out/b', 'bucket')).rejects.toMatchObject(denied)
    await expect(both('bucket').copy('in/c', 'in/a')).rejects.toMatchObject(denied)
    await expect(role(allow('oss:PutObject', '*'))('results').copy('c', 'in/a', 'bucket')).rejects.toMatchObject(denied)
  })

  it('needs a right of its own to tag', async () => {
    const headers = { 'x-oss-tagging': 'a=1' }
    const put = role(allow('oss:PutObject', 'acs:oss:*:*:results/*'))
    await expect(put('results').put('tagged', Buffer.from('x'), { headers })).rejects.toMatchObject(denied)
    const both = role(allow(['oss:PutObject', 'oss:PutObjectTagging'], 'acs:oss:*:*:results/*'))
    await both('results').put('tagged', Buffer.from('x'), { headers })
  })

  it('is refused a denied key among many to delete, and none of them goes', async () => {
    const as = role(allow('oss:DeleteObject', '*'), {
      Effect: 'Deny',
      Action: '*',
      Resource: 'acs:oss:*:*:bucket/out/*',
    })
    await owner.put('in/z', Buffer.from('z'))
    await expect(as('bucket').deleteMulti(['in/z', 'out/b'])).rejects.toMatchObject(denied)
    await owner.head('in/z')
    await as('bucket').deleteMulti(['in/z'])
    await expect(owner.head('in/z')).rejects.toMatchObject({ status: 404 })
  })

  it('sees 404 for what is missing, or 403 where the switch says so', async () => {
    const as = role(allow('oss:GetObject', 'acs:oss:*:*:bucket/*'))
    await expect(as('bucket').get('missing')).rejects.toMatchObject({ code: 'NoSuchKey', status: 404 })
    started.oss.switches.missingNeedsList = true
    await expect(as('bucket').get('missing')).rejects.toMatchObject(denied)
    started.oss.switches.missingNeedsList = false
  })

  it('is not issued with a policy that would be read past', () => {
    const Condition = { DateLessThan: { 'acs:CurrentTime': '2030-01-01T00:00:00+08:00' } }
    expect(() => role({ ...allow('*', '*'), Condition })).toThrow('DateLessThan')
  })
})

describe('another account', () => {
  const other = (bucket: string) =>
    client(started.oss, 'path', { accessKeyId: 'otherak', accessKeySecret: 'othersk', bucket })

  it('has no rights, and cannot take a name', async () => {
    await expect(other('bucket').get('in/a')).rejects.toMatchObject(denied)
    await expect(other('bucket').putBucket('bucket')).rejects.toMatchObject({
      code: 'BucketAlreadyExists',
      status: 409,
    })
    expect(((await other('bucket').listBuckets({})) as unknown as { buckets: unknown }).buckets ?? []).toEqual([])
  })

  it('gets what a bucket policy gives it', async () => {
    const Statement = [{ ...allow('oss:GetObject', 'acs:oss:*:*:bucket/in/*'), Principal: ['2'] }]
    await putPolicy({ Version: '1', Statement })
    expect((await other('bucket').get('in/a')).content.toString()).toBe('a')
    await expect(other('bucket').get('out/b')).rejects.toMatchObject(denied)
    expect((await send(port, '/bucket/in/a')).status).toBe(403)
    await send(port, signedPath('/bucket?policy', 'DELETE'), { method: 'DELETE' })
    await expect(other('bucket').get('in/a')).rejects.toMatchObject(denied)
  })
})

async function putPolicy(document: object): Promise<void> {
  const body = JSON.stringify(document)
  const answer = await send(port, signedPath('/bucket?policy', 'PUT'), { method: 'PUT', body })
  expect(answer.status).toBe(200)
}

async function block(blocked: boolean): Promise<void> {
  const body = `<PublicAccessBlockConfiguration><BlockPublicAccess>${blocked}</BlockPublicAccess></PublicAccessBlockConfiguration>`
  const path = signedPath('/bucket?publicAccessBlock', 'PUT')
  expect((await send(port, path, { method: 'PUT', body })).status).toBe(200)
}

describe('blocking public access', () => {
  it('makes a public list, a public object and a public policy count for nothing', async () => {
    await owner.putBucketACL('bucket', 'public-read')
    expect((await send(port, '/bucket/in/a')).status).toBe(200)
    await block(true)
    expect((await send(port, '/bucket/in/a')).status).toBe(403)
    await expect(owner.putBucketACL('bucket', 'public-read')).rejects.toMatchObject({
      code: 'AccessDenied',
      message: expect.stringContaining('Put public bucket acl is not allowed') as string,
    })
    await expect(owner.putACL('in/a', 'public-read')).rejects.toMatchObject(denied)
    await putPolicy({
      Version: '1',
      Statement: [{ ...allow('oss:GetObject', 'acs:oss:*:*:bucket/*'), Principal: ['*'] }],
    })
    expect((await send(port, '/bucket/in/a')).status).toBe(403)
    await block(false)
    expect((await send(port, '/bucket/in/a')).status).toBe(200)
    await owner.putBucketACL('bucket', 'private')
    expect((await send(port, '/bucket/in/a')).status).toBe(200)
    const deny = [{ Effect: 'Deny', Action: 'oss:GetObject', Resource: 'acs:oss:*:*:bucket/*', Principal: ['*'] }]
    await putPolicy({ Version: '1', Statement: deny })
    expect(code(await send(port, '/bucket/in/a'))).toBe('AccessDenied')
    await expect(owner.get('in/a')).rejects.toMatchObject(denied)
  })
})
