import type OSS from 'ali-oss'

/** Enabled or Suspended; undefined where the bucket has no versions, or the keys may not ask. */
export async function versioningOf(client: OSS, bucket: string): Promise<string | undefined> {
  const asking = client as unknown as { getBucketVersioning(name: string): Promise<{ versionStatus?: string }> }
  try {
    const { versionStatus } = await asking.getBucketVersioning(bucket)
    return versionStatus === undefined || versionStatus === '' ? undefined : versionStatus
  } catch {
    return undefined
  }
}
