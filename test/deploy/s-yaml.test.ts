import { readFileSync } from 'node:fs'

import Ajv from 'ajv'
import { parse } from 'yaml'

import { loadConfig, SETTINGS } from '../../src/config.ts'
import { eventsPolicy, FUNCTION_TRUST, originPolicy } from '../../scripts/deployment/policies.ts'
import { CUSTOM_DOMAIN, FC3_PROPS } from './fc3-schema.ts'
import { resolvedProps, serverless } from './serverless.ts'

const FILLED = `OSS_REGION=ap-southeast-1
OSS_ORIGINAL_BUCKET_NAME=trip-originals
OSS_COMPRESS_BUCKET_NAME=trip-compressed
MIRROR_SECRET=a-secret-of-the-tests,an-older-secret-of-the-tests
STYLES="thumb=image/resize,w_200/format,webp;hero=image/resize,w_1600"
CACHE_CONTROL="public, max-age=60"
AccountID=1234567890123456
AccessKeyID=LTAIexample
AccessKeySecret=example
`

// Processes start slowly on a busy machine.
jest.setTimeout(120_000)

const ajv = new Ajv({ strict: false, allErrors: true })

/** What is in .env. A run of `s` takes half a second, so each of these resolves once. */
const WAYS = {
  'without .env': {},
  'with .env.example as it is': { dotEnv: readFileSync('.env.example', 'utf8') },
  'with .env filled in': { dotEnv: FILLED },
  'with a custom domain': { dotEnv: `${FILLED}CUSTOM_DOMAIN=img-origin.example.com\n` },
} as const
type Way = keyof typeof WAYS

let resolved: Readonly<Record<Way, ReturnType<typeof resolvedProps>>>
let plain: ReturnType<typeof resolvedProps>
beforeAll(() => {
  const ways = Object.entries(WAYS).map(([way, options]) => [way, resolvedProps(options)])
  resolved = Object.fromEntries(ways) as typeof resolved
  plain = resolved['without .env']
})

it.each(Object.keys(WAYS) as Way[])('%s: both functions are what the component takes, nothing else', (way) => {
  for (const { customDomain, ...props } of Object.values(resolved[way])) {
    ajv.validate(FC3_PROPS, props)
    expect([props.functionName, ajv.errors]).toEqual([props.functionName, null])
    ajv.validate(CUSTOM_DOMAIN, customDomain ?? {})
    expect(ajv.errors).toBeNull()
  }
})

it.each(['without .env', 'with a custom domain'] as const)('%s: `s verify` passes with the strict schema', (way) => {
  const schema = { ...FC3_PROPS, properties: { ...FC3_PROPS.properties, customDomain: CUSTOM_DOMAIN } }
  const { code, output } = serverless(['verify'], { ...WAYS[way], schema })
  expect([code, output]).toEqual([0, expect.stringContaining('Format verification for [s.yaml] passed.')])
})

it('`s verify` does fail on what the schema does not allow', () => {
  const method = (yaml: string) => yaml.replace('authType: anonymous', 'authType: nobody')
  const { code, output } = serverless(['verify'], { schema: FC3_PROPS, edit: method })
  expect(code).not.toBe(0)
  expect(output).toContain('must be equal to one of the allowed values')
})

it('a custom domain is there when CUSTOM_DOMAIN is, and is nothing when it is not', () => {
  expect(plain.origin['customDomain']).toEqual({})
  // There it is empty.
  expect(resolved['with .env.example as it is'].origin['customDomain']).toEqual({})
  expect(resolved['with a custom domain'].origin['customDomain']).toEqual({
    domainName: 'img-origin.example.com',
    protocol: 'HTTP',
    route: { path: '/*', methods: ['GET', 'HEAD'] },
  })
})

it('values reach the functions as they were written, as strings', () => {
  const values = {
    OSS_ORIGINAL_BUCKET_NAME: '0123',
    OSS_COMPRESS_BUCKET_NAME: 'true',
    MIRROR_SECRET: '1234567890123456,-_abcdefghijklmnop',
    STYLES: 'thumb=image/resize,w_200/format,webp;hero=image/resize,w_1600',
    SOURCE_PREFIXES: `it's/#1/,"b"/,c:d/,e\\f/,g$h/,100%/`,
    ALLOW: 'sizes=320,640x480,l1600;formats=auto,webp;qualities=60,80;styles=thumb',
    CACHE_CONTROL: 'public, max-age=60, s-maxage=3600',
    DEADLINE_MS: '07000',
  }
  const { origin, events } = resolvedProps({ env: values })
  expect(origin.environmentVariables).toMatchObject(values)
  expect(events.environmentVariables).toMatchObject(values)
})

it('the environment wins over .env: that is how another region is deployed from the same folder', () => {
  const { origin, events } = resolvedProps({
    dotEnv: FILLED,
    env: { OSS_REGION: 'eu-central-1', OSS_ORIGINAL_BUCKET_NAME: 'eu-originals', ORIGIN_ROLE: 'eu-origin' },
  })
  expect([origin.region, origin.environmentVariables['OSS_REGION'], events.region]).toEqual(
    Array(3).fill('eu-central-1'),
  )
  expect(origin.role).toBe('eu-origin')
  expect(events.triggers[0]?.sourceArn).toBe('acs:oss:eu-central-1:1234567890123456:eu-originals')
})

it('both functions start with what .env.example and s.yaml give them, once the four required settings are there', () => {
  const { origin, events } = resolved['with .env filled in']
  for (const { environmentVariables } of [origin, events]) {
    expect(() => loadConfig(environmentVariables, true)).not.toThrow()
    expect(Object.keys(environmentVariables)).toEqual(expect.arrayContaining(SETTINGS.map(({ name }) => name)))
    // 4 KB in all; a long STYLES must still fit.
    expect(JSON.stringify(environmentVariables).length).toBeLessThan(2048)
  }
})

it('glibc and libuv read their variables before Node starts', () => {
  const { origin, events } = plain
  for (const { environmentVariables } of [origin, events]) {
    expect(environmentVariables).toMatchObject({ MALLOC_ARENA_MAX: '2', UV_THREADPOOL_SIZE: '4' })
  }
})

it('strangers reach only origin, and only with GET and HEAD; events is told of every way an object comes and goes', () => {
  const { origin, events } = plain
  expect(origin.triggers).toEqual([
    { triggerName: 'http', triggerType: 'http', triggerConfig: { authType: 'anonymous', methods: ['GET', 'HEAD'] } },
  ])
  expect(events.triggers.map(({ triggerType }) => triggerType)).toEqual(['oss'])
  const told = events.triggers[0]?.triggerConfig['events'] as string[]
  for (const way of [
    'PutObject',
    'PostObject',
    'CopyObject',
    'AppendObject',
    'CompleteMultipartUpload',
    'PutSymlink',
  ]) {
    expect(told).toContain(`oss:ObjectCreated:${way}`)
  }
  expect(told).toEqual(expect.arrayContaining(['oss:ObjectRemoved:DeleteObject', 'oss:ObjectRemoved:DeleteObjects']))
})

it('each function has its own role; the one that strangers reach can neither delete nor list', () => {
  const { origin, events } = plain
  expect(origin.role).not.toBe(events.role)
  const buckets = { originals: 'o', compressed: 'c' }
  const actions = (policy: { Statement: { Action: string[] }[] }) => policy.Statement.flatMap(({ Action }) => Action)
  expect(actions(originPolicy(buckets))).toEqual(['oss:GetObject', 'oss:PutObject'])
  expect(actions(eventsPolicy(buckets))).toEqual([
    'oss:GetObject',
    'oss:GetObject',
    'oss:PutObject',
    'oss:DeleteObject',
    'oss:ListObjects',
  ])
  // Each in the two buckets and nowhere else; originals are only read, by either.
  for (const { Action, Resource } of [originPolicy(buckets), eventsPolicy(buckets)].flatMap(
    ({ Statement }) => Statement,
  )) {
    const inOriginals = Action.every((action) => action === 'oss:GetObject')
    for (const one of Resource) expect(one).toMatch(inOriginals ? /^acs:oss:\*:\*:o\/\*$/ : /^acs:oss:\*:\*:c(\/\*)?$/)
  }
  expect(FUNCTION_TRUST.Statement.map(({ Principal }) => Principal)).toEqual([{ Service: ['fc.aliyuncs.com'] }])
})

it('no initializer: when one fails, the platform answers 200', () => {
  for (const props of Object.values(plain)) expect(props).not.toHaveProperty('instanceLifecycleConfig')
})

it('memory per core is what the platform allows, from 1 to 4 GB', () => {
  for (const props of Object.values(plain)) {
    const { cpu, memorySize } = props as unknown as { cpu: number; memorySize: number }
    expect(memorySize / 1024 / cpu).toBeGreaterThanOrEqual(1)
    expect(memorySize / 1024 / cpu).toBeLessThanOrEqual(4)
  }
})

it('deploying and trying build first, once for both functions', () => {
  const counted = (yaml: string) =>
    yaml
      .replaceAll('run: npm run build', 'run: echo built')
      .replace(/run: node .*check-settings.*/, 'run: echo checked')
  for (const args of [
    ['deploy', '-y'],
    ['origin', 'deploy', '-y'],
    ['events', 'local', 'invoke'],
  ]) {
    const { output } = serverless(args, { edit: counted })
    expect([args, output.match(/^built$/gm)?.length]).toEqual([args, 1])
    expect(output.includes('checked')).toBe(args.includes('deploy'))
  }
})

it('nothing is deployed when the settings are wrong', () => {
  const wrong = (yaml: string) => yaml.replace(/run: node .*check-settings.*/, 'run: exit 1')
  const { code, given } = serverless(['deploy', '-y'], { edit: wrong })
  expect(code).not.toBe(0)
  expect(given).toEqual([])
})

it('the built-in runtime for origin: the lines that the comment names are the ones that change', () => {
  const comment = readFileSync('s.yaml', 'utf8')
    .split('\n')
    .filter((line) => /^ {6}#/.test(line))
    .map((line) => line.replace(/^ {6}# /, ''))
    .join(' ')
  expect(comment).toContain(
    '`runtime: nodejs20`, `handler: index.handler`, and without customRuntimeConfig and instanceConcurrency',
  )
  const { customDomain: _, customRuntimeConfig: __, instanceConcurrency: ___, ...rest } = plain.origin
  ajv.validate(FC3_PROPS, { ...rest, runtime: 'nodejs20', handler: 'index.handler' })
  expect(ajv.errors).toBeNull()
})

it('code is the folder that is built, and both functions run from it', () => {
  const { resources } = parse(readFileSync('s.yaml', 'utf8'), { merge: true }) as {
    resources: Record<string, { component: string; props: { code: string } }>
  }
  expect(Object.keys(resources)).toEqual(['origin', 'events'])
  for (const { component, props } of Object.values(resources))
    expect([component, props.code]).toEqual(['fc3', './dist'])
})
