import type { IncomingHttpHeaders } from 'node:http'
import type { ObjectMeta } from '../store/types.ts'
import type { RuleRedirect } from '../website/types.ts'
import { metaTooLarge } from './failures.ts'
import type { MirrorSwitches } from './switches.ts'

/**
 * The origin's headers that become metadata, and no others. Content-Type has its own place.
 * AlibabaCloudDocs/oss, "Manage back-to-origin configurations" (2021-07)
 */
const keptHeaders = [
  'content-encoding',
  'content-disposition',
  'cache-control',
  'expires',
  'content-language',
  'access-control-allow-origin',
]

/** User metadata of an object: 8 KB in all, names included. */
const maxUserMetaBytes = 8192

/**
 * The metadata of an object that is stored from an origin's answer.
 * @param originAddress goes into `x-oss-tag` when the switch says so
 * @throws OssError 424 "Meta is too large"
 */
export function storedMeta(
  headers: IncomingHttpHeaders,
  redirect: RuleRedirect,
  switches: Pick<MirrorSwitches, 'tag' | 'persistentHeaders'>,
  originAddress: string,
): ObjectMeta {
  const kept: Record<string, string> = {}
  const user: Record<string, string> = {}
  // Not stated what a missing Content-Type becomes; guessing from the name would hide a function that forgot it.
  let contentType = single(headers['content-type']) ?? 'application/octet-stream'
  for (const name of keptHeaders) {
    const value = single(headers[name])
    if (value !== undefined) kept[name] = value
  }
  if (redirect.mirrorSaveOssMeta) {
    for (const [name, value] of Object.entries(headers)) {
      if (name.startsWith('x-oss-meta-')) user[name.slice('x-oss-meta-'.length)] = single(value) ?? ''
    }
  }
  if (switches.persistentHeaders) {
    for (const [name, value] of persistentHeaders(single(headers['x-oss-persistent-headers']) ?? '')) {
      if (name === 'content-type') contentType = value
      else if (name.startsWith('x-oss-meta-')) user[name.slice('x-oss-meta-'.length)] = value
      else kept[name] = value
    }
  }
  const userBytes = Object.entries(user).reduce((sum, [name, value]) => sum + name.length + value.length, 0)
  if (userBytes > maxUserMetaBytes) throw metaTooLarge()
  const tags = Object.fromEntries(redirect.mirrorTaggings.map(({ key, value }) => [key, value]))
  return {
    contentType,
    headers: kept,
    user,
    extra: { 'x-oss-tag': switches.tag === 'MIRROR' ? 'MIRROR' : `MIRROR ${encodeURIComponent(originAddress)}` },
    ...(redirect.mirrorTaggings.length > 0 && { tags }),
  }
}

/** `name:base64(value),…`; what does not read like that is left out. Framing and connection headers are none of its business. */
function* persistentHeaders(value: string): Generator<[string, string]> {
  for (const pair of value.split(',')) {
    const found = /^\s*([!#$%&'*+.^_`|~\da-z-]+):([\d+/a-z]+={0,2})\s*$/i.exec(pair)
    const name = found?.[1]?.toLowerCase()
    const decoded = Buffer.from(found?.[2] ?? '', 'base64').toString('latin1')
    const framing = name !== undefined && /^(?:content-length|transfer-encoding|connection|date|etag)$/.test(name)
    if (name !== undefined && !framing && /^[\t\u0020-\u007e\u0080-\u00ff]+$/.test(decoded)) yield [name, decoded]
  }
}

/** The origin's Last-Modified for MirrorUserLastModified, in whole-second ms; undefined where it is missing or no date. */
export function originLastModified(headers: IncomingHttpHeaders): number | undefined {
  const ms = Date.parse(headers['last-modified'] ?? '')
  return Number.isNaN(ms) ? undefined : ms
}

function single(value: string | string[] | undefined): string | undefined {
  return Array.isArray(value) ? value.join(', ') : value
}
