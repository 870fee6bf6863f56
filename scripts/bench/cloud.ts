// The local cloud as the benchmark uses it: built anew, in a folder of its own, and taken away at the end.
import { createHash } from 'node:crypto'
import { rmSync } from 'node:fs'

import { buildFunction } from '../build.ts'
import { type CloudOptions, type LocalCloud, startCloud } from '../local/cloud.ts'
import { ownerClient } from '../owner.ts'
import { closing, temporaryFolder } from './ending.ts'

export interface Answer {
  status: number
  bytes: Buffer
  ms: number
}

export interface BenchCloud extends LocalCloud {
  codeDir: string
  upload(key: string, bytes: Buffer): Promise<void>
  /** As a reader: a plain GET of the compressed bucket, to the last byte. */
  read(key: string): Promise<Answer>
  /** The function's line about the newest request for this key; undefined where it wrote none. */
  line(key: string): FunctionLine | undefined
  /** How many pictures of these keys the function made, rather than shared. */
  encodes(keys: readonly string[]): number
  /** What the function did with the buckets so far. */
  counts(): { reads: number; puts: number }
  /** Waits until an instance runs: the first request after a start is another measurement. */
  warmUp(picture: Buffer): Promise<void>
}

/** What the function logs about a request, as far as the benchmark looks at it. */
export interface FunctionLine {
  requestedKey: string
  status: number
  outcome: string
  reason?: string
  format?: string
  settings?: string
  joined?: boolean
  ms: { total: number; read?: number; render?: number; put?: number }
}

let built: Promise<string> | undefined

/** Folder of the built function: built once, gone when the process ends. */
export function builtFunction(): Promise<string> {
  built ??= (async () => {
    const folder = temporaryFolder()
    await buildFunction(folder, { for: 'here' })
    return folder
  })()
  return built
}

export async function benchCloud(options: Partial<CloudOptions> = {}): Promise<BenchCloud> {
  const folder = temporaryFolder()
  const remove = () => rmSync(folder, { recursive: true, force: true })
  const lines: FunctionLine[] = []
  try {
    const codeDir = await builtFunction()
    const onLog = ({ text }: { text: string }) => {
      for (const line of text.split('\n')) {
        const found = line.startsWith('{') ? (JSON.parse(line) as FunctionLine) : undefined
        if (found?.outcome !== undefined) lines.push(found)
      }
    }
    const cloud = await startCloud({
      port: 0,
      dataDir: folder,
      codeDir,
      onLog,
      ...options,
      // Imitating how the platform freezes an instance between requests stops this process for up to 15 ms at each request.
      gatewaySwitches: { freeze: false, ...options.gatewaySwitches },
    })
    const { addresses, oss } = cloud
    const client = ownerClient({ ...addresses, endpoint: addresses.oss }, addresses.originals)
    const read = async (key: string): Promise<Answer> => {
      const started = performance.now()
      const path = key.split('/').map(encodeURIComponent).join('/')
      const response = await fetch(`${addresses.oss}/${addresses.compressed}/${path}`)
      const bytes = Buffer.from(await response.arrayBuffer())
      return { status: response.status, bytes, ms: performance.now() - started }
    }
    const count = (operation: string, bucket: string) =>
      oss.requests
        .entries()
        .filter((entry) => entry.role !== undefined && entry.operation === operation && entry.bucket === bucket)
        .filter(({ status }) => status < 300).length
    const upload = async (key: string, bytes: Buffer) => void (await client.put(key, bytes))
    return {
      ...cloud,
      codeDir,
      upload,
      read,
      line: (key) => lines.findLast(({ requestedKey }) => requestedKey === key),
      encodes: (keys) =>
        lines.filter((line) => keys.includes(line.requestedKey) && line.joined !== true && line.ms.render !== undefined)
          .length,
      counts: () => ({
        reads: count('GetObject', addresses.originals),
        puts: count('PutObject', addresses.compressed),
      }),
      warmUp: async (picture) => {
        const key = `warm-up/${createHash('md5').update(picture).digest('hex')}-${performance.now()}.jpg`
        await upload(key, picture)
        expectOk(await read(key), key)
      },
      close: closing(async () => {
        await cloud.close()
        remove()
      }),
    }
  } catch (error) {
    remove()
    throw error
  }
}

/** What is not a 200 must not be measured as if it were. */
export function expectOk(answer: Answer, key: string): Answer {
  if (answer.status !== 200)
    throw new Error(`Expected 200 for ${key}, got ${answer.status}: ${answer.bytes.subarray(0, 300).toString()}`)
  return answer
}
