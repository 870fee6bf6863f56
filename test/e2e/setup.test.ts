import { appendFileSync, readFileSync } from 'node:fs'

import sharp from 'sharp'

import { FUNCTION_TRUST } from '../../scripts/deployment/policies.ts'
import { type DotEnv, dotEnvFor } from './deployed.ts'
import { testCloud, type TestCloud } from './support.ts'

// Commands are processes of their own, which takes its time on a busy machine.
jest.setTimeout(120_000)

let cloud: TestCloud
let env: DotEnv
beforeAll(async () => {
  cloud = await testCloud({ empty: true, events: {} })
  env = dotEnvFor(cloud)
})
afterAll(async () => {
  await cloud.close()
  env.remove()
})

const photo = () =>
  sharp({
    create: {
      width: 640,
      height: 480,
      channels: 3,
      noise: { type: 'gaussian', mean: 120, sigma: 30 },
      background: 'red',
    },
  })
    .jpeg({ quality: 95 })
    .toBuffer()

it('an empty account, setup --apply, deploy: a reader gets a compressed picture, and the second time nothing changes', async () => {
  const planned = await env.setup()
  expect(planned).toMatchObject({ code: 0, stderr: '' })
  expect(planned.stdout).toContain('Nothing was changed: that was the plan. --apply makes it so.')
  expect(env.settings()['MIRROR_SECRET']).toBe('')
  expect(cloud.oss.store.buckets()).toEqual([])

  const applied = await env.setup('--apply')
  expect(applied).toMatchObject({ code: 0, stderr: '' })
  expect(applied.stdout).toContain('✓ mirror rule: done')
  const secret = env.settings()['MIRROR_SECRET'] ?? ''
  expect(secret).toMatch(/^[A-Za-z0-9_-]{43}$/)
  // Neither the secret nor the keys are for a screen.
  expect(applied.stdout).not.toContain(secret)
  expect(applied.stdout).not.toContain(cloud.addresses.accessKeySecret)
  await env.deploy()

  const original = await photo()
  await cloud.upload('a/photo.jpg', original)
  // The function events looks at it too, and may make it once more.
  await cloud.events?.trigger.idle()
  const read = await cloud.read('a/photo.jpg')
  expect(read.status).toBe(200)
  expect(read.body.length).toBeLessThan(original.length)
  expect(await sharp(read.body).metadata()).toMatchObject({ format: 'jpeg', width: 640, height: 480 })
  const { invocations, puts } = cloud.counts()
  expect(puts).toBeGreaterThan(0)
  expect((await cloud.read('a/photo.jpg')).body).toEqual(read.body)
  expect(cloud.counts()).toMatchObject({ invocations, puts })

  const everything = () => [
    readFileSync(env.file, 'latin1'),
    JSON.stringify(cloud.oss.store.buckets().map(({ name, settings }) => [name, settings])),
    JSON.stringify(cloud.ram.calls.filter((name) => !/^(Get|List)/.test(name))),
  ]
  const before = everything()
  const again = await env.setup('--apply')
  expect(again).toMatchObject({ code: 0, stderr: '' })
  expect(again.stdout).toContain('Nothing to change.')
  expect(everything()).toEqual(before)
})

it('doctor finds nothing wrong with what setup made', async () => {
  const { code, stdout } = await env.doctor('--json')
  const checks = JSON.parse(stdout) as { check: string; ok: boolean }[]
  expect(checks.filter(({ ok }) => !ok)).toEqual([])
  expect(checks.length).toBeGreaterThan(20)
  expect(code).toBe(0)
})

it('what the role may do is what its policy in RAM says at that moment', async () => {
  const allowed = cloud.ram.policyOf('oss-image-origin')
  await cloud.upload('b/photo.jpg', await photo())
  cloud.ram.seed('oss-image-origin', FUNCTION_TRUST, {
    Version: '1',
    Statement: [{ Effect: 'Deny', Action: '*', Resource: '*' }],
  })
  expect((await cloud.read('b/photo.jpg')).status).toBe(424)
  cloud.ram.seed('oss-image-origin', FUNCTION_TRUST, allowed)
  expect((await cloud.read('b/photo.jpg')).status).toBe(200)
})

it('--json is for programs: one line, without keys and secret', async () => {
  const { stdout, code } = await env.setup('--json')
  expect(code).toBe(0)
  expect(stdout.trim().split('\n')).toHaveLength(1)
  const answer = JSON.parse(stdout) as { applied: boolean; changes: string[]; steps: { subject: string }[] }
  expect(answer).toMatchObject({ applied: false, changes: [], done: [] })
  expect(answer.steps.map(({ subject }) => subject)).toEqual([
    env.file,
    'bucket originals',
    'role oss-image-origin',
    'role oss-image-origin-events',
    'bucket compressed',
    'mirror rule',
  ])
  expect(stdout).not.toContain(env.settings()['MIRROR_SECRET'])
})

it('a permission that is missing is named, on one line, with where to find what setup needs', async () => {
  const keys = cloud.oss.issueCredentials({
    role: 'deployer',
    ttlSeconds: 900,
    policy: {
      Version: '1',
      Statement: [{ Effect: 'Allow', Action: 'oss:GetBucketInfo', Resource: 'acs:oss:*:*:originals' }],
    },
  })
  const text = readFileSync(env.file, 'utf8')
  const other = dotEnvFor({
    ...cloud,
    addresses: { ...cloud.addresses, accessKeyId: keys.accessKeyId, accessKeySecret: keys.accessKeySecret },
  })
  appendFileSync(other.file, `ALIBABA_CLOUD_SECURITY_TOKEN=${keys.securityToken}\n`)
  const { code, stderr } = await other.setup('--apply')
  other.remove()
  expect(code).toBe(1)
  expect(stderr).toBe(
    'Expected permission for oss:GetBucketWebsite on acs:oss:*:*:originals, got a refusal. Allow it to the RAM user or role whose keys are in use.\nnpm run setup -- --print shows the policy that setup needs.\n',
  )
  expect(readFileSync(env.file, 'utf8')).toBe(text)
})
