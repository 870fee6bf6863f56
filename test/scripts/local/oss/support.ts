import { mkdtempSync, rmSync } from 'node:fs'
import { Agent, request } from 'node:http'
import type { IncomingHttpHeaders } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import OSS from 'ali-oss'
import { signV1, stringToSignV1 } from '../../../../scripts/local/oss/auth/v1.ts'
import { readQuery } from '../../../../scripts/local/oss/http/address.ts'
import { startOss } from '../../../../scripts/local/oss/server.ts'
import type { LocalOss, OssOptions } from '../../../../scripts/local/oss/server.ts'

export const KEY = { accessKeyId: 'testak', accessKeySecret: 'testsk' }
export const REGION = 'cn-hangzhou'

export interface Started {
  oss: LocalOss
  dataDir: string
  /** Stops the server and removes its files. */
  stop(): Promise<void>
}

export async function start(options: Partial<OssOptions> = {}): Promise<Started> {
  const dataDir = options.dataDir ?? mkdtempSync(join(tmpdir(), 'oss-'))
  const oss = await startOss({ port: 0, region: REGION, accounts: [KEY], durable: false, ...options, dataDir })
  return {
    oss,
    dataDir,
    async stop() {
      await oss.close()
      rmSync(dataDir, { recursive: true, force: true })
    },
  }
}

export type Addressing = 'path' | 'ip' | 'virtual-host' | 'cname'

/** Options that @types/ali-oss leaves out. */
type ClientOptions = Partial<OSS.Options> & {
  sldEnable?: boolean
  agent?: Agent
  retryMax?: number
  headerEncoding?: string
}

type Result = { res: { status: number; headers: Record<string, string> } }

/** What @types/ali-oss leaves out, or types wrongly. */
export type Client = Omit<
  OSS,
  'copy' | 'putMeta' | 'list' | 'put' | 'get' | 'head' | 'listV2' | 'putSymlink' | 'deleteMulti'
> & {
  put(name: string, bytes: Buffer, options?: object): Promise<Result & { name: string }>
  get(name: string, options?: object): Promise<Result & { content: Buffer }>
  head(name: string, options?: object): Promise<Result & { meta: Record<string, string> | null; status: number }>
  copy(name: string, source: string, bucketOrOptions?: string | object, options?: object): Promise<Result>
  append(name: string, bytes: Buffer, options: object): Promise<Result & { nextAppendPosition: string }>
  putMeta(name: string, meta: Record<string, string>, options?: object): Promise<Result>
  list(
    query: object,
    options?: object,
  ): Promise<
    Result & {
      objects?: { name: string; owner: { id: string; displayName: string } }[]
      prefixes: string[] | null
      isTruncated: boolean
      nextMarker: string | null
    }
  >
  getObjectMeta(name: string): Promise<Result>
  getObjectTagging(name: string): Promise<Result & { tag: Record<string, string> }>
  putObjectTagging(name: string, tags: Record<string, string>): Promise<Result>
  deleteObjectTagging(name: string): Promise<Result>
  putSymlink(name: string, target: string, options?: object): Promise<Result>
  deleteMulti(names: string[], options?: object): Promise<Result & { deleted: { Key: string }[] }>
  signatureUrlV4(method: string, seconds: number, request: object, name: string): Promise<string>
  listV2(
    query: object,
    options?: object,
  ): Promise<
    Result & {
      objects?: { name: string; size: number; etag: string; owner?: object | null }[]
      prefixes: string[] | null
      isTruncated: boolean
      nextContinuationToken: string | null
      keyCount: string
    }
  >
}

/** A client in one of the styles it can address a server in. */
export function client(oss: LocalOss, how: Addressing = 'path', options: ClientOptions = {}): Client {
  const shared = { region: `oss-${REGION}`, ...KEY, bucket: 'bucket', timeout: 10_000, ...options }
  // Without a refresher the client prints a recommendation each time; this one is never due.
  const refresh = options.stsToken === undefined ? {} : { refreshSTSToken: neverDue }
  return new OSS({ ...shared, ...refresh, ...styleOptions(oss.port, how) }) as unknown as Client
}

async function neverDue(): Promise<never> {
  throw new Error('Expected no refresh within five minutes')
}

function styleOptions(port: number, how: Addressing): ClientOptions {
  switch (how) {
    case 'path':
      return { endpoint: `http://localhost:${port}`, sldEnable: true }
    case 'ip':
      return { endpoint: `http://127.0.0.1:${port}` }
    case 'virtual-host':
      return { endpoint: `http://localhost:${port}`, agent: loopbackAgent() }
    default:
      return { endpoint: `http://img.example.test:${port}`, cname: true, agent: loopbackAgent() }
  }
}

const agents: Agent[] = []

/** Names such as bucket.localhost do not resolve everywhere. */
function loopbackAgent(): Agent {
  const agent = new Agent({
    keepAlive: false,
    lookup: (_host, options, callback) => {
      if (options.all)
        (callback as unknown as (e: null, a: object[]) => void)(null, [{ address: '127.0.0.1', family: 4 }])
      else callback(null, '127.0.0.1', 4)
    },
  })
  agents.push(agent)
  return agent
}

export function closeAgents(): void {
  for (const agent of agents.splice(0)) agent.destroy()
}

export interface Answer {
  status: number
  headers: IncomingHttpHeaders
  body: string
  bytes: Buffer
}

export interface Sending {
  method?: string
  headers?: Record<string, string>
  body?: string | Buffer
}

/** One plain request, unsigned unless the path or the headers say otherwise. */
export function send(
  port: number,
  path: string,
  { method = 'GET', headers = {}, body }: Sending = {},
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const options = { host: '127.0.0.1', port, path, method, headers: { host: `localhost:${port}`, ...headers } }
    const sent = request({ ...options, agent: false })
    sent.on('error', reject).on('response', (response) => {
      const chunks: Buffer[] = []
      response.on('data', (chunk: Buffer) => chunks.push(chunk)).on('error', reject)
      response.on('end', () => {
        const bytes = Buffer.concat(chunks)
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body: bytes.toString(), bytes })
      })
    })
    sent.end(body)
  })
}

/** A path with a version 1 signature in its query. */
export function signedPath(path: string, method = 'GET', headers: Record<string, string> = {}): string {
  const [name = '', rest = ''] = path.split('?')
  const [, bucket = '', ...key] = decodeURIComponent(name).split('/')
  const query = readQuery(rest)
  const expires = String(Math.floor(Date.now() / 1000) + 600)
  const signable = { method, bucket, key: key.join('/'), query, headers }
  const signature = encodeURIComponent(signV1(KEY.accessKeySecret, stringToSignV1(signable, expires)))
  const mark = rest === '' ? '?' : '&'
  return `${path}${mark}OSSAccessKeyId=${KEY.accessKeyId}&Expires=${expires}&Signature=${signature}`
}

/** The code of an error answer. */
export const code = ({ body }: Answer): string | undefined => /<Code>(.*?)<\/Code>/.exec(body)?.[1]
