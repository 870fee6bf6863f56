import { readdirSync, readFileSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'

import { bucketLister } from '../../scripts/listing/bucket.ts'
import { ownerClient } from '../../scripts/owner.ts'
import { OPERATIONS, wrongWith } from '../../scripts/soak/judge.ts'
import type { TestCloud } from '../e2e/support.ts'

const GIVE_UP_MS = 20_000

/** Waits for what has to come about. @throws Error where it never does */
export async function until<T>(look: () => T | undefined | false): Promise<T> {
  for (const started = Date.now(); Date.now() - started < GIVE_UP_MS;) {
    const found = look()
    if (found !== undefined && found !== false) return found
    await delay(5)
  }
  throw new Error(`Expected it to come about, it did not: ${String(look)}`)
}

/**
 * What is wrong with what the compressed bucket holds: nothing, ever. What has operations that the judge does not know is left out.
 * @param uploaded originals by key
 * @param prefix of the keys to look at
 */
export async function wrongStored(
  cloud: TestCloud,
  uploaded: ReadonlyMap<string, Buffer>,
  prefix = '',
): Promise<string[]> {
  const { addresses } = cloud
  const bucket = ownerClient({ ...addresses, endpoint: addresses.oss }, addresses.compressed)
  const wrong: string[] = []
  for await (const page of bucketLister(bucket).pages({ prefix, after: '' })) {
    for (const { key } of page) {
      const [source = '', operation, ...more] = key.split('__op__')
      if (more.length > 0 || (operation !== undefined && !(operation in OPERATIONS))) continue
      const { content, res } = await bucket.get(key)
      const headers = res.headers as Record<string, string | undefined>
      const original = uploaded.get(source)
      const answer = { contentType: headers['content-type'] ?? '', body: content as Buffer }
      const why = original === undefined ? 'of no original' : await wrongWith(original, operation, answer)
      if (why !== undefined) wrong.push(`${key}: ${why}`)
    }
  }
  return wrong
}

/** How a reader fares: the status, or `cut` where the connection broke before the picture's end. */
export async function fares(reading: Promise<{ status: number }>): Promise<number | 'cut'> {
  try {
    return (await reading).status
  } catch {
    return 'cut'
  }
}

/** An ISO media file: what is no picture and is copied as it is. */
export function film(bytes: number): Buffer {
  const start = Buffer.from('000000206674797069736f6d0000020069736f6d69736f32617663316d703431', 'hex')
  return Buffer.concat([start, Buffer.alloc(bytes - start.length, 7)])
}

/** Requests of the function to OSS for one key. */
export function requestsFor(cloud: TestCloud, method: 'GET' | 'PUT', key: string): number {
  return cloud.oss.requests
    .entries()
    .filter((entry) => entry.role !== undefined && entry.method === method && entry.key === key).length
}

/** A process that the function started and that has been at work for so long, in hundredths of a second. */
export function workerAtWork(cloud: TestCloud, ticks: number): number | undefined {
  const parent = cloud.gateway.instances()[0]?.pid
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .find((pid) => {
      try {
        const fields = readFileSync(`/proc/${pid}/stat`, 'latin1')
          .replace(/^.*\) /, '')
          .split(' ')
        return Number(fields[1]) === parent && Number(fields[11]) + Number(fields[12]) >= ticks
      } catch {
        return false
      }
    })
}
