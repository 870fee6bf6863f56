import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'

import { type CloudOptions, type LocalCloud, startCloud } from '../../scripts/local/cloud.ts'
import { ownerClient } from '../../scripts/owner.ts'

/** `npm test` builds both first; the deployable one is for linux-x64. */
export const BUILT = resolve(process.platform === 'linux' && process.arch === 'x64' ? 'dist' : '.local/here')

export interface TestCloud extends LocalCloud {
  upload(key: string, bytes: Buffer): Promise<void>
  /** As a reader: a plain GET of the compressed bucket. */
  read(key: string, headers?: Record<string, string>): Promise<{ status: number; headers: Headers; body: Buffer }>
  head(key: string): Promise<{ status: number; headers: Headers }>
  /** Straight to the function, as the mirror asks it. */
  ask(path: string, init?: RequestInit): Promise<{ status: number; headers: Headers; body: Buffer }>
  /** How often the function was called, the originals were read and the compressed bucket was written to. */
  counts(): { invocations: number; reads: number; puts: number; copies: number }
  /** The function's own request lines. */
  lines(): Record<string, unknown>[]
}

/** The local cloud with the built function in it, on free ports and a fresh folder. */
export async function testCloud(options: Partial<CloudOptions> = {}): Promise<TestCloud> {
  if (!existsSync(join(BUILT, 'web.js')))
    throw new Error(`Expected the built function in ${BUILT}, found none. Run npm run pretest.`)
  const dataDir = mkdtempSync(join(tmpdir(), 'oss-image-origin-e2e-'))
  const logged: string[] = []
  const cloud = await startCloud({
    port: 0,
    dataDir,
    codeDir: BUILT,
    onLog: ({ text }) => logged.push(...text.split('\n')),
    ...options,
  })
  const { addresses, oss } = cloud
  const client = ownerClient({ ...addresses, endpoint: addresses.oss }, addresses.originals)
  const urlOf = (key: string) =>
    `${addresses.oss}/${addresses.compressed}/${key.split('/').map(encodeURIComponent).join('/')}`
  const get = async (url: string, init?: RequestInit) => {
    const response = await fetch(url, init)
    return { status: response.status, headers: response.headers, body: Buffer.from(await response.arrayBuffer()) }
  }
  return {
    ...cloud,
    upload: async (key, bytes) => {
      await client.put(key, bytes)
    },
    read: (key, headers) => get(urlOf(key), headers === undefined ? {} : { headers }),
    head: (key) => get(urlOf(key), { method: 'HEAD' }),
    ask: (path, init) =>
      get(`${addresses.function}${path}`, {
        headers: { 'x-mirror-secret': addresses.mirrorSecret },
        redirect: 'manual',
        ...init,
      }),
    counts: () => {
      const entries = oss.requests.entries().filter((entry) => entry.role !== undefined)
      const count = (operation: string, bucket: string) =>
        entries.filter((entry) => entry.operation === operation && entry.bucket === bucket && entry.status < 300).length
      return {
        invocations: cloud.gateway.counters.reached,
        reads: count('GetObject', addresses.originals),
        puts: count('PutObject', addresses.compressed),
        copies: count('CopyObject', addresses.compressed),
      }
    },
    lines: () =>
      logged
        .filter((text) => text.startsWith('{'))
        .map((text) => JSON.parse(text) as Record<string, unknown>)
        .filter((line) => 'outcome' in line),
    close: async () => {
      await cloud.close()
      rmSync(dataDir, { recursive: true, force: true })
    },
  }
}
