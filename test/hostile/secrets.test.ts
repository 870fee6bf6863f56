// Every way a request can fail while somebody's keys are in hand: neither the answer nor a log line tells them.
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { request } from 'node:http'
import { join } from 'node:path'

import type { Fault } from '../../scripts/local/oss/faults/fault.ts'
import { functionNode } from '../../scripts/local/cloud.ts'
import { BUILT, testCloud, type TestCloud } from '../e2e/support.ts'
import { cameraJpeg } from '../support/pictures.ts'
import { leaksIn, secretsIn } from '../support/printed/secrets.ts'

const SIGNING_KEY = 'what-links-are-signed-with-0123456789'
/** What one of the platform's keys might look like, when it is not a key of this account. */
const FOREIGN = { id: 'STS.of-somebody-else', secret: 'secret-of-somebody-else', token: 'token-of-somebody-else' }

let cloud: TestCloud
let photo: Buffer
/** All that was printed and answered; and what both functions printed of it. */
const said: string[] = []
const printed: string[] = []

beforeAll(async () => {
  cloud = await testCloud({
    environment: { SIGNING_KEY },
    gatewaySwitches: { freeze: false },
    events: { retries: 0, environment: { OSS_IMAGE_ORIGIN_SETTLE_MS: '0' } },
    onLog: ({ text }) => said.push(text) && printed.push(text),
  })
  photo = await cameraJpeg(300, 200)
  await cloud.upload('a.jpg', photo)
  await cloud.upload('film.mp4', Buffer.concat([Buffer.from('0000001c667479706d703432', 'hex'), Buffer.alloc(60_000)]))
  await cloud.ask('/a.jpg')
})
afterAll(() => cloud.close())
beforeEach(() => cloud.oss.faults.clear())

const pid = () => cloud.gateway.instances()[0]?.pid

/** To the function as the platform asks it, with keys of our choice. */
function asPlatform(path: string, keys: typeof FOREIGN, method = 'GET', body = ''): Promise<number> {
  const headers = {
    'x-mirror-secret': cloud.addresses.mirrorSecret,
    'x-fc-request-id': 'r-1',
    'x-fc-control-path': method === 'GET' ? '/http-invoke' : '/invoke',
    'x-fc-access-key-id': keys.id,
    'x-fc-access-key-secret': keys.secret,
    'x-fc-security-token': keys.token,
  }
  const options = { host: '127.0.0.1', port: cloud.gateway.instances()[0]?.port, path, method, headers }
  return new Promise((resolve, reject) => {
    const asking = request(options, (answer) => {
      said.push(JSON.stringify(answer.headers))
      answer.on('data', (chunk: Buffer) => said.push(chunk.toString('latin1')))
      answer.on('end', () => resolve(answer.statusCode ?? 0))
      answer.on('error', () => resolve(0))
    })
    asking.on('error', reject)
    asking.end(body)
  })
}

async function ask(path: string, init?: RequestInit): Promise<number> {
  const { status, headers, body } = await cloud.ask(path, init)
  said.push(JSON.stringify([...headers]), body.toString('latin1'))
  return status
}

/** Keys as the platform hands them out, of the function's role. */
function rolesKeys(): typeof FOREIGN {
  const environment = readFileSync(`/proc/${pid()}/environ`, 'utf8').split('\0')
  const of = (name: string) => environment.find((entry) => entry.startsWith(`${name}=`))?.slice(name.length + 1) ?? ''
  const prefix = 'ALIBABA_CLOUD'
  return {
    id: of(`${prefix}_ACCESS_KEY_ID`),
    secret: of(`${prefix}_ACCESS_KEY_SECRET`),
    token: of(`${prefix}_SECURITY_TOKEN`),
  }
}

it.each([
  ['keys nobody knows', () => FOREIGN],
  [
    'a secret that is not the key’s: OSS answers with what it would have signed',
    () => ({ ...rolesKeys(), secret: FOREIGN.secret }),
  ],
  ['a token that is not the key’s', () => ({ ...rolesKeys(), token: FOREIGN.token })],
  ['a token with what no header may hold as it is', () => ({ ...rolesKeys(), token: `${FOREIGN.token}\t\u00e9` })],
  ['a key id that would end a header', () => ({ ...rolesKeys(), id: `${FOREIGN.id},Signature=a b` })],
])('%s', async (_, keys) => {
  expect(await asPlatform('/a.jpg', keys())).toBe(502)
  expect(await asPlatform('/film.mp4', keys())).toBe(502)
})

it.each([
  ['no secret', {}],
  ['the secret of another function', { 'x-mirror-secret': FOREIGN.secret }],
  ['the secret twice', { 'x-mirror-secret': `${FOREIGN.secret}, ${FOREIGN.secret}` }],
])('%s of the mirror', async (_, headers) => expect(await ask('/a.jpg', { headers })).toBe(403))

it.each(['a.jpg__op__resize,w_40', 'a.jpg__op__resize,w_40__op__sig,AAAAAAAAAAAAAAAAAAAAAA'])(
  '%s, which is not signed',
  async (key) => expect(await ask(`/${key}`)).toBe(403),
)

const kinds = [
  'denied',
  'token-expired',
  'clock-skew',
  'status',
  'slowdown',
  'reset',
  'short',
  'corrupt',
  'wrong-crc',
] as const
it.each(kinds)('a read that fails: %s', async (kind) => {
  cloud.oss.faults.add({ match: { operation: 'read', bucket: 'originals' }, kind })
  expect([502, 504]).toContain(await ask('/a.jpg'))
})

it.each(['denied', 'token-expired', 'clock-skew', 'status', 'slowdown', 'reset'] as const)(
  'a put and a copy that fail: %s',
  async (kind) => {
    for (const operation of ['put', 'copy'] as const) {
      const fault: Fault = { match: { operation, bucket: 'compressed' }, kind }
      cloud.oss.faults.add(fault)
    }
    expect([await ask('/a.jpg'), await ask('/film.mp4')]).toEqual([200, 200])
    expect(said.filter((text) => text.includes('"put":"failed"')).length).toBeGreaterThan(1)
  },
)

it.each([
  ['no JSON', (secret: string) => `{"x-mirror-secret":"${secret}"`],
  ['JSON of something else', (secret: string) => JSON.stringify({ credentials: { accessKeySecret: secret } })],
  [
    'a request whose parts are of other types',
    (secret: string) => JSON.stringify({ rawPath: 1, headers: [secret], requestContext: { http: secret } }),
  ],
  [
    'a change of what cannot be',
    (secret: string) => JSON.stringify({ events: [{ eventName: secret, oss: secret, eventSource: 'acs:oss' }] }),
  ],
])('an event that is %s', async (_, event) => {
  const body = event(FOREIGN.secret)
  const status = await asPlatform('/invoke', rolesKeys(), 'POST', body)
  expect([200, 400]).toContain(status)
  for (const gateway of [cloud.gateway, cloud.events?.gateway]) {
    const answer = await gateway?.invoke(Buffer.from(body))
    said.push(answer?.body.toString() ?? '')
  }
})

it('a handler that throws: the platform prints the error as it is, with what hangs on it', async () => {
  for (const operation of ['read', 'head', 'list', 'delete'] as const)
    cloud.oss.faults.add({ match: { operation }, kind: 'denied' })
  const event = {
    eventName: 'ObjectCreated:PutObject',
    eventSource: 'acs:oss',
    eventTime: new Date().toISOString(),
    oss: { bucket: { name: 'originals' }, object: { key: 'a.jpg', size: photo.length, eTag: 'A' } },
  }
  const answer = await cloud.events?.gateway.invoke(Buffer.from(JSON.stringify({ events: [event] })))
  said.push(answer?.body.toString() ?? '')
  expect(answer?.errorType).toBe('UnhandledInvocationError')
})

it('an instance that is killed in the middle of a picture', async () => {
  const large = await cameraJpeg(2400, 1800)
  await cloud.upload('large.jpg', large)
  const asked = ask('/large.jpg').catch(() => 0)
  while (cloud.gateway.instances()[0]?.inFlight === 0) await new Promise((resolve) => setImmediate(resolve))
  const [instance] = cloud.gateway.instances()
  if (instance !== undefined) await cloud.gateway.killInstance(instance.id)
  await asked
  expect(await ask('/a.jpg')).toBe(200)
})

it('settings that stop the start', () => {
  const env = {
    FC_FUNCTION_NAME: 'f',
    FC_INSTANCE_ID: 'i',
    MIRROR_SECRET: `${FOREIGN.secret} !`,
    SIGNING_KEY: 'a short signing key',
  }
  const { status, stdout, stderr } = spawnSync(functionNode().path, [join(BUILT, 'web.js')], { env, encoding: 'utf8' })
  said.push(stdout, stderr)
  expect(status).toBe(1)
  expect(stderr).toMatch(/MIRROR_SECRET: Expected/)
  expect(stderr).toMatch(/SIGNING_KEY: Expected/)
  expect(stderr).not.toContain('a short signing key')
})

it('none of them said a secret', () => {
  const environment = readFileSync(`/proc/${pid()}/environ`, 'utf8').split('\0')
  const secrets = secretsIn(environment)
  expect(secrets.size).toBe(4)
  for (const value of [FOREIGN.secret, FOREIGN.token]) secrets.set(value, 'of somebody else')
  const everything = said.join('\n')
  expect(everything).toContain('bucket_denied')
  expect(everything).toContain('wrong_secret')
  expect(everything).toContain('SignatureDoesNotMatch')
  expect(leaksIn(everything, secrets)).toEqual([])
})

it('none of them printed an error of ali-oss whole: what the request sent hangs on it', () => {
  expect(printed.filter((text) => /<Buffer|"type":"Buffer"|\bparams\b|\bheaders\b/.test(text))).toEqual([])
})
