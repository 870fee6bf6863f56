import type OSS from 'ali-oss'

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
