// Just enough of OSS for commands that list two buckets and read through the mirror: over real sockets, signatures not looked
// at, and with as many keys as a test wants, because a bucket may compute its pages.
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface FakeObject {
  key: string
  bytes: number
  /** ISO 8601. */
  modified: string
  etag?: string
}

export interface FakeBucket {
  /** At most `count` objects behind the key `after`, in order. */
  page(after: string, count: number, prefix: string): readonly FakeObject[]
  /** An unsigned GET or HEAD of a key, or a signed HEAD. */
  read?(method: string, key: string, request: IncomingMessage, response: ServerResponse): void
}

export interface FakeOss {
  url: string
  requests: { list: number; head: number; get: number }
  /** How long a listing takes. */
  listDelayMs: number
  close(): Promise<void>
}

export async function fakeOss(buckets: Record<string, FakeBucket>): Promise<FakeOss> {
  const requests = { list: 0, head: 0, get: 0 }
  const server: Server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://localhost')
    const [, name = '', ...rest] = url.pathname.split('/')
    const key = decodeURIComponent(rest.join('/'))
    const bucket = buckets[name]
    if (bucket === undefined) {
      response.writeHead(404).end()
    } else if (key === '' && url.searchParams.has('list-type')) {
      requests.list++
      const count = Number(url.searchParams.get('max-keys') ?? 100)
      const after = url.searchParams.get('continuation-token') ?? url.searchParams.get('start-after') ?? ''
      const page = bucket.page(after, count, url.searchParams.get('prefix') ?? '')
      const answer = () => response.writeHead(200, { 'content-type': 'application/xml' }).end(listing(page, count))
      if (oss.listDelayMs === 0) answer()
      else setTimeout(answer, oss.listDelayMs)
    } else if (key === '' || bucket.read === undefined) {
      response.writeHead(404).end()
    } else {
      requests[request.method === 'HEAD' ? 'head' : 'get']++
      bucket.read(request.method ?? '', key, request, response)
    }
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const oss: FakeOss = {
    url: `http://localhost:${(server.address() as AddressInfo).port}`,
    requests,
    listDelayMs: 0,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections()
        server.close(() => resolve())
      }),
  }
  return oss
}

function listing(page: readonly FakeObject[], count: number): string {
  const contents = page.map(
    ({ key, bytes, modified, etag = 'E' }) =>
      `<Contents><Key>${encodeURIComponent(key)}</Key><LastModified>${modified}</LastModified><ETag>"${etag}"</ETag>` +
      `<Type>Normal</Type><Size>${bytes}</Size><StorageClass>Standard</StorageClass></Contents>`,
  )
  const last = page.length === count ? page.at(-1) : undefined
  const next =
    last === undefined ? '' : `<NextContinuationToken>${encodeURIComponent(last.key)}</NextContinuationToken>`
  return `<?xml version="1.0" encoding="UTF-8"?>\n<ListBucketResult><EncodingType>url</EncodingType><IsTruncated>${page.length === count}</IsTruncated>${next}${contents.join('')}</ListBucketResult>`
}

/** What a command needs to take it for a deployment. */
export function fakeEnvironment(oss: FakeOss): Record<string, string> {
  return {
    OSS_REGION: 'cn-hangzhou',
    OSS_ENDPOINT: oss.url,
    OSS_ORIGINAL_BUCKET_NAME: 'originals',
    OSS_COMPRESS_BUCKET_NAME: 'compressed',
    MIRROR_SECRET: 'a-secret-of-some-length',
    ALIBABA_CLOUD_ACCESS_KEY_ID: 'id',
    ALIBABA_CLOUD_ACCESS_KEY_SECRET: 'secret',
  }
}
