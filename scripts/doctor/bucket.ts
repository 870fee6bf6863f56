// What the owner asks OSS about a bucket and its objects.
import type OSS from 'ali-oss'

/** A refusal of OSS as ali-oss throws it. */
export interface Refusal {
  /** `NoSuchBucket`, `AccessDenied`, … or of the connection. */
  code: string
  /** HTTP, or below 0 where no answer came. */
  status: number
  message: string
}

/** Anything thrown by ali-oss, as a refusal. */
export function refusalOf(error: unknown): Refusal {
  const { code, name, status, message } = error as Partial<Refusal> & { name?: string }
  return {
    code: code ?? name ?? 'Error',
    status: typeof status === 'number' ? status : -1,
    message: message ?? String(error),
  }
}

export const isNotFound = (error: unknown) => refusalOf(error).status === 404

interface RawClient {
  _bucketRequestParams(method: string, bucket: string, subres: string, options: object): Record<string, unknown>
  request(params: Record<string, unknown>): Promise<{ data: Buffer }>
}

/**
 * A sub-resource of a bucket as the XML it comes in. ali-oss's own methods drop the elements they do not know.
 * @throws what `refusalOf` reads
 */
export async function bucketXml(client: OSS, bucket: string, subresource: string): Promise<string> {
  const raw = client as unknown as RawClient
  const params = raw._bucketRequestParams('GET', bucket, subresource, { timeout: 10_000 })
  const { data } = await raw.request({ ...params, successStatuses: [200] })
  return data.toString('utf8')
}

/** Facts of a stored object, from a signed HEAD: that neither calls the mirror nor is answered by a CDN. */
export interface StoredObject {
  headers: Readonly<Record<string, string | undefined>>
  /** Without quotes. */
  etag: string
}

/** @returns undefined where there is none. @throws what `refusalOf` reads */
export async function headObject(client: OSS, key: string): Promise<StoredObject | undefined> {
  try {
    const { res } = await client.head(key, { timeout: 10_000 })
    const headers = res.headers as Record<string, string | undefined>
    return { headers, etag: (headers['etag'] ?? '').replaceAll('"', '') }
  } catch (error) {
    if (isNotFound(error)) return undefined
    throw error
  }
}
