import type OSS from 'ali-oss'

import type { Lister } from './listed.ts'

/**
 * How many objects a bucket holds, for a progress bar: OSS counts about once an hour. Undefined where the keys may not ask.
 * https://help.aliyun.com/en/oss/developer-reference/getbucketstat
 */
export async function objectCount(client: OSS, bucket: string): Promise<number | undefined> {
  const asking = client as unknown as { getBucketStat(name: string): Promise<{ stat?: { ObjectCount?: string } }> }
  try {
    const count = Number((await asking.getBucketStat(bucket)).stat?.ObjectCount)
    return Number.isInteger(count) && count > 0 ? count : undefined
  } catch {
    return undefined
  }
}

/**
 * The same by listing, for what OSS does not count, such as a prefix: a request for a thousand keys.
 * @returns undefined where it was stopped, or could not be listed.
 */
export async function countKeys(lister: Lister, prefix: string, stop: AbortSignal): Promise<number | undefined> {
  let count = 0
  try {
    for await (const page of lister.pages({ prefix, after: '' })) {
      if (stop.aborted) return undefined
      count += page.length
    }
    return count
  } catch {
    return undefined
  }
}
