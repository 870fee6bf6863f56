import type { RoutingRule, RuleRedirect } from '../website/types.ts'
import type { MirrorSwitches } from './switches.ts'
import { withoutLeadingSlashes } from './rule.ts'

/** Where the origin is asked. `path` is sent as it is: no segment of it is normalised, as a URL object would do. */
export interface OriginUrl {
  secure: boolean
  /** Without brackets, as a socket takes it. */
  hostname: string
  port: number
  /** Value of the Host header. */
  host: string
  /** Path and query, percent-encoded. */
  path: string
}

/** The key under which the origin (or the target of a redirect rule) is asked. */
export function replacedKey(rule: RoutingRule, key: string): string {
  const { redirect, condition } = rule
  if (redirect.replaceKeyWith !== '') return redirect.replaceKeyWith.replaceAll('${key}', () => key)
  if (!redirect.enableReplacePrefix) return key
  return redirect.replaceKeyPrefixWith + key.slice(condition.keyPrefixEquals.length)
}

/**
 * MirrorURL + key, with the rule's replacements and the reader's query where the rule passes it.
 * @param key the requested key, decoded
 * @param rawQuery the reader's query as it was sent, without `?`
 */
export function originUrl(
  rule: RoutingRule,
  key: string,
  rawQuery: string,
  encoding: MirrorSwitches['pathEncoding'],
): OriginUrl {
  const { redirect } = rule
  const name = withoutLeadingSlashes(key)
  const slashes = redirect.mirrorPassOriginalSlashes ? key.slice(0, key.length - name.length) : ''
  const base = parts(new URL(redirect.mirrorUrl))
  const query = passesQuery(redirect) && rawQuery !== '' ? `?${printable(rawQuery)}` : ''
  return { ...base, path: base.path + slashes + encodeKey(replacedKey(rule, name), encoding) + query }
}

/** The target of an origin's redirect; undefined for what is no http(s) address. */
export function redirectUrl(location: string, from: OriginUrl): OriginUrl | undefined {
  const base = `${from.secure ? 'https' : 'http'}://${from.host}${from.path}`
  if (!URL.canParse(location, base)) return undefined
  const url = new URL(location, base)
  return url.protocol === 'http:' || url.protocol === 'https:' ? parts(url) : undefined
}

/** Scheme, host and path without the query. */
export function address(url: OriginUrl): string {
  return `${url.secure ? 'https' : 'http'}://${url.host}${url.path}`
}

/** The key in a URL path, by segments. */
export function encodeKey(key: string, encoding: MirrorSwitches['pathEncoding']): string {
  const encoded = key.split('/').map(encodeURIComponent).join('/')
  if (encoding === 'raw-plus') return encoded.replaceAll('%2B', '+')
  if (encoding === 'plus-for-space') return encoded.replaceAll('%20', '+')
  return encoded
}

/** Whether the reader's query goes to the origin; MirrorPassQueryString wins where it is given. */
export function passesQuery(redirect: RuleRedirect): boolean {
  return redirect.mirrorPassQueryString ?? redirect.passQueryString
}

function parts(url: URL): OriginUrl {
  const secure = url.protocol === 'https:'
  return {
    secure,
    hostname: url.hostname.replace(/^\[|\]$/g, ''),
    port: url.port === '' ? (secure ? 443 : 80) : Number(url.port),
    host: url.host,
    path: url.pathname + url.search,
  }
}

/** A request line holds visible ASCII only; readers are not that careful. */
function printable(query: string): string {
  return query.replace(/[^\u0021-\u007e]/g, (character) => encodeURIComponent(character))
}
