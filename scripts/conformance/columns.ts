// The matrix: how requests are signed and how they name their bucket.

/** How a request names its bucket; the rows of the client's addressing. */
export type Style = 'path' | 'host' | 'ip-host' | 'cname'

export type Version = 'v1' | 'v4'

export interface Column {
  name: string
  version: Version
  style: Style
  /** The suite speaks to the server itself, by IP and path; otherwise through the proxy, which signs and addresses anew. */
  direct: boolean
}

const STYLES: readonly Style[] = ['path', 'host', 'ip-host', 'cname']
const VERSIONS: readonly Version[] = ['v1', 'v4']

export const COLUMNS: readonly Column[] = [
  { name: 'v1-direct', version: 'v1', style: 'path', direct: true },
  ...VERSIONS.flatMap((version) =>
    STYLES.map((style): Column => ({ name: `${version}-${style}`, version, style, direct: false })),
  ),
]

export const REGION = 'cn-hangzhou'

/** Domain of the buckets' own domains in the cname style. */
export const CNAME_DOMAIN = 'pictures.test'

/** The Host header and the raw path of a request. @param rawKey percent-encoded; undefined where there is no key */
export function addressOf(style: Style, port: number, bucket: string | undefined, rawKey = ''): [string, string] {
  const local = `localhost:${port}`
  if (bucket === undefined) return [style === 'ip-host' ? `oss-${REGION}.aliyuncs.com` : local, '/']
  if (style === 'path') return [local, `/${bucket}/${rawKey}`]
  return [hostOf(style, port, bucket), `/${rawKey}`]
}

function hostOf(style: Exclude<Style, 'path'>, port: number, bucket: string): string {
  if (style === 'host') return `${bucket}.localhost:${port}`
  // As clients with an IP for an endpoint write it: no port.
  if (style === 'ip-host') return `${bucket}.oss-${REGION}.aliyuncs.com`
  return `${bucket.toLowerCase()}.${CNAME_DOMAIN}`
}
