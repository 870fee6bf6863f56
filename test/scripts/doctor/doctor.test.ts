import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'

import { websiteXml } from '../../../scripts/deployment/rule.ts'
import { putWebsite } from '../../../scripts/owner.ts'
import { type Patient, startPatient } from './patient.ts'

// A whole examination takes a second or two; a busy machine may take ten times that.
jest.setTimeout(90_000)

/** STORE=mirror, bounded, and only for keys below a prefix: the other half of what setup may have been told. */
const SETTINGS = {
  STORE: 'mirror',
  SOURCE_PREFIXES: 'shop/,blog/',
  ALLOW: 'sizes=320;formats=webp;qualities=75;spellings=canonical',
  CACHE_CONTROL: 'public, max-age=60',
}

let patient: Patient
let folder: string
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'oss-image-origin-doctor-'))
  patient = await startPatient({ environment: SETTINGS, rule: { proxyPass: false, saveMeta: true }, events: {} })
  Object.assign(patient.environment, SETTINGS)
  const { trigger } = patient.cloud.events ?? {}
  const files = patient.cloud.oss.store.bucket('compressed')?.files
  // A stand-in that is done at once.
  if (trigger !== undefined) {
    trigger.emit = ({ oss }) => {
      if (oss.bucket.name === 'originals') void files?.remove([oss.object.key])
    }
  }
})
beforeEach(async () => {
  const { oss, addresses } = patient.cloud
  oss.faults.clear()
  oss.requests.clear()
  Object.assign(oss.switches, { forcedDownload: false })
  Object.assign(oss.switches.mirror, { tag: 'MIRROR', proxyPass: 'by-rule', signedGet: false })
  const ours = { mirrorUrl: `${addresses.function}/`, secret: addresses.mirrorSecret, proxyPass: false, saveMeta: true }
  await putWebsite(patient.client, 'compressed', websiteXml(ours))
})
afterEach(() => expect(patient.left()).toEqual([]))
afterAll(async () => {
  await patient.cloud.close()
  rmSync(folder, { recursive: true, force: true })
})

it('STORE=mirror with a bounded ALLOW below a prefix: all ✓, nothing to look at, and only that prefix is written to', async () => {
  const { wrong, skipped, careful, of } = await patient.examine()
  expect({ wrong, skipped, careful }).toEqual({ wrong: [], skipped: [], careful: [] })
  expect(of('who-writes').note).toMatch(/OSS alone/)
  expect(of('signed-read').note).toMatch(/it does not/)
  expect(of('allow').note).toMatch(/not listed is refused/)
  const written = patient.cloud.oss.requests.entries().filter(({ operation }) => operation === 'PutObject')
  expect(written.length).toBeGreaterThan(2)
  for (const { key } of written) expect(key).toMatch(/^shop\/oss-image-origin-doctor\/[0-9a-f]{12}\//)
})

it('a bounded ALLOW that takes any spelling of what is listed is to be looked at', async () => {
  const environment = { ...SETTINGS, ALLOW: 'sizes=320;formats=webp;qualities=75' }
  const loose = await startPatient({ environment, rule: { proxyPass: false, saveMeta: true } })
  try {
    Object.assign(loose.environment, environment)
    // Nobody answers events here; that is not what is looked at.
    const { careful, of } = await loose.examine({}, { limits: { eventsMs: 100 } })
    expect(careful).toContain('allow')
    expect(of('allow')).toMatchObject({
      cause: expect.stringMatching(/any spelling \(.*resize,m_lfit,w_320 is a second name of w_320\)/) as string,
      fix: expect.stringContaining('spellings=canonical') as string,
    })
  } finally {
    await loose.cloud.close()
  }
})

it('goes where the rule applies, when that is narrower', async () => {
  const { addresses } = patient.cloud
  const ours = { mirrorUrl: `${addresses.function}/`, secret: addresses.mirrorSecret, proxyPass: false, saveMeta: true }
  const narrow = websiteXml(ours).replace('<Condition>', '<Condition><KeyPrefixEquals>shop/2026/</KeyPrefixEquals>')
  await putWebsite(patient.client, 'compressed', narrow)
  const { wrong, of } = await patient.examine()
  expect(wrong).toEqual([])
  expect(of('upload').note).toMatch(/^shop\/2026\/oss-image-origin-doctor\//)
  const elsewhere = await patient.examine({ SOURCE_PREFIXES: 'blog/' })
  expect(elsewhere.wrong).toEqual(['rule'])
  expect(elsewhere.of('rule').cause).toMatch(/only for keys below shop\/2026\/, not for blog\//)
})

it('without FUNCTION_URL the address in the rule is believed', async () => {
  const { wrong, skipped, of } = await patient.examine({ FUNCTION_URL: undefined })
  expect([wrong, skipped, of('rule-url').note]).toEqual([[], [], expect.stringMatching(/FUNCTION_URL is not set/)])
})

it('while secrets are rotated, what still works is ✓ with something to look at', async () => {
  const { mirrorSecret } = patient.cloud.addresses
  const { wrong, skipped, careful } = await patient.examine({ MIRROR_SECRET: `the-next-secret-of-all,${mirrorSecret}` })
  expect([wrong, skipped, careful]).toEqual([[], [], ['rule-secret', 'function-secret']])
})

it('says that a signed read calls the mirror, where it does', async () => {
  patient.cloud.oss.switches.mirror.signedGet = true
  const { wrong, of } = await patient.examine()
  expect([wrong, of('signed-read').note]).toEqual([[], 'it does: a CDN may sign its reads'])
})

describe('what works, but not as well as it could, is ✓ with something to look at', () => {
  it('OSS tells readers where the function is', async () => {
    patient.cloud.oss.switches.mirror.tag = 'with-url'
    const { wrong, careful, of } = await patient.examine()
    expect([wrong, careful]).toEqual([[], ['address-hidden']])
    expect(of('address-hidden').cause).toContain(new URL(patient.cloud.addresses.function).host)
  })

  it("the bucket's default domain makes downloads of what is stored right", async () => {
    patient.cloud.oss.switches.forcedDownload = true
    const { wrong, careful, of } = await patient.examine()
    expect([wrong, careful]).toEqual([[], ['disposition']])
    expect(of('disposition').fix).toMatch(/Bind a domain to the compressed bucket/)
  })

  it('another rule takes some of the keys', async () => {
    const { addresses } = patient.cloud
    const ours = {
      mirrorUrl: `${addresses.function}/`,
      secret: addresses.mirrorSecret,
      proxyPass: false,
      saveMeta: true,
    }
    const two = websiteXml(ours)
      .replace('<RuleNumber>1<', '<RuleNumber>2<')
      .replace(
        '<RoutingRules>',
        '<RoutingRules><RoutingRule><RuleNumber>1</RuleNumber><Condition><KeyPrefixEquals>blog/2019/</KeyPrefixEquals></Condition><Redirect><RedirectType>External</RedirectType><Protocol>https</Protocol><HostName>old.example.com</HostName><HttpRedirectCode>302</HttpRedirectCode></Redirect></RoutingRule>',
      )
    await putWebsite(patient.client, 'compressed', two)
    const { wrong, careful, of } = await patient.examine()
    expect([wrong, careful]).toEqual([[], ['rule-first']])
    expect(of('rule-first').cause).toMatch(/rule 1 \(blog\/2019\/\)/)
  })
})

it('keys that may not look into RAM: roles are not checked, everything else is, and it says what to allow', async () => {
  const { accessKeyId, accessKeySecret, securityToken } = patient.cloud.oss.issueCredentials({
    role: 'ops',
    policy: { Version: '1', Statement: [{ Effect: 'Allow', Action: 'oss:*', Resource: '*' }] },
    ttlSeconds: 900,
  })
  const { wrong, skipped, of } = await patient.examine({
    ALIBABA_CLOUD_ACCESS_KEY_ID: accessKeyId,
    ALIBABA_CLOUD_ACCESS_KEY_SECRET: accessKeySecret,
    ALIBABA_CLOUD_SECURITY_TOKEN: securityToken,
  })
  expect(wrong).toEqual([])
  expect(skipped.filter((name) => !/^(origin|events)-/.test(name))).toEqual([])
  expect(of('origin-role').cause).toMatch(/may not ram:GetRole on acs:ram:\S*role\/oss-image-origin$/)
})

it.each([
  ['without an address of RAM', undefined, /RAM of this machine has no address/],
  ['with a RAM that does not answer', 'http://127.0.0.1:9', /RAM does not answer/],
])('%s roles are not checked, and no key goes elsewhere', async (_, RAM_ENDPOINT, why) => {
  const { wrong, skipped, of } = await patient.examine({ RAM_ENDPOINT })
  expect(wrong).toEqual([])
  expect(skipped.filter((name) => !/^(origin|events)-/.test(name))).toEqual([])
  expect(of('origin-role').cause).toMatch(why)
})

it('test objects that cannot be removed are named, with the command that removes them', async () => {
  patient.cloud.oss.faults.add({ match: { operation: 'delete' }, kind: 'denied' })
  const { wrong, of } = await patient.examine()
  expect(wrong).toEqual(['clean-up'])
  expect(of('clean-up').fix).toMatch(
    /ossutil rm -r -f oss:\/\/originals\/shop\/oss-image-origin-doctor\/[0-9a-f]{12}\//,
  )
  patient.cloud.oss.faults.clear()
  for (const left of patient.left()) {
    const at = left.indexOf('/')
    await patient.cloud.oss.store.bucket(left.slice(0, at))?.files.remove([left.slice(at + 1)])
  }
})

it('what a killed run left is removed by a later one, and nothing younger', async () => {
  const files = patient.cloud.oss.store.bucket('originals')?.files
  const put = async (name: string, ageMs: number) => {
    const writer = files?.openWriter()
    await writer?.write(Buffer.from('left'))
    const meta = { contentType: 'image/jpeg', headers: {}, user: {} }
    const lastModified = Math.floor((Date.now() - ageMs) / 1000) * 1000
    await writer?.commit(`shop/oss-image-origin-doctor/${name}/photo.jpg`, meta, { lastModified })
  }
  await put('0000', 7_200_000)
  await put('1111', 0)
  await patient.examine()
  expect(patient.left()).toEqual(['originals/shop/oss-image-origin-doctor/1111/photo.jpg'])
  await files?.remove(['shop/oss-image-origin-doctor/1111/photo.jpg'])
})

/** The command itself; --local and --data would read settings of their own, so the environment says which deployment. */
function command(args: string[], changes: NodeJS.ProcessEnv = {}) {
  return spawn(process.execPath, ['--import', require.resolve('tsx'), resolve('scripts/doctor.ts'), ...args], {
    cwd: folder,
    env: { PATH: process.env['PATH'], ...patient.environment, ...changes },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
}

async function ended(child: ReturnType<typeof command>): Promise<{ code: number | null; out: string; err: string }> {
  let [out, err] = ['', '']
  child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()))
  child.stderr.on('data', (chunk: Buffer) => (err += chunk.toString()))
  const [code] = (await once(child, 'close')) as [number | null]
  return { code, out, err }
}

describe('the command', () => {
  it('--json: one array of what was checked, exit 0', async () => {
    const { code, out, err } = await ended(command(['--json']))
    expect([code, err]).toEqual([0, ''])
    const results = JSON.parse(out) as Record<string, unknown>[]
    expect(results.length).toBeGreaterThan(40)
    for (const result of results) {
      expect(result).toMatchObject({ check: expect.any(String), ok: true, ms: expect.any(Number) })
    }
  })

  it('a fault: lines with ✗, cause and fix, exit 1', async () => {
    const { code, out } = await ended(command([], { ALIBABA_CLOUD_ACCESS_KEY_SECRET: 'not-the-secret-of-this-key' }))
    expect(code).toBe(1)
    expect(out).toMatch(/^✗ The access key is valid\n {4}cause: .+\n {4}fix: .+$/m)
    expect(out).toMatch(/^– The originals bucket exists, in this region: not checked: needs credentials$/m)
    expect(out).toMatch(/^\d+ ✓, 1 ✗, \d+ not checked$/m)
  })

  it.each([
    ['an option there is not', ['--nonsense'], {}, /nonsense/],
    ['no time', ['--wait', 'long'], {}, /--wait: Expected whole seconds, got «long»/],
    ['no settings', [], { OSS_REGION: '' }, /OSS_REGION/],
  ])('%s: exit 2 and why', async (_, args, changes, why) => {
    const { code, err } = await ended(command(args, changes))
    expect(code).toBe(2)
    expect(err).toMatch(why)
  })

  it('Ctrl-C in the middle: stops, and nothing is left', async () => {
    const child = command([])
    let seen = ''
    // Something lies in both buckets by then.
    child.stdout.on('data', (chunk: Buffer) => {
      const before = seen
      seen += chunk.toString()
      if (/After the first read it is stored/.test(seen) && !/After the first read/.test(before)) child.kill('SIGINT')
    })
    const { code, out, err } = await ended(child)
    expect(code).toBe(1)
    expect(err).toMatch(/Stopping; test objects are being removed/)
    expect(out).not.toMatch(/A deleted original/)
    expect(out).toMatch(/✓ Nothing is left behind \([1-9]\d* test objects removed\)/)
  })
})
