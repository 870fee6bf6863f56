import type { ServerResponse } from 'node:http'
import type { RoutingRule } from '../website/types.ts'
import { redirectForbidden } from './failures.ts'
import { encodeKey, replacedKey } from './origin-url.ts'

/** A 3xx with a Location and nothing else. @throws OssError 400 ExternalRedirectForbidden where the domain refuses them */
export function answerRedirect(
  response: ServerResponse,
  answer: { status: number; location: string; requestId: string },
  refuse: boolean,
): void {
  if (refuse) throw redirectForbidden()
  const headers: Record<string, string> = { 'content-length': '0', location: answer.location }
  if (!response.hasHeader('x-oss-request-id')) headers['x-oss-request-id'] = answer.requestId
  response.writeHead(answer.status, headers).end()
}

/** The target of a rule of type External or AliCDN. (The header that AliCDN adds for its CDN is not documented.) */
export function ruleLocation(rule: RoutingRule, key: string, rawQuery: string): string {
  const { protocol, hostName, passQueryString } = rule.redirect
  const path = encodeKey(replacedKey(rule, key), 'component')
  return `${protocol}://${hostName}/${path}${passQueryString && rawQuery !== '' ? `?${rawQuery}` : ''}`
}
