import { Agent as HttpAgent } from 'node:http'
import { Agent as HttpsAgent } from 'node:https'

import type OSS from 'ali-oss'

import type { Credentials } from '../context.ts'

/** The calls of ali-oss this program makes, typed as they behave in 6.23 (its own types miss options and get results wrong). */
export interface OssClient {
  getStream(
    key: string,
    options: { headers?: Record<string, string>; timeout: Timeout },
  ): Promise<{
    stream: NodeJS.ReadableStream & { destroy(error?: Error): void }
    res: { status: number; headers: Record<string, string | undefined> }
  }>
  get(key: string, options: { headers?: Record<string, string>; timeout: Timeout }): Promise<{ content: Buffer }>
  head(
    key: string,
    options: { timeout: Timeout },
  ): Promise<{ meta: Record<string, string> | null; res: { headers: Record<string, string | undefined> } }>
  put(
    key: string,
    body: Buffer,
    options: { headers: Record<string, string>; meta?: Record<string, string>; timeout: Timeout },
  ): Promise<{ res: { headers: Record<string, string | undefined> } }>
  /** Takes the token out of the query it is given. */
  listV2(
    query: Record<string, string>,
    options: { timeout: Timeout },
  ): Promise<{
    objects?: { name: string; lastModified: string; etag: string; size: number }[]
    isTruncated: boolean
    nextContinuationToken: string | null
  }>
  deleteMulti(keys: string[], options: { timeout: Timeout }): Promise<{ deleted: unknown[] }>
}

/** Milliseconds to connect, and to the whole answer (for getStream: to its headers). */
export type Timeout = readonly [connect: number, response: number]

export interface ClientSettings {
  region: string
  endpoint: string
}

/**
 * Idle longer than this, our side believes no kept connection: Function Compute freezes an instance between requests, and
 * whatever closed its sockets meanwhile (OSS does after a minute, a NAT gateway earlier) told a sleeping process. A reset
 * would only cost a retry; a silently dead socket costs a whole timeout of the 10 s.
 */
const IDLE_MS = 15_000
const MOST_CREDENTIAL_SETS = 4

export interface Clients {
  /** The client for these credentials and bucket: one each, connections shared by all. */
  get(credentials: Credentials, bucket: string): Promise<OssClient>
  /** A connection turned out to be dead: the others that were kept have been idle beside it, and none is used again. */
  distrust(): void
}

export function createClients(settings: ClientSettings, now: () => number = Date.now): Clients {
  const endpoint = new URL(settings.endpoint)
  // Path-style addressing: names below localhost do not resolve everywhere.
  const pathStyle = endpoint.hostname === 'localhost'
  const made = new Map<string, Promise<OssClient>>()
  let agents = newAgents()
  let lastUsed = now()

  function renew(): void {
    retire(agents.agent)
    retire(agents.httpsAgent)
    agents = newAgents()
    made.clear()
  }

  return {
    distrust: renew,
    get(credentials, bucket) {
      if (now() - lastUsed > IDLE_MS) renew()
      lastUsed = now()
      const name = JSON.stringify([credentials.accessKeyId, credentials.securityToken ?? '', bucket])
      const known = made.get(name)
      if (known !== undefined) return known
      const client = makeClient(settings, credentials, bucket, pathStyle, agents)
      made.set(name, client)
      // Too many open files, say, passes: the next request tries anew.
      client.catch(() => made.delete(name))
      // Two buckets a set; the oldest go first. Old keys expire and never come back.
      for (const oldest of made.keys()) {
        if (made.size <= MOST_CREDENTIAL_SETS * 2) break
        made.delete(oldest)
      }
      return client
    },
  }
}

function newAgents(): { agent: HttpAgent; httpsAgent: HttpsAgent } {
  const options = { keepAlive: true, maxFreeSockets: 64, scheduling: 'lifo' } as const
  return { agent: new HttpAgent(options), httpsAgent: new HttpsAgent(options) }
}

/** Sockets in use finish their request, which destroy() of the agent would break, and are not kept; the free ones are closed. */
function retire(agent: HttpAgent): void {
  agent.maxFreeSockets = 0
  for (const socket of Object.values(agent.freeSockets).flat()) socket?.destroy()
}

async function makeClient(
  { region, endpoint }: ClientSettings,
  credentials: Credentials,
  bucket: string,
  pathStyle: boolean,
  agents: { agent: HttpAgent; httpsAgent: HttpsAgent },
): Promise<OssClient> {
  const Client = await loadSdk()
  const options = {
    accessKeyId: credentials.accessKeyId,
    accessKeySecret: credentials.accessKeySecret,
    ...(credentials.securityToken === undefined
      ? {}
      : // Without an interval the constructor prints an advice to refresh; these keys come anew with every request.
        { stsToken: credentials.securityToken, refreshSTSTokenInterval: Number.MAX_SAFE_INTEGER }),
    bucket,
    // Signature 4 names the region; ali-oss would sign with its default whatever the endpoint says.
    region: `oss-${region}`,
    endpoint,
    secure: endpoint.startsWith('https:'),
    sldEnable: pathStyle,
    authorizationV4: true,
    // Retries are decided where the deadline is known (bucket.ts).
    retryMax: 0,
    ...agents,
  }
  return new Client(options) as unknown as OssClient
}

let sdk: Promise<typeof OSS> | undefined

/** Loads ali-oss once, apart from the rest: it is most of the bundle's code, and a refused request never needs it. */
export function loadSdk(): Promise<typeof OSS> {
  sdk ??= import('ali-oss').then(
    (module) => module.default,
    (error: unknown) => {
      sdk = undefined
      throw error
    },
  )
  return sdk
}
