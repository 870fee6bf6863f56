// The owner's side of OSS, for scripts: a client with permanent keys, and the calls ali-oss has no fitting method for.
import OSS from 'ali-oss'

export interface OwnerKeys {
  endpoint: string
  region: string
  accessKeyId: string
  accessKeySecret: string
  /** Of temporary keys. */
  securityToken?: string
}

export function ownerClient(
  { endpoint, region, accessKeyId, accessKeySecret, securityToken }: OwnerKeys,
  bucket?: string,
): OSS {
  const options = {
    endpoint,
    sldEnable: new URL(endpoint).hostname === 'localhost',
    region: `oss-${region}`,
    accessKeyId,
    accessKeySecret,
    authorizationV4: true,
    // A command ends long before its keys do; without an interval the client advises, on every construction, to refresh them.
    ...(securityToken === undefined ? {} : { stsToken: securityToken, refreshSTSTokenInterval: 86_400_000 }),
    ...(bucket === undefined ? {} : { bucket }),
  }
  return new OSS(options)
}

interface RawClient {
  _bucketRequestParams(method: string, bucket: string, subres: string, options: object): Record<string, unknown>
  request(params: Record<string, unknown>): Promise<unknown>
}

/**
 * Puts a website configuration as it is written. ali-oss's own method always adds an index document, which would turn
 * the bucket into a web site, and escapes nothing.
 */
export async function putWebsite(client: OSS, bucket: string, xml: string): Promise<void> {
  const raw = client as unknown as RawClient
  const params = raw._bucketRequestParams('PUT', bucket, 'website', {})
  await raw.request({ ...params, content: Buffer.from(xml), mime: 'xml', successStatuses: [200] })
}

/** Creates a bucket of ours where it is missing, and sets who may read it. */
export async function ensureBucket(client: OSS, bucket: string, acl: 'private' | 'public-read'): Promise<void> {
  const existing = await client.listBuckets({ prefix: bucket }, {})
  const names = ((existing as unknown as { buckets?: { name: string }[] }).buckets ?? []).map(({ name }) => name)
  if (!names.includes(bucket)) await client.putBucket(bucket)
  await client.putBucketACL(bucket, acl)
}

export interface ListedObject {
  key: string
  size: number
  /** ISO 8601. */
  lastModified: string
}

/** The first `most` objects of the client's bucket, in byte order of their keys. */
export async function listObjects(client: OSS, most = 1000): Promise<ListedObject[]> {
  const page = await client.listV2({ 'max-keys': String(most) }, {})
  return (page.objects ?? []).map(({ name, size, lastModified }) => ({ key: name, size, lastModified }))
}
