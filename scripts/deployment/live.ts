// The deployment a command is about: the one that .env describes, or the local cloud that runs on this machine.
import { existsSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'

import { parse } from 'dotenv'

import { loadConfig, type Config } from '../../src/config.ts'
import { fail, EXIT } from '../args.ts'
import { ROLES } from './policies.ts'

export interface Deployment {
  /** The function's own settings; what it would run with. */
  config: Config
  region: string
  originals: string
  compressed: string
  /** Address of the OSS API, a URL. */
  endpoint: string
  /** Of whoever runs the command, not of the function. */
  accessKeyId: string
  accessKeySecret: string
  securityToken?: string
  /** Where readers get compressed objects: a key in percent-encoding is put behind it. Ends with a slash. */
  readerUrl: string
  /** Address of the function `origin` as the mirror rule has it; ends with a slash. */
  functionUrl?: string
  /** Address of the RAM API, where it is not the public one. */
  ramEndpoint?: string
  /** Names of the two functions' RAM roles. */
  roles: { origin: string; events: string }
  local: boolean
}

/** Options every command about a deployment has. */
export const DEPLOYMENT_OPTIONS = {
  local: { type: 'boolean', default: false },
  data: { type: 'string', default: '.local' },
} as const

export const DEPLOYMENT_HELP = `
  --local        the local cloud that runs here (npm start) instead of what .env describes
  --data DIR     its folder (default .local)`

/** Environment before .env, as Serverless Devs does it. @returns what is set, empty values left out. */
export function readEnvironment(env: NodeJS.ProcessEnv = process.env, file = '.env'): NodeJS.ProcessEnv {
  const fromFile = existsSync(file) ? parse(readFileSync(file)) : {}
  const set = (values: NodeJS.ProcessEnv) => Object.entries(values).filter(([, value]) => value !== '')
  return Object.fromEntries([...set(fromFile), ...set(env)])
}

/** Ends the process with 2 and one message that names everything that is missing. */
export function readDeployment(values: { local: boolean; data: string }): Deployment {
  return values.local ? localDeployment(resolve(values.data)) : deploymentFrom(readEnvironment())
}

/** @throws never; ends the process with 2 where settings or keys are missing. */
export function deploymentFrom(env: NodeJS.ProcessEnv): Deployment {
  const mistakes: string[] = []
  let config: Config | undefined
  try {
    config = loadConfig(env, false)
  } catch (error) {
    mistakes.push(error instanceof Error ? error.message : String(error))
  }
  const accessKeyId = env['ALIBABA_CLOUD_ACCESS_KEY_ID'] ?? env['AccessKeyID']
  const accessKeySecret = env['ALIBABA_CLOUD_ACCESS_KEY_SECRET'] ?? env['AccessKeySecret']
  if (accessKeyId === undefined || accessKeySecret === undefined) {
    mistakes.push(
      'Expected AccessKeyID and AccessKeySecret, or ALIBABA_CLOUD_ACCESS_KEY_ID and ALIBABA_CLOUD_ACCESS_KEY_SECRET, got none.',
    )
  }
  if (config === undefined || accessKeyId === undefined || accessKeySecret === undefined) {
    return fail(EXIT.usage, `${mistakes.join('\n')}\nSet them in the environment or in .env (see .env.example).`)
  }
  const securityToken = env['ALIBABA_CLOUD_SECURITY_TOKEN']
  const endpoint = config.endpoint
  const functionUrl = env['FUNCTION_URL']
  const ramEndpoint = env['RAM_ENDPOINT']
  return {
    config,
    region: config.region,
    originals: config.originals,
    compressed: config.compressed,
    endpoint,
    accessKeyId,
    accessKeySecret,
    ...(securityToken === undefined ? {} : { securityToken }),
    readerUrl: withSlash(env['READER_URL'] ?? bucketUrl(endpoint, config.compressed)),
    ...(functionUrl === undefined ? {} : { functionUrl: withSlash(functionUrl) }),
    ...(ramEndpoint === undefined ? {} : { ramEndpoint }),
    roles: { origin: env['ORIGIN_ROLE'] ?? ROLES.origin, events: env['EVENTS_ROLE'] ?? ROLES.events },
    local: isLocal(endpoint),
  }
}

/** What `npm start` wrote about itself. */
function localDeployment(dataDir: string): Deployment {
  const file = join(dataDir, 'running.json')
  if (!existsSync(file)) return fail(EXIT.usage, `Expected a local cloud to run on ${dataDir}, found none: npm start.`)
  const { settings, ...running } = JSON.parse(readFileSync(file, 'utf8')) as Record<string, string> & {
    settings?: Record<string, string>
  }
  return deploymentFrom({
    OSS_REGION: running['region'],
    OSS_ORIGINAL_BUCKET_NAME: running['originals'],
    OSS_COMPRESS_BUCKET_NAME: running['compressed'],
    OSS_ENDPOINT: running['oss'],
    MIRROR_SECRET: running['mirrorSecret'],
    ALLOW: 'open',
    ...settings,
    ALIBABA_CLOUD_ACCESS_KEY_ID: running['accessKeyId'],
    ALIBABA_CLOUD_ACCESS_KEY_SECRET: running['accessKeySecret'],
    FUNCTION_URL: running['function'],
    ...(running['ram'] === undefined ? {} : { RAM_ENDPOINT: running['ram'] }),
  })
}

/** The bucket's own address: a label before the host, or a path on this machine, where a name has no labels. */
function bucketUrl(endpoint: string, bucket: string): string {
  const url = new URL(endpoint)
  return isLocal(endpoint) ? `${url.origin}/${bucket}/` : `${url.protocol}//${bucket}.${url.host}/`
}

const isLocal = (endpoint: string) => ['localhost', '127.0.0.1'].includes(new URL(endpoint).hostname)
const withSlash = (url: string) => (url.endsWith('/') ? url : `${url}/`)
