// Cross-origin rules: the preflight, and the headers of ordinary answers.
// Source: AlibabaCloudDocs/oss, "Option Object" and "PutBucketCors".

import { matchesWildcards } from '../auth/policy.ts'
import { OssError } from '../error.ts'
import { nodesOf, parseXml, textOf, textsOf } from '../http/xml.ts'
import type { Bucket } from '../store/store.ts'
import type { BucketCall, Reply } from './call.ts'

export interface CorsRule {
  origins: string[]
  methods: string[]
  headers: string[]
  expose: string[]
  maxAgeSeconds: string | undefined
}

const METHODS = new Set(['GET', 'PUT', 'DELETE', 'POST', 'HEAD'])

/** @throws OssError 400 for rules OSS refuses */
export function readCorsRules(xml: string): CorsRule[] {
  const rules = nodesOf(parseXml(xml, 'CORSConfiguration'), 'CORSRule').map((rule) => ({
    origins: textsOf(rule, 'AllowedOrigin'),
    methods: textsOf(rule, 'AllowedMethod'),
    headers: textsOf(rule, 'AllowedHeader'),
    expose: textsOf(rule, 'ExposeHeader'),
    maxAgeSeconds: textOf(rule, 'MaxAgeSeconds'),
  }))
  const bad = rules.length === 0 || rules.length > 20
  const badRule = rules.some(
    ({ origins, methods }) =>
      origins.length === 0 || methods.length === 0 || methods.some((each) => !METHODS.has(each)),
  )
  if (bad || badRule) {
    throw new OssError(400, 'InvalidArgument', 'Expected 1 to 20 rules, each with origins and known methods.')
  }
  return rules
}

function ruleFor(bucket: Bucket, origin: string, method: string, asked: string[]): CorsRule | undefined {
  const xml = bucket.settings.documents['cors']
  if (xml === undefined) return undefined
  return readCorsRules(xml).find(
    ({ origins, methods, headers }) =>
      origins.some((each) => matchesWildcards(each, origin)) &&
      methods.includes(method) &&
      asked.every((name) => headers.some((each) => matchesWildcards(each.toLowerCase(), name.toLowerCase()))),
  )
}

/** Headers an ordinary answer gets where a rule fits the request's Origin. */
export function corsHeaders(bucket: Bucket, origin: string, method: string): Record<string, string> {
  const rule = ruleFor(bucket, origin, method, [])
  if (!rule) return {}
  return {
    'access-control-allow-origin': rule.origins.includes('*') ? '*' : origin,
    'access-control-allow-methods': rule.methods.join(', '),
    ...(rule.expose.length > 0 ? { 'access-control-expose-headers': rule.expose.join(', ') } : {}),
    ...(rule.origins.includes('*') ? {} : { vary: 'Origin' }),
  }
}

/** OPTIONS, which is never signed. */
export async function preflight(call: BucketCall): Promise<Reply> {
  const origin = call.headers['origin']
  const method = call.headers['access-control-request-method']
  const asked = (call.headers['access-control-request-headers'] ?? '').split(',').map((name) => name.trim())
  const names = asked.filter((name) => name !== '')
  const rule = origin !== undefined && method !== undefined ? ruleFor(call.bucket, origin, method, names) : undefined
  if (!rule || origin === undefined) {
    throw new OssError(
      403,
      'AccessForbidden',
      'CORSResponse: no rule of the bucket allows this origin, method and headers.',
    )
  }
  return {
    status: 200,
    headers: {
      'access-control-allow-origin': rule.origins.includes('*') ? '*' : origin,
      'access-control-allow-methods': rule.methods.join(', '),
      ...(names.length > 0 ? { 'access-control-allow-headers': names.join(', ') } : {}),
      ...(rule.expose.length > 0 ? { 'access-control-expose-headers': rule.expose.join(', ') } : {}),
      ...(rule.maxAgeSeconds === undefined ? {} : { 'access-control-max-age': rule.maxAgeSeconds.trim() }),
      'content-length': 0,
    },
  }
}
