// Which bucket and key a request means: by the Host header, or by the first segment of the path.

import { OssError } from '../error.ts'

/** How the bucket was named. */
export type AddressStyle = 'service' | 'path' | 'virtual-host' | 'cname'

export interface Address {
  style: AddressStyle
  bucket?: string
  /** Decoded; undefined where the request is about the bucket or the service. */
  key?: string
}

export interface AddressRules {
  region: string
  /** Custom domains: host (without port, lower case) → bucket. */
  hosts: Readonly<Record<string, string>>
  /** Read `+` in a path as a space, as the real service is reported to do for keys sent unencoded. */
  plusIsSpace: boolean
}

/**
 * Reads the address of a request.
 * @param host the Host header, with or without a port
 * @param rawPath the path exactly as sent, without the query
 * @throws OssError for a path that is no UTF-8, an endpoint of another region, or path style on a regional endpoint
 */
export function readAddress(host: string, rawPath: string, rules: AddressRules): Address {
  const name = host.replace(/:\d+$/, '')
  const mapped = rules.hosts[name.toLowerCase()]
  if (mapped !== undefined) return withKey('cname', mapped, rawPath.slice(1), rules)
  // The bucket keeps its letters as they are: one with capitals is documented to be no bucket's name (EC 0015-00000001).
  const local = /^(.+)\.localhost$/i.exec(name)
  if (local?.[1]) return withKey('virtual-host', local[1], rawPath.slice(1), rules)
  const regional = /^(?:(.+)\.)?(oss-[a-z0-9-]+)\.aliyuncs\.com$/i.exec(name)
  if (regional?.[2]) {
    const bucket = regional[1]
    if (bucket === undefined) {
      if (rawPath === '/') return { style: 'service' }
      throw new OssError(
        403,
        'SecondLevelDomainForbidden',
        'The bucket you are attempting to access must be addressed using OSS third level domain.',
      )
    }
    checkRegion(regional[2].toLowerCase(), bucket, rules.region)
    return withKey('virtual-host', bucket, rawPath.slice(1), rules)
  }
  const slash = rawPath.indexOf('/', 1)
  const bucket = decode(slash < 0 ? rawPath.slice(1) : rawPath.slice(1, slash), false)
  if (bucket === '') return { style: 'service' }
  return withKey('path', bucket, slash < 0 ? '' : rawPath.slice(slash + 1), rules)
}

function checkRegion(label: string, bucket: string, region: string): void {
  const asked = label.replace(/^oss-/, '').replace(/-internal$/, '')
  if (asked === region || asked === 'accelerate' || asked === 'accelerate-overseas') return
  throw new OssError(
    403,
    'AccessDenied',
    'The bucket you are attempting to access must be addressed using the specified endpoint. Please send all future requests to this endpoint.',
    { Bucket: bucket, Endpoint: `oss-${region}.aliyuncs.com` },
    '0003-00001403',
  )
}

function withKey(style: AddressStyle, bucket: string, rawKey: string, rules: AddressRules): Address {
  return rawKey === '' ? { style, bucket } : { style, bucket, key: decode(rawKey, rules.plusIsSpace) }
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** Percent-decodes once, byte by byte; a `%` that starts no escape stands for itself. */
function decode(text: string, plusIsSpace: boolean): string {
  try {
    return utf8.decode(percentDecode(plusIsSpace ? text.replaceAll('+', ' ') : text))
  } catch {
    throw new OssError(400, 'InvalidObjectName', 'The specified object is not valid.')
  }
}

/** Bytes of a percent-encoded text (Node hands paths over as Latin-1). */
export function percentDecode(text: string): Buffer {
  const bytes: number[] = []
  for (let at = 0; at < text.length; at += 1) {
    const hex = text[at] === '%' ? text.slice(at + 1, at + 3) : ''
    if (/^[0-9a-fA-F]{2}$/.test(hex)) {
      bytes.push(Number.parseInt(hex, 16))
      at += 2
    } else bytes.push(text.charCodeAt(at) & 0xff)
  }
  return Buffer.from(bytes)
}

/** Query parameters in the order sent; `value` is undefined where there was no equals sign. */
export interface QueryPair {
  name: string
  value: string | undefined
}

/** Reads a raw query (without `?`). Invalid UTF-8 becomes replacement characters, as a wrong name or value would fail anyway. */
export function readQuery(raw: string): QueryPair[] {
  const text = (part: string): string => percentDecode(part.replaceAll('+', ' ')).toString('utf8')
  return raw
    .split('&')
    .filter((part) => part !== '')
    .map((part) => {
      const equals = part.indexOf('=')
      return equals < 0
        ? { name: text(part), value: undefined }
        : { name: text(part.slice(0, equals)), value: text(part.slice(equals + 1)) }
    })
}

// RFC 3986 unreserved characters stay; encodeURIComponent leaves five more.
/** Encodes as RFC 3986 does. */
export function encodeStrictly(text: string): string {
  return encodeURIComponent(text).replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`)
}
