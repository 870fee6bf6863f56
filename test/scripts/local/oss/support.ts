import { mkdtempSync, rmSync } from 'node:fs'
import { Agent } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import OSS from 'ali-oss'
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

/** A client in one of the styles it can address a server in. */
export function client(oss: LocalOss, how: Addressing = 'path', options: ClientOptions = {}): OSS {
  const shared = { region: `oss-${REGION}`, ...KEY, bucket: 'bucket', timeout: 10_000, ...options }
  // Without a refresher the client prints a recommendation each time; this one is never due.
  const refresh = options.stsToken === undefined ? {} : { refreshSTSToken: neverDue }
  return new OSS({ ...shared, ...refresh, ...styleOptions(oss.port, how) })
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
