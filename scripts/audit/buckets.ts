// Single objects of both buckets, looked at with the owner's keys.
import { openOriginals } from '../../src/oss/bucket.ts'
import { createClients } from '../../src/oss/clients.ts'
import { openDerivatives, type StoredObject } from '../../src/oss/derivatives-bucket.ts'
import { OssFault, toOssFault } from '../../src/oss/fault.ts'
import type { Deployment } from '../deployment/live.ts'

export interface OriginalNow {
  etag: string
  modifiedMs: number
}

export interface AuditBuckets {
  /** @returns undefined where there is none. @throws OssFault */
  original(key: string): Promise<OriginalNow | undefined>
  /** The same, remembered for a while: few pictures are the watermark of many. */
  mark(key: string): Promise<OriginalNow | undefined>
  /** @throws OssFault */
  stored(key: string): Promise<StoredObject | undefined>
  /** The first bytes of an object that is there; a signed read, which is not mirrored. @throws OssFault */
  firstBytes(key: string, count: number): Promise<Buffer>
  /** @throws OssFault */
  remove(key: string): Promise<void>
}

const CALL_MS = 20_000
const MOST_MARKS = 1000

export function openBuckets(deployment: Deployment): AuditBuckets {
  const { region, endpoint, originals, compressed } = deployment
  const clients = createClients({ region, endpoint })
  const reading = openOriginals(clients, deployment, originals)
  const made = openDerivatives(clients, deployment, compressed)
  const until = () => Date.now() + CALL_MS
  const marks = new Map<string, Promise<OriginalNow | undefined>>()

  const original = async (key: string): Promise<OriginalNow | undefined> => {
    try {
      const { etag, lastModified } = await reading.head(key, until())
      return { etag, modifiedMs: Date.parse(lastModified) }
    } catch (error) {
      if (error instanceof OssFault && error.kind === 'missing') return undefined
      throw error
    }
  }
  return {
    original,
    mark(key) {
      const known = marks.get(key)
      if (known !== undefined) return known
      if (marks.size >= MOST_MARKS) marks.clear()
      const asked = original(key)
      marks.set(key, asked)
      return asked
    },
    stored: (key) => made.head(key, until()),
    async firstBytes(key, count) {
      const client = await clients.get(deployment, compressed)
      try {
        const headers = { Range: `bytes=0-${count - 1}` }
        return (await client.get(key, { headers, timeout: [5000, CALL_MS] })).content.subarray(0, count)
      } catch (error) {
        throw toOssFault(error, 'read compressed')
      }
    },
    remove: (key) => made.remove([key], until()),
  }
}
