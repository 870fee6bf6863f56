import { readFileSync, statSync } from 'node:fs'

import { parse } from 'yaml'

import { eventsPolicy, FUNCTION_TRUST, originPolicy, ROLES } from '../../../scripts/deployment/policies.ts'
import { parseWebsite } from '../../../scripts/local/oss/website/parse.ts'
import { createRam } from '../../../scripts/ram.ts'
import { originalsStep } from '../../../scripts/setup/bucket-steps.ts'
import { asError, bucketFacts, createBuckets } from '../../../scripts/setup/buckets.ts'
import { setupPolicy } from '../../../scripts/setup/print.ts'
import { wantedRoles } from '../../../scripts/setup/wanted.ts'
import { changes, startAccount, type TestAccount } from './account.ts'

const BUCKETS = { originals: 'originals', compressed: 'compressed' }

// One of them sets up an account for each permission there is.
jest.setTimeout(90_000)

let account: TestAccount
beforeEach(async () => {
  account = await startAccount()
})
afterEach(() => account.close())

const settingsOf = (bucket: string) => account.oss.store.bucket(bucket)?.settings
const website = () => settingsOf('compressed')?.documents['website'] ?? ''
const secret = () => /MIRROR_SECRET=\s*([^\s#]*)/.exec(account.env())?.[1] ?? ''
const warnings = (steps: { warnings: string[] }[]) => steps.flatMap((step) => step.warnings).join('\n')

describe('an empty account', () => {
  it('shows what will be and changes nothing', async () => {
    const before = account.everything()
    const steps = await account.plan()
    expect(account.everything()).toBe(before)
    expect(changes(steps)).toEqual({
      [account.envFile]: 'a new secret is written',
      'bucket originals': 'created in cn-hangzhou, private',
      'bucket compressed': 'created in cn-hangzhou, public-read',
      'role oss-image-origin':
        'created, for Function Compute only, policy oss-image-origin created, policy oss-image-origin attached',
      'role oss-image-origin-events':
        'created, for Function Compute only, policy oss-image-origin-events created, policy oss-image-origin-events attached',
      'mirror rule': 'rule 1: the rule is new',
    })
  })

  it('gets buckets, roles, secret and rule; a second time changes nothing, byte for byte', async () => {
    await account.apply()
    expect(settingsOf('originals')).toMatchObject({ acl: 'private' })
    expect(settingsOf('compressed')).toMatchObject({ acl: 'public-read' })
    const ram = createRam(account.deployment())
    expect(await ram.roleOf('oss-image-origin')).toMatchObject({ trust: FUNCTION_TRUST })
    expect(await ram.policiesOf('oss-image-origin')).toEqual([
      { name: 'oss-image-origin', type: 'Custom', document: originPolicy(BUCKETS) },
    ])
    expect(await ram.policiesOf('oss-image-origin-events')).toEqual([
      { name: 'oss-image-origin-events', type: 'Custom', document: eventsPolicy(BUCKETS) },
    ])
    expect(secret()).toMatch(/^[A-Za-z0-9_-]{16,}$/)
    expect(statSync(account.envFile).mode & 0o777).toBe(0o600)
    const [rule] = parseWebsite(website()).rules
    expect(rule?.redirect.mirrorUrl).toBe(account.functionUrl)
    expect(rule?.redirect.mirrorHeaders.set).toEqual([{ key: 'x-mirror-secret', value: secret() }])

    const before = account.everything()
    const calls = account.ram.calls.length
    account.oss.requests.clear()
    const again = await account.apply()
    expect(changes(again)).toEqual({})
    expect(account.everything()).toBe(before)
    expect(account.ram.calls.slice(calls).filter((name) => !/^(Get|List)/.test(name))).toEqual([])
    const methods = account.oss.requests.entries().map(({ method }) => method)
    expect(new Set(methods)).toEqual(new Set(['GET']))
  })

  it('leaves the rule for later where the function has no address yet', async () => {
    const [, , , , , rule] = await account.apply({ functionUrl: undefined })
    expect(rule).toMatchObject({
      subject: 'mirror rule',
      will: undefined,
      pending: expect.stringContaining('npx s deploy'),
    })
    expect(changes(await account.plan())).toEqual({ 'mirror rule': 'rule 1: the rule is new' })
  })

  it('interrupted anywhere, the next run goes on and ends the same', async () => {
    const steps = await account.plan()
    for (const { will, apply } of steps.slice(0, 3)) if (will !== undefined) await apply?.()
    expect(settingsOf('compressed')).toBeUndefined()
    const made = secret()
    await account.apply()
    expect(changes(await account.plan())).toEqual({})
    expect(secret()).toBe(made)
  })

  it('STORE=mirror: the function may not put, OSS keeps the metadata', async () => {
    await account.apply({}, { STORE: 'mirror' })
    expect(JSON.stringify(account.ram.policyOf('oss-image-origin'))).not.toContain('PutObject')
    expect(parseWebsite(website()).rules[0]?.redirect).toMatchObject({
      mirrorProxyPass: false,
      mirrorSaveOssMeta: true,
    })
    // Changed over: the policy and the rule follow.
    await account.apply({}, { STORE: 'function' })
    expect(JSON.stringify(account.ram.policyOf('oss-image-origin'))).toContain('PutObject')
    expect(parseWebsite(website()).rules[0]?.redirect).toMatchObject({
      mirrorProxyPass: true,
      mirrorSaveOssMeta: false,
    })
  })

  it('options of the rule', async () => {
    const rule = { sni: true, checkMd5: false, transparentCodes: '400,403', publicFields: false }
    await account.apply({ rule })
    expect(parseWebsite(website()).rules[0]?.redirect).toMatchObject({
      mirrorSni: true,
      mirrorCheckMd5: false,
      transparentMirrorResponseCodes: [400, 403],
    })
    await account.apply({ rule: { ...rule, publicFields: true } })
    expect(changes(await account.plan({ rule: { ...rule, publicFields: true } }))).toEqual({})
  })

  it('only public fields where the bucket is to be asked for nothing else', async () => {
    await account.apply({ rule: { checkMd5: true, transparentCodes: '403', publicFields: true } })
    expect(website()).not.toMatch(/MirrorProxyPass|MirrorSaveOssMeta|MirrorSNI|Transparent/)
    expect(website()).toContain('<MirrorCheckMd5>true</MirrorCheckMd5>')
  })
})

describe('what is there already', () => {
  it('a website configuration with other rules survives byte for byte around ours', async () => {
    await account.apply({ functionUrl: undefined })
    const theirs =
      '<?xml version="1.0"?>\r\n<!-- theirs -->\r\n<WebsiteConfiguration>\r\n\t<IndexDocument><Suffix>index.html</Suffix></IndexDocument><Unknown x="1"><![CDATA[ & ]]></Unknown><RoutingRules>\n<RoutingRule><RuleNumber>1</RuleNumber><Condition><KeyPrefixEquals>old/</KeyPrefixEquals></Condition><Redirect><RedirectType>External</RedirectType><Protocol>https</Protocol><HostName>old.example.com</HostName><HttpRedirectCode>302</HttpRedirectCode></Redirect></RoutingRule></RoutingRules>\r\n</WebsiteConfiguration>\r\n'
    account.oss.store.bucket('compressed')?.update({ documents: { website: theirs } })
    await account.apply()
    const [head = '', tail = ''] = theirs.split('</RoutingRules>')
    expect(website().startsWith(head)).toBe(true)
    expect(website().endsWith(`</RoutingRules>${tail}`)).toBe(true)
    expect(parseWebsite(website()).rules.map(({ number }) => number)).toEqual([1, 2])
    expect(changes(await account.plan())).toEqual({})
  })

  it('a rule that somebody changes between plan and apply is not overwritten', async () => {
    await account.apply({ functionUrl: undefined })
    const steps = await account.plan()
    const theirs = '<WebsiteConfiguration><ErrorDocument><Key>e.html</Key></ErrorDocument></WebsiteConfiguration>'
    account.oss.store.bucket('compressed')?.update({ documents: { website: theirs } })
    await expect(steps[5]?.apply?.()).rejects.toThrow('Expected the website configuration of compressed as it was read')
    expect(website()).toBe(theirs)
  })

  it('the secret that the rule sends is taken over where .env has none', async () => {
    account.functionTakes.secrets = ['secret-of-another-machine']
    await account.apply({ secretIsNew: false }, { MIRROR_SECRET: 'secret-of-another-machine' })
    const step = (await account.apply())[0]
    expect(step?.will).toBe('the secret that the rule of the bucket sends is written')
    expect(secret()).toBe('secret-of-another-machine')
    expect(changes(await account.plan())).toEqual({})
  })

  it('a rule that works is not pointed at a function that would refuse', async () => {
    account.functionTakes.secrets = ['the-secret-it-has-0123']
    await account.apply({ secretIsNew: false }, { MIRROR_SECRET: 'the-secret-it-has-0123' })
    const before = website()
    const other = { MIRROR_SECRET: 'another-secret-9876543' }
    const refused = (await account.plan({ secretIsNew: false }, other))[5]
    expect(refused).toMatchObject({
      will: undefined,
      blocked: expect.stringContaining('it answered 403. Deploy first'),
    })
    // An address that says 404 to everybody proves nothing.
    account.functionTakes.status = 404
    expect((await account.plan({ secretIsNew: false }, other))[5]?.blocked).toContain('404 to a wrong secret')
    delete account.functionTakes.status
    account.functionTakes.secrets = ['another-secret-9876543']
    await account.apply({ secretIsNew: false }, other)
    expect(website()).toBe(before.replace('the-secret-it-has-0123', 'another-secret-9876543'))
  })

  it('a new rule for a function that is not there yet is put, and says so', async () => {
    expect(warnings(await account.apply())).toContain('does not take the secret (it answered 403)')
    expect(parseWebsite(website()).rules).toHaveLength(1)
  })

  it('a role of the same name keeps whom it trusts and what else it may do, and says so', async () => {
    const ram = createRam(account.deployment())
    const ecs = { Effect: 'Allow', Action: 'sts:AssumeRole', Principal: { Service: ['ecs.aliyuncs.com'] } }
    await ram.createRole('oss-image-origin', { Version: '1', Statement: [ecs] }, '')
    await ram.createPolicy(
      'other',
      { Version: '1', Statement: [{ Effect: 'Allow', Action: 'oss:*', Resource: '*' }] },
      '',
    )
    await ram.attach('oss-image-origin', 'other')
    await account.apply()
    expect(await ram.roleOf('oss-image-origin')).toMatchObject({
      trust: { Version: '1', Statement: [ecs, ...FUNCTION_TRUST.Statement] },
    })
    const said = warnings(await account.plan())
    expect(said).toContain('oss-image-origin also has the policy other')
    expect(said).toContain('may be taken by others than Function Compute')
    expect(changes(await account.plan())).toEqual({})
  })

  it('a policy that says the same in another order is the same; one that allows more gets a new version', async () => {
    await account.apply()
    const ram = createRam(account.deployment())
    const { Statement } = originPolicy(BUCKETS)
    const same = Statement.toReversed().map(({ Action, Resource, Effect }) => ({
      Resource: Resource[0],
      Action: Action[0],
      Effect,
    }))
    await ram.setPolicy('oss-image-origin', { Statement: same, Version: '1' })
    const backwards = eventsPolicy(BUCKETS).Statement.map((each) => ({ ...each, Action: each.Action.toReversed() }))
    await ram.setPolicy('oss-image-origin-events', { Version: '1', Statement: backwards })
    expect(changes(await account.plan())).toEqual({})
    await ram.setPolicy('oss-image-origin', {
      Version: '1',
      Statement: [{ Effect: 'Allow', Action: 'oss:*', Resource: '*' }],
    })
    expect(changes(await account.apply())).toEqual({
      'role oss-image-origin': 'policy oss-image-origin: a new version with what the function needs',
    })
    expect(await ram.customPolicy('oss-image-origin')).toEqual({ document: originPolicy(BUCKETS) })
  })

  it('buckets with another ACL, blocked from the public, versioned', async () => {
    await account.apply()
    account.oss.store.bucket('originals')?.update({ acl: 'public-read' })
    account.oss.store.bucket('compressed')?.update({ blockPublicAccess: true, versioning: 'Enabled' })
    const steps = await account.plan()
    expect(changes(steps)).toEqual({
      'bucket originals': 'private',
      'bucket compressed': 'public-read, Block Public Access of the bucket off',
    })
    expect(warnings(steps)).toContain('links that lead straight to originals stop working')
    expect(warnings(steps)).toContain('compressed has versioning (Enabled)')
    await account.apply()
    expect(settingsOf('originals')?.acl).toBe('private')
    expect(settingsOf('compressed')).toMatchObject({ acl: 'public-read', blockPublicAccess: false })
  })

  it('compressed may be private behind a CDN', async () => {
    expect(warnings(await account.apply({ privateCompressed: true }))).toContain('a CDN has to sign')
    expect(settingsOf('compressed')?.acl).toBe('private')
    expect(changes(await account.plan({ privateCompressed: true }))).toEqual({})
  })
})

it('a bucket that blocks the public from its first moment is opened all the same', async () => {
  account.oss.switches.blockPublicAccess = true
  await account.apply()
  expect(settingsOf('compressed')).toMatchObject({ acl: 'public-read', blockPublicAccess: false })
  expect(settingsOf('originals')).toMatchObject({ acl: 'private', blockPublicAccess: true })
})

describe('refused, with what to do', () => {
  it('one bucket for both', () => {
    // deploymentFrom ends the process: the settings themselves are wrong.
    const exit = jest.spyOn(process, 'exit').mockImplementation(() => {
      throw new Error('exit')
    })
    const said = jest.spyOn(process.stderr, 'write').mockReturnValue(true)
    try {
      expect(() => account.deployment({ OSS_COMPRESS_BUCKET_NAME: 'originals' })).toThrow('exit')
      expect(String(said.mock.calls[0]?.[0])).toContain('Expected another bucket than OSS_ORIGINAL_BUCKET_NAME')
      expect(exit).toHaveBeenCalledWith(2)
    } finally {
      exit.mockRestore()
      said.mockRestore()
    }
  })

  it('a mirror rule to the function on the originals', async () => {
    await account.apply()
    account.oss.store.bucket('originals')?.update({ documents: { website: website() } })
    await expect(account.plan()).rejects.toThrow(
      'Expected no mirror rule to the function on the originals bucket originals',
    )
  })

  it('a bucket that is somewhere else', async () => {
    const facts = { region: 'cn-shanghai', acl: 'private', versioning: '', blocked: false }
    const elsewhere = { ...createBuckets(account.deployment()), facts: async () => facts }
    const message =
      'Expected the bucket originals in cn-hangzhou (OSS_REGION), got one in cn-shanghai. Set OSS_REGION to its region, or choose another bucket.'
    await expect(originalsStep(account.deployment(), elsewhere)).rejects.toThrow(message)
  })

  it('a bucket of another region, of another account, and public access blocked for the whole account', () => {
    expect(
      bucketFacts(
        '<BucketInfo><Bucket><Location>oss-cn-shanghai</Location><AccessControlList><Grant>private</Grant></AccessControlList></Bucket></BucketInfo>',
      ).region,
    ).toBe('cn-shanghai')
    const said = (code: string, message: string, endpoint = '') =>
      asError({ bucket: 'b', action: 'oss:PutBucketAcl' }, 403, { code, message, endpoint }).message
    expect(
      said('AccessDenied', 'must be addressed using the specified endpoint', 'oss-cn-beijing.aliyuncs.com'),
    ).toContain('got one at oss-cn-beijing.aliyuncs.com. Set OSS_REGION')
    expect(said('BucketAlreadyExists', '')).toContain('another account')
    expect(said('AccessDenied', 'Put public bucket acl is not allowed')).toContain(
      'Block Public Access of the whole account',
    )
    expect(said('AccessDenied', 'no')).toContain('Expected permission for oss:PutBucketAcl on acs:oss:*:*:b')
  })

  it("another deployment's roles: its function would stand without its rights", async () => {
    await account.apply()
    const before = account.everything()
    const other = { OSS_ORIGINAL_BUCKET_NAME: 'photos', OSS_COMPRESS_BUCKET_NAME: 'small' }
    await expect(account.apply({}, other)).rejects.toThrow(
      'Expected the policy oss-image-origin to be about photos and small, got one about originals and compressed: another deployment seems to use it. Give this one roles of its own',
    )
    expect(account.everything()).toBe(before)
    await account.apply({}, { ...other, ORIGIN_ROLE: 'origin-2', EVENTS_ROLE: 'events-2' })
    expect(account.ram.policyOf('oss-image-origin')).toEqual(originPolicy(BUCKETS))
    // Renamed buckets are the owner's to say.
    await account.apply({ takeRoles: true }, other)
    expect(account.ram.policyOf('oss-image-origin')).toEqual(originPolicy({ originals: 'photos', compressed: 'small' }))
  })

  it('the same role for both functions, or one that is not lower case', () => {
    expect(() => wantedRoles(account.deployment({ ORIGIN_ROLE: 'r', EVENTS_ROLE: 'r' }))).toThrow('Expected two roles')
    expect(() => wantedRoles(account.deployment({ ORIGIN_ROLE: 'Upper' }))).toThrow(
      'Expected ORIGIN_ROLE to be 1 to 64',
    )
  })
})

describe('permissions', () => {
  interface Printed {
    Statement: { Effect: string; Action: string[]; Resource: string[] }[]
  }
  const policy = () => setupPolicy({ ...BUCKETS, roles: wantedRoles(account.deployment()) }) as Printed

  it('the printed policy is enough', async () => {
    await account.apply({}, account.keysFor(policy()))
    expect(changes(await account.plan({}, account.keysFor(policy())))).toEqual({})
  })

  it('each of them is named when it is missing', async () => {
    const needed = policy().Statement.flatMap(({ Action }) => Action)
    // Everything there is to change, so that each one is asked for.
    const prepare = async (fresh: TestAccount) => {
      const ram = createRam(fresh.deployment())
      const ecs = { Effect: 'Allow', Action: 'sts:AssumeRole', Principal: { Service: ['ecs.aliyuncs.com'] } }
      await ram.createRole('oss-image-origin', { Version: '1', Statement: [ecs] }, '')
      await ram.createPolicy(
        'oss-image-origin',
        { Version: '1', Statement: [{ Effect: 'Allow', Action: 'oss:*', Resource: '*' }] },
        '',
      )
    }
    for (const action of new Set(needed)) {
      const fresh = await startAccount({ blockPublicAccess: true })
      try {
        await prepare(fresh)
        const Statement = policy().Statement.map((each) => ({
          ...each,
          Action: each.Action.filter((one) => one !== action),
        }))
        const keys = fresh.keysFor({ Version: '1', Statement: Statement.filter(({ Action }) => Action.length > 0) })
        await expect(fresh.apply({}, keys)).rejects.toMatchObject({
          name: 'MissingPermission',
          action,
          resource: expect.stringMatching(/^acs:(oss|ram):\*:[^:]+:\S+$/),
        })
      } finally {
        await fresh.close()
      }
    }
  })
})

it('a wrong key is said as what it is', async () => {
  const wrong = { ALIBABA_CLOUD_ACCESS_KEY_SECRET: 'wrong' }
  await expect(account.plan({}, wrong)).rejects.toThrow('SignatureDoesNotMatch')
})

it('the roles that s.yaml gives the functions are the ones that setup makes', () => {
  const text = readFileSync('s.yaml', 'utf8')
  const { resources } = parse(text) as { resources: Record<string, { props: { role: string } }> }
  expect(Object.values(resources).map(({ props }) => props.role)).toEqual([
    `\${env('ORIGIN_ROLE', '${ROLES.origin}')}`,
    `\${env('EVENTS_ROLE', '${ROLES.events}')}`,
  ])
})

it('an address where nobody answers is said in a line', async () => {
  const nobody = 'http://127.0.0.1:1'
  await expect(account.plan({}, { OSS_ENDPOINT: 'http://localhost:1' })).rejects.toThrow(
    /^Expected OSS to answer for originals, got: connect ECONNREFUSED [^\n]*. Check the network and OSS_ENDPOINT/,
  )
  await expect(account.plan({}, { RAM_ENDPOINT: nobody })).rejects.toThrow(
    'Expected RAM to answer GetRole, got: ECONNREFUSED. Check the network.',
  )
})
