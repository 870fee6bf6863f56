import * as sdk from '@alicloud/ram20150501'

import { createCredentials } from '../../../../scripts/local/oss/auth/credentials.ts'
import { type LocalRam, startRam } from '../../../../scripts/local/ram/server.ts'
import { createRam, type RamKeys } from '../../../../scripts/ram.ts'

const TRUST = {
  Version: '1',
  Statement: [{ Action: 'sts:AssumeRole', Effect: 'Allow', Principal: { Service: ['fc.aliyuncs.com'] } }],
}
const policy = (...actions: string[]) => ({
  Version: '1',
  Statement: [{ Effect: 'Allow', Action: actions, Resource: ['acs:oss:*:*:photos/*'] }],
})

const owner = { accessKeyId: 'LTAIowner', accessKeySecret: 'owner-secret' }
const credentials = createCredentials([owner], Date.now)
let clock = 0
let local: LocalRam

beforeEach(async () => {
  clock = 0
  local = await startRam({ port: 0, key: (id) => credentials.find(id), now: () => Date.now() + clock })
})
afterEach(() => local.close())

const ramOf = (keys: RamKeys = owner) => createRam({ ...keys, ramEndpoint: local.url })

it('keeps roles, policies and what is attached, and says what is missing', async () => {
  const ram = ramOf()
  expect(await ram.roleOf('origin')).toBeUndefined()
  expect(await ram.policiesOf('origin')).toEqual([])
  expect(await ram.customPolicy('origin')).toBeUndefined()
  await ram.createRole('origin', TRUST, 'a “role” + (something) 中')
  await ram.createPolicy('origin', policy('oss:GetObject'), '')
  await ram.attach('origin', 'origin')
  expect(await ram.roleOf('origin')).toEqual({
    name: 'origin',
    arn: 'acs:ram::1000000000000001:role/origin',
    trust: TRUST,
  })
  expect(await ram.policiesOf('origin')).toEqual([
    { name: 'origin', type: 'Custom', document: policy('oss:GetObject') },
  ])
})

it('gives a role what is attached at this moment, and nothing to a role that is not there', async () => {
  const ram = ramOf()
  const allowed = () => local.policyOf('origin').Statement.flatMap(({ Effect, Action }) => [Effect, Action].flat())
  expect(allowed()).toEqual(['Deny', '*'])
  await ram.createRole('origin', TRUST, '')
  await ram.createPolicy('origin', policy('oss:GetObject'), '')
  expect(allowed()).toEqual(['Deny', '*'])
  await ram.attach('origin', 'origin')
  expect(allowed()).toEqual(['Allow', 'oss:GetObject'])
  await ram.setPolicy('origin', policy('oss:PutObject'))
  expect(allowed()).toEqual(['Allow', 'oss:PutObject'])
  await ram.detach('origin', { name: 'origin', type: 'Custom' })
  expect(allowed()).toEqual(['Deny', '*'])
})

it('keeps five versions of a policy; the oldest not in use makes room', async () => {
  const ram = ramOf()
  await ram.createPolicy('p', policy('oss:GetObject'), '')
  for (let round = 1; round <= 7; round++)
    await ram.setPolicy('p', policy('oss:GetObject', `oss:Get${'x'.repeat(round)}`))
  expect(await ram.customPolicy('p')).toEqual({ document: policy('oss:GetObject', 'oss:Getxxxxxxx') })
  expect(local.calls.filter((name) => name === 'CreatePolicyVersion')).toHaveLength(7)
  const client = rawClient()
  const list = new sdk.ListPolicyVersionsRequest({ policyName: 'p', policyType: 'Custom' })
  const versions = (await client.listPolicyVersions(list)).body?.policyVersions?.policyVersion
  expect(versions?.map(({ versionId }) => versionId)).toEqual(['v4', 'v5', 'v6', 'v7', 'v8'])
  const policyDocument = JSON.stringify(policy('oss:GetObject'))
  const sixth = new sdk.CreatePolicyVersionRequest({ policyName: 'p', policyDocument, setAsDefault: true })
  await expect(client.createPolicyVersion(sixth)).rejects.toMatchObject({ code: 'LimitExceeded.Policy.Version' })
})

it('names errors as documented', async () => {
  const ram = ramOf()
  await ram.createRole('origin', TRUST, '')
  await ram.createPolicy('p', policy('oss:GetObject'), '')
  await expect(ram.createRole('origin', TRUST, '')).rejects.toMatchObject({ code: 'EntityAlreadyExists.Role' })
  await expect(ram.createPolicy('p', policy('oss:GetObject'), '')).rejects.toMatchObject({
    code: 'EntityAlreadyExists.Policy',
  })
  await expect(ram.attach('origin', 'none')).rejects.toMatchObject({ code: 'EntityNotExist.Policy' })
  await ram.attach('origin', 'p')
  await expect(ram.attach('origin', 'p')).rejects.toMatchObject({ code: 'EntityAlreadyExists.Role.Policy' })
  await expect(ram.createPolicy('bad', { Version: '1', Statement: [] }, '')).rejects.toMatchObject({
    code: 'MalformedPolicyDocument',
  })
  await expect(ram.createRole('Bad Name', TRUST, '')).rejects.toMatchObject({
    code: 'InvalidParameter.RoleName.InvalidChars',
  })
})

const rawClient = () =>
  new sdk.default({
    ...owner,
    endpoint: new URL(local.url).host,
    protocol: 'http',
  } as ConstructorParameters<typeof sdk.default>[0])

it('answers the calls that our scripts do not make', async () => {
  const client = rawClient()
  const ram = ramOf()
  await ram.createPolicy('p', policy('oss:GetObject'), '')
  await ram.setPolicy('p', policy('oss:PutObject'))
  const versions = async () => {
    const { body } = await client.listPolicyVersions(
      new sdk.ListPolicyVersionsRequest({ policyName: 'p', policyType: 'Custom' }),
    )
    return body?.policyVersions?.policyVersion?.map(({ versionId, isDefaultVersion }) => [versionId, isDefaultVersion])
  }
  expect(await versions()).toEqual([
    ['v1', false],
    ['v2', true],
  ])
  const remove = (versionId: string) =>
    client.deletePolicyVersion(new sdk.DeletePolicyVersionRequest({ policyName: 'p', versionId }))
  await expect(remove('v2')).rejects.toMatchObject({ code: 'DeleteConflict.Policy.Version.Default' })
  await expect(remove('v9')).rejects.toMatchObject({ code: 'EntityNotExist.Policy.Version' })
  await remove('v1')
  expect(await versions()).toEqual([['v2', true]])
  const system = new sdk.GetPolicyVersionRequest({
    policyName: 'AliyunOSSFullAccess',
    policyType: 'System',
    versionId: 'v1',
  })
  expect((await client.getPolicyVersion(system)).body?.policyVersion?.policyDocument).toContain('oss:*')
  await ram.createRole('r', TRUST, '')
  await ram.attach('r', 'p')
  const deleteRole = () => client.deleteRole(new sdk.DeleteRoleRequest({ roleName: 'r' }))
  await expect(deleteRole()).rejects.toMatchObject({ code: 'DeleteConflict.Role.Policy' })
  await ram.detach('r', { name: 'p', type: 'Custom' })
  await deleteRole()
  expect(await ram.roleOf('r')).toBeUndefined()
  await expect(client.listUsers(new sdk.ListUsersRequest({}))).rejects.toMatchObject({ code: 'InvalidAction.NotFound' })
})

it('refuses a wrong secret, an unknown key, an old date', async () => {
  await expect(ramOf({ ...owner, accessKeySecret: 'wrong' }).roleOf('r')).rejects.toMatchObject({
    code: 'SignatureDoesNotMatch',
  })
  await expect(ramOf({ ...owner, accessKeyId: 'LTAIother' }).roleOf('r')).rejects.toMatchObject({
    code: 'InvalidAccessKeyId.NotFound',
  })
  clock = 16 * 60_000
  await expect(ramOf().roleOf('r')).rejects.toMatchObject({ code: 'InvalidTimeStamp.Expired' })
})

it('says which permission is missing, and lets through what a policy allows', async () => {
  const session = credentials.issue({
    role: 'deployer',
    ttlSeconds: 900,
    policy: {
      Version: '1',
      Statement: [{ Effect: 'Allow', Action: ['ram:GetRole'], Resource: ['acs:ram:*:*:role/oss-*'] }],
    },
  })
  const ram = ramOf(session)
  expect(await ram.roleOf('oss-image-origin')).toBeUndefined()
  await expect(ram.roleOf('other')).rejects.toThrow(
    'Expected permission for ram:GetRole on acs:ram:*:1000000000000001:role/other, got a refusal.',
  )
  await expect(ram.createRole('oss-image-origin', TRUST, '')).rejects.toMatchObject({
    name: 'MissingPermission',
    action: 'ram:CreateRole',
    resource: 'acs:ram:*:1000000000000001:role/oss-image-origin',
  })
  const { securityToken: _token, ...tokenless } = session
  await expect(ramOf(tokenless).roleOf('oss-image-origin')).rejects.toMatchObject({
    code: 'InvalidSecurityToken.MismatchWithAccessKey',
  })
})

it('answers a request only once', async () => {
  let seen: { url: string; headers: Record<string, string> } | undefined
  const { createServer } = await import('node:http')
  const spy = createServer((request, response) => {
    const headers = Object.fromEntries(Object.entries(request.headers).map(([k, v]) => [k, String(v)]))
    seen = { url: request.url ?? '', headers }
    response.writeHead(404, { 'content-type': 'application/json' }).end('{"Code":"EntityNotExist.Role"}')
  })
  await new Promise<void>((resolve) => spy.listen(0, '127.0.0.1', resolve))
  const { port } = spy.address() as { port: number }
  // Signed for this host and port, so replayed with that Host header.
  await createRam({ ...owner, ramEndpoint: `http://127.0.0.1:${port}` }).roleOf('r')
  await new Promise((resolve) => {
    spy.close(resolve)
    spy.closeAllConnections()
  })
  const replay = async () => {
    const { request } = await import('node:http')
    return new Promise<string>((resolve, reject) => {
      const url = new URL(seen?.url ?? '/', local.url)
      const outgoing = request(url, { method: 'POST', headers: seen?.headers ?? {} }, (answer) => {
        let text = ''
        answer.on('data', (chunk: Buffer) => (text += chunk.toString()))
        answer.on('end', () => resolve((JSON.parse(text) as { Code: string }).Code))
      })
      outgoing.on('error', reject)
      outgoing.end()
    })
  }
  expect(await replay()).toBe('EntityNotExist.Role')
  expect(await replay()).toBe('SignatureNonceUsed')
})
