import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { type AddressInfo, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'

import sharp from 'sharp'

import { eventsPolicy, FUNCTION_TRUST, originPolicy, ROLES } from '../../../scripts/deployment/policies.ts'
import { websiteXml } from '../../../scripts/deployment/rule.ts'
import { CHECKS } from '../../../scripts/doctor/examine.ts'
import { putWebsite } from '../../../scripts/owner.ts'
import { type Front, startFront } from './front.ts'
import { type Patient, startPatient } from './patient.ts'

// A whole examination takes a second or two; a busy machine may take ten times that.
jest.setTimeout(90_000)

const BUCKETS = { originals: 'originals', compressed: 'compressed' }
let otherPicture: Buffer
/** An address where nobody listens. */
let nobody: string

let patient: Patient
beforeAll(async () => {
  patient = await startPatient({ events: { instances: 6 }, empty: true })
  otherPicture = await sharp({ create: { width: 20, height: 10, channels: 3, background: '#0f0' } })
    .jpeg()
    .toBuffer()
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  nobody = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
  server.close()
})
afterAll(async () => {
  for (const front of fronts) front.close()
  // It waits for reads that began before a change; nobody else does.
  await patient.cloud.events?.gateway.close()
  await patient.cloud.close()
})

const fronts: Front[] = []

/** Something in front of the function, for the rule and for everybody else. */
async function inFront(...how: Parameters<typeof startFront> extends [string, ...infer Rest] ? Rest : never) {
  const front = await startFront(`${patient.cloud.addresses.function}/`, ...how)
  fronts.push(front)
  await rule({ mirrorUrl: front.url })
  return { FUNCTION_URL: front.url }
}

/** As it was set up. */
async function heal(): Promise<void> {
  for (const front of fronts.splice(0)) front.close()
  const { cloud, client } = patient
  await rule()
  cloud.ram.seed(ROLES.origin, FUNCTION_TRUST, originPolicy(BUCKETS))
  cloud.ram.seed(ROLES.events, FUNCTION_TRUST, eventsPolicy(BUCKETS))
  cloud.gateway.switches.attachment = false
  Object.assign(cloud.oss.switches, { forcedDownload: false })
  Object.assign(cloud.oss.switches.mirror, {
    timeoutMs: 10_000,
    proxyPass: 'by-rule',
    existing: 'overwrite',
    tag: 'MIRROR',
    pathEncoding: 'component',
  })
  cloud.oss.faults.clear()
  await client.putBucketACL('originals', 'private')
  const files = cloud.oss.store.bucket('compressed')
  files?.update({ blockPublicAccess: false })
  await client.putBucketACL('compressed', 'public-read')
  // A stand-in that is done at once; that the real one is seen is shown once.
  events(({ oss }) => {
    if (oss.bucket.name === 'originals') void files?.files.remove([oss.object.key])
  })
}

function events(emit: NonNullable<Patient['cloud']['events']>['trigger']['emit']): void {
  if (patient.cloud.events !== undefined) patient.cloud.events.trigger.emit = emit
}

function rule(
  changes: Partial<Parameters<typeof websiteXml>[0]> = {},
  edit = (xml: string) => xml,
  bucket = 'compressed',
): Promise<void> {
  const { addresses } = patient.cloud
  const ours = { mirrorUrl: `${addresses.function}/`, secret: addresses.mirrorSecret, ...changes }
  return putWebsite(patient.client, bucket, edit(websiteXml(ours)))
}

/** Another rule, tried before ours. */
const before = (condition: string) => (xml: string) =>
  xml
    .replace('<RuleNumber>1<', '<RuleNumber>2<')
    .replace(
      '<RoutingRules>',
      `<RoutingRules><RoutingRule><RuleNumber>1</RuleNumber><Condition>${condition}<HttpErrorCodeReturnedEquals>404</HttpErrorCodeReturnedEquals></Condition><Redirect><RedirectType>Mirror</RedirectType><MirrorURL>https://old.example.com/</MirrorURL></Redirect></RoutingRule>`,
    )

/** What the policy of a role allows, without one action. */
function without(policy: ReturnType<typeof eventsPolicy>, action: string) {
  const statements = policy.Statement.map((each) => ({ ...each, Action: each.Action.filter((one) => one !== action) }))
  return { ...policy, Statement: statements.filter(({ Action }) => Action.length > 0) }
}

const allow = (action: string, resource: string) => ({
  Effect: 'Allow' as const,
  Action: [action],
  Resource: [`acs:oss:*:*:${resource}`],
})

it('an empty account after setup --apply: all ✓, and nothing is left behind', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'oss-image-origin-setup-'))
  const before = await patient.examine()
  expect(before.wrong).toEqual(['originals', 'compressed', 'origin-role', 'events-role'])
  try {
    const setup = spawn(
      process.execPath,
      ['--import', require.resolve('tsx'), resolve('scripts/setup.ts'), '--apply'],
      {
        cwd: folder,
        env: { PATH: process.env['PATH'], ...patient.environment },
        stdio: ['ignore', 'ignore', 'inherit'],
      },
    )
    expect(await once(setup, 'close')).toEqual([0, null])
  } finally {
    rmSync(folder, { recursive: true })
  }
  const { results, wrong, skipped, careful } = await patient.examine()
  expect({ wrong, skipped }).toEqual({ wrong: [], skipped: [] })
  expect(results.map(({ check }) => check)).toEqual([...CHECKS.map(({ name }) => name), 'clean-up'])
  // Open on purpose here; everywhere else somebody should know.
  expect(careful).toEqual(['allow'])
  expect(patient.left()).toEqual([])
})

interface Fault {
  name: string
  /** Makes it so; what it returns is what .env says differently. */
  make(): Promise<NodeJS.ProcessEnv | void>
  limits?: Parameters<Patient['examine']>[1]
  wrong: string
  /** What cannot be checked because of it, where that is worth saying. */
  hinders?: string[]
  cause: RegExp
  fix: RegExp
}

const FAULTS: readonly Fault[] = [
  {
    name: 'the secret of the rule changed',
    make: () => rule({ secret: 'another-secret-than-before' }),
    wrong: 'rule-secret',
    cause: /another secret than MIRROR_SECRET/,
    fix: /setup/,
  },
  {
    name: 'the secret of the function changed',
    make: async () => {
      await rule({ secret: 'a-newer-secret-than-deployed' })
      return { MIRROR_SECRET: 'a-newer-secret-than-deployed' }
    },
    wrong: 'function-secret',
    cause: /deployed with another MIRROR_SECRET/,
    fix: /s deploy/,
  },
  {
    name: 'the secret of .env changed',
    make: async () => ({ MIRROR_SECRET: 'a-secret-nobody-else-has' }),
    wrong: 'rule-secret',
    cause: /another secret than MIRROR_SECRET/,
    fix: /Where the rule is right, correct \.env/,
  },
  {
    name: 'no rule',
    make: async () => {
      await patient.client.deleteBucketWebsite('compressed')
    },
    wrong: 'rule',
    cause: /there is no rule/,
    fix: /setup -- --apply/,
  },
  {
    name: 'a rule in front of ours',
    make: () => rule({}, before('')),
    wrong: 'rule-first',
    cause: /rule 1 .*old\.example\.com.*before rule 2/,
    fix: /RuleNumber above 2/,
  },
  {
    name: 'a rule that leads elsewhere',
    make: () => rule({ mirrorUrl: 'https://elsewhere.example.com/' }),
    wrong: 'rule-url',
    cause: /leads to https:\/\/elsewhere\.example\.com\/, the function is at http:\/\/127/,
    fix: /FUNCTION_URL/,
  },
  {
    name: 'a wrong address of the function in .env',
    make: async () => ({ FUNCTION_URL: nobody }),
    wrong: 'rule-url',
    cause: /the function is at http/,
    fix: /correct FUNCTION_URL in \.env/,
  },
  {
    name: 'a rule that passes everything on',
    make: () => rule({}, (xml) => xml.replace('<PassAll>false', '<PassAll>true')),
    wrong: 'rule-options',
    cause: /headers on, Host among them/,
    fix: /setup/,
  },
  {
    name: 'STORE=mirror with a rule that keeps OSS from saving',
    make: async () => {
      patient.cloud.ram.seed(ROLES.origin, FUNCTION_TRUST, originPolicy({ ...BUCKETS, store: 'mirror' }))
      return { STORE: 'mirror' }
    },
    wrong: 'rule-options',
    cause: /STORE=mirror, but MirrorProxyPass/,
    fix: /setup/,
  },
  {
    name: 'a role without put',
    make: async () => {
      patient.cloud.ram.seed(ROLES.origin, FUNCTION_TRUST, without(originPolicy(BUCKETS), 'oss:PutObject'))
    },
    wrong: 'origin-writes',
    cause: /oss-image-origin may not oss:PutObject on compressed\//,
    fix: /setup -- --apply/,
  },
  {
    name: 'a role without get',
    make: async () => {
      patient.cloud.ram.seed(ROLES.origin, FUNCTION_TRUST, without(originPolicy(BUCKETS), 'oss:GetObject'))
    },
    wrong: 'origin-reads',
    cause: /may not oss:GetObject on originals\//,
    fix: /setup -- --apply/,
  },
  {
    name: 'a role with too much',
    make: async () => {
      const { Version, Statement } = originPolicy(BUCKETS)
      patient.cloud.ram.seed(ROLES.origin, FUNCTION_TRUST, {
        Version,
        Statement: [...Statement, allow('oss:*', 'originals*')],
      })
    },
    wrong: 'origin-no-more',
    hinders: [],
    cause: /may also .*oss:PutObject on originals\//,
    fix: /Detach or narrow oss-image-origin/,
  },
  {
    name: 'a role for other services as well',
    make: async () => {
      const trust = structuredClone(FUNCTION_TRUST)
      trust.Statement[0]?.Principal.Service.push('ecs.aliyuncs.com')
      patient.cloud.ram.seed(ROLES.origin, trust, originPolicy(BUCKETS))
    },
    wrong: 'origin-trust',
    hinders: [],
    cause: /others may take the role oss-image-origin as well: ecs\.aliyuncs\.com/,
    fix: /Trust Policy/,
  },
  {
    name: 'a role of events without delete',
    make: async () => {
      patient.cloud.ram.seed(ROLES.events, FUNCTION_TRUST, without(eventsPolicy(BUCKETS), 'oss:DeleteObject'))
    },
    wrong: 'events-can',
    hinders: ['replaced', 'deleted'],
    cause: /may not oss:DeleteObject on compressed\//,
    fix: /setup -- --apply/,
  },
  {
    name: "every answer made a download by the function's domain",
    make: async () => {
      patient.cloud.gateway.switches.attachment = true
    },
    wrong: 'disposition',
    hinders: [],
    cause: /makes every answer a download/,
    fix: /CUSTOM_DOMAIN/,
  },
  {
    name: 'downloads stored for everybody',
    make: async () => {
      patient.cloud.gateway.switches.attachment = true
      patient.cloud.oss.switches.mirror.proxyPass = 'ignored'
    },
    wrong: 'disposition',
    hinders: [],
    cause: /Content-Disposition: attachment is stored/,
    fix: /CUSTOM_DOMAIN.*npm run purge/,
  },
  {
    name: 'the function down',
    make: async () => {
      await rule({ mirrorUrl: nobody })
      return { FUNCTION_URL: nobody }
    },
    wrong: 'function',
    cause: /the connection is refused/,
    fix: /s deploy/,
  },
  {
    name: 'another site at the address of the function',
    make: async () => {
      const url = `${patient.cloud.addresses.oss}/nothing-of-ours/`
      await rule({ mirrorUrl: url })
      return { FUNCTION_URL: url }
    },
    wrong: 'function',
    cause: /but not this function/,
    fix: /FUNCTION_URL/,
  },
  {
    name: 'a function that breaks down and is answered for with 200',
    make: () =>
      inFront(() => ({
        status: 200,
        headers: { 'content-type': 'application/json', 'x-fc-error-type': 'UnhandledInvocationError' },
        body: Buffer.from('{"errorMessage":"Process exited unexpectedly before completing request"}'),
      })),
    wrong: 'function',
    cause: /Process exited unexpectedly.*OSS would store this answer as a picture/,
    fix: /s origin logs/,
  },
  {
    name: 'a function that anybody can use',
    make: () => inFront(undefined, { 'x-mirror-secret': patient.cloud.addresses.mirrorSecret }),
    wrong: 'function-closed',
    hinders: ['function-closed-to-guesses'],
    cause: /Without a secret it answers 404 not_found.*at your cost/,
    fix: /MIRROR_SECRET/,
  },
  {
    name: 'a trigger without HEAD',
    make: () =>
      inFront((_, { method }) =>
        method === 'HEAD' ? { status: 403, headers: { 'x-fc-error-type': 'FcCommonError' } } : {},
      ),
    wrong: 'function-head',
    hinders: ['allow'],
    cause: /403 instead of 404/,
    fix: /GET and HEAD/,
  },
  {
    name: 'a page for what is missing, answered with 200',
    make: () => inFront(({ status }) => (status === 404 ? { status: 200, body: Buffer.from('<h1>sorry</h1>') } : {})),
    wrong: 'function-missing',
    cause: /it answers 200/,
    fix: /s origin logs/,
  },
  {
    name: 'another type than the bytes are, stored',
    make: async () => {
      patient.cloud.oss.switches.mirror.proxyPass = 'ignored'
      return inFront(({ status, headers }) =>
        status === 200 ? { headers: { ...headers, 'content-type': 'text/html' } } : {},
      )
    },
    wrong: 'stored-headers',
    hinders: [],
    cause: /Content-Type is text\/html, the bytes are image\/jpeg/,
    fix: /npm run purge/,
  },
  {
    name: 'readers who always get to the function',
    make: async () => {
      const secret = { 'x-mirror-secret': patient.cloud.addresses.mirrorSecret }
      const front = await startFront(`${patient.cloud.addresses.function}/`, undefined, secret)
      fronts.push(front)
      return { READER_URL: front.url }
    },
    wrong: 'second-read',
    hinders: ['reader-head', 'replaced', 'deleted'],
    cause: /does not come from the bucket/,
    fix: /READER_URL/,
  },
  {
    name: 'another picture than the one uploaded',
    make: () =>
      inFront(({ status }) =>
        status === 200 ? { headers: { 'content-type': 'image/jpeg' }, body: otherPicture } : {},
      ),
    wrong: 'first-read',
    cause: /a picture of 20×10/,
    fix: /Is another origin behind the rule/,
  },
  {
    name: 'a slow function',
    make: async () => {
      patient.cloud.oss.faults.add({ match: { operation: 'mirror' }, kind: 'slow', ms: 1500, times: 1 })
    },
    limits: { limits: { slowMs: 1500 } },
    wrong: 'time',
    hinders: [],
    cause: /ms warm/,
    fix: /minInstances/,
  },
  {
    name: 'a function slower than OSS waits',
    make: async () => {
      patient.cloud.oss.switches.mirror.timeoutMs = 700
      patient.cloud.oss.faults.add({ match: { operation: 'mirror' }, kind: 'slow', ms: 1500 })
    },
    limits: { limits: { mirrorMs: 700 } },
    wrong: 'first-read',
    cause: /424 MirrorFailed.*OSS gave up waiting/,
    fix: /minInstances/,
  },
  {
    name: 'a function that fails for readers',
    make: async () => {
      patient.cloud.oss.faults.add({
        match: { operation: 'mirror', keyPrefix: 'oss-image-origin-doctor/' },
        kind: 'refused',
        times: 1,
      })
    },
    wrong: 'first-read',
    cause: /readers get 424 MirrorFailed.*though the function answers 200/,
    fix: /from the internet/,
  },
  {
    name: 'OSS refusing to save over what the function has put',
    make: async () => {
      Object.assign(patient.cloud.oss.switches.mirror, { proxyPass: 'ignored', existing: 'fail' })
    },
    wrong: 'first-read',
    cause: /already exists.*MirrorProxyPass is not honoured/,
    fix: /STORE=mirror/,
  },
  {
    name: 'a wrong name of the originals bucket',
    make: async () => ({ OSS_ORIGINAL_BUCKET_NAME: 'originalz' }),
    wrong: 'originals',
    cause: /there is no bucket originalz/,
    fix: /OSS_ORIGINAL_BUCKET_NAME/,
  },
  {
    name: 'a wrong name of the compressed bucket',
    make: async () => ({ OSS_COMPRESS_BUCKET_NAME: 'compresst' }),
    wrong: 'compressed',
    cause: /there is no bucket compresst/,
    fix: /OSS_COMPRESS_BUCKET_NAME/,
  },
  {
    name: 'originals for everybody',
    make: async () => {
      await patient.client.putBucketACL('originals', 'public-read')
    },
    wrong: 'originals-private',
    hinders: [],
    cause: /everybody can read originals/,
    fix: /set-acl oss:\/\/originals private/,
  },
  {
    name: 'compressed objects for nobody',
    make: async () => {
      await patient.client.putBucketACL('compressed', 'private')
    },
    wrong: 'compressed-public',
    cause: /ACL is private: readers get 403/,
    fix: /set-acl oss:\/\/compressed public-read/,
  },
  {
    name: 'Block Public Access',
    make: async () => {
      patient.cloud.oss.store.bucket('compressed')?.update({ blockPublicAccess: true })
    },
    wrong: 'compressed-public',
    cause: /Block Public Access is on/,
    fix: /Block Public Access → off/,
  },
  {
    name: 'a versioned bucket',
    make: async () => {
      // A bucket of its own: what was versioned once never is not.
      const { cloud, client } = patient
      const buckets = { originals: 'originals', compressed: 'versioned' }
      await client.putBucket('versioned')
      await client.putBucketACL('versioned', 'public-read')
      cloud.oss.store.bucket('versioned')?.update({ versioning: 'Enabled' })
      await rule({}, undefined, 'versioned')
      cloud.ram.seed(ROLES.origin, FUNCTION_TRUST, originPolicy(buckets))
      cloud.ram.seed(ROLES.events, FUNCTION_TRUST, eventsPolicy(buckets))
      return { OSS_COMPRESS_BUCKET_NAME: 'versioned' }
    },
    wrong: 'compressed-versioning',
    cause: /versioning is Enabled/,
    fix: /new bucket/,
  },
  {
    name: 'no role of that name',
    make: async () => ({ ORIGIN_ROLE: 'somebody-elses' }),
    wrong: 'origin-role',
    cause: /there is no role somebody-elses/,
    fix: /setup -- --apply/,
  },
  {
    name: 'a clock that is wrong',
    make: async () => {
      patient.cloud.oss.faults.add({ match: {}, kind: 'clock-skew', times: 2 })
    },
    wrong: 'clock',
    cause: /refuses the time of signed requests/,
    fix: /set-ntp/,
  },
  {
    name: 'a wrong access key secret',
    make: async () => ({ ALIBABA_CLOUD_ACCESS_KEY_SECRET: 'not-the-secret-of-this-key' }),
    wrong: 'credentials',
    cause: /secret does not belong to the access key id/,
    fix: /AccessKeySecret/,
  },
  {
    name: 'OSS not there',
    make: async () => ({ OSS_ENDPOINT: nobody.slice(0, -1) }),
    wrong: 'endpoint',
    cause: /the connection is refused/,
    fix: /OSS_ENDPOINT/,
  },
  {
    name: 'a wrong region',
    make: async () => ({ OSS_REGION: 'cn-beijing' }),
    wrong: 'credentials',
    cause: /signed for cn-beijing/,
    fix: /same region/,
  },
  {
    name: 'a blank arriving as a plus sign',
    make: async () => {
      patient.cloud.oss.switches.mirror.pathEncoding = 'plus-for-space'
    },
    wrong: 'unusual-names',
    hinders: [],
    cause: /another spelling/,
    fix: /log of the function/,
  },
  {
    name: 'no function events',
    make: async () => events(() => undefined),
    limits: { limits: { eventsMs: 300 } },
    wrong: 'replaced',
    hinders: ['deleted'],
    cause: /still get the old picture/,
    fix: /OSS trigger/,
  },
]

it.each(FAULTS.map((fault) => [fault.name, fault] as const))('%s: named, and nothing else', async (_, fault) => {
  await heal()
  const changes = (await fault.make()) ?? {}
  const { wrong, skipped, of } = await patient.examine(changes, fault.limits)
  expect(wrong).toEqual([fault.wrong])
  if (fault.hinders !== undefined) expect(skipped).toEqual(fault.hinders)
  const { cause, fix } = of(fault.wrong)
  expect(cause).toMatch(fault.cause)
  expect(fix).toMatch(fault.fix)
  expect(patient.left()).toEqual([])
})
