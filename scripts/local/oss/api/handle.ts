// One request from its first line to its last byte.

import type { IncomingMessage, ServerResponse } from 'node:http'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { authenticate } from '../auth/authenticate.ts'
import { OssError } from '../error.ts'
import type { FaultOperation } from '../faults/fault.ts'
import type { FaultFacts, Faults } from '../faults/faults.ts'
import { readAddress } from '../http/address.ts'
import type { AddressRules } from '../http/address.ts'
import { el, xmlDocument } from '../http/xml.ts'
import type { RequestEntry } from '../requests.ts'
import { listBuckets, isBucketName, putBucket } from './bucket.ts'
import { hostId } from './call.ts'
import type { BucketCall, Call, ObjectCall, Reply, Service } from './call.ts'
import { corsHeaders, preflight } from './cors.ts'
import { bucketOperation, objectOperation } from './operations.ts'
import { indexKey } from './website.ts'
import type { QueryPair } from '../http/address.ts'

export interface Handling {
  service: Service
  rules: () => AddressRules
  faults: Faults
}

export interface Incoming {
  request: IncomingMessage
  response: ServerResponse
  requestId: string
  rawPath: string
  rawQuery: string
  query: readonly QueryPair[]
  headers: Readonly<Record<string, string>>
  entry: RequestEntry
}

/** Answers a request; whatever goes wrong becomes an error answer, or a cut connection once bytes are out. */
export async function handle(incoming: Incoming, { service, rules, faults }: Handling): Promise<void> {
  const { request, response, entry } = incoming
  let facts: FaultFacts | undefined
  let call: Call | undefined
  try {
    const address = readAddress(incoming.headers['host'] ?? '', incoming.rawPath, rules())
    if (address.bucket !== undefined) entry.bucket = address.bucket
    if (address.key !== undefined) entry.key = address.key
    const { method } = entry
    const signable = {
      method,
      bucket: address.bucket,
      key: address.key,
      query: incoming.query,
      headers: incoming.headers,
    }
    const identity =
      method === 'OPTIONS'
        ? { how: 'anonymous' as const }
        : authenticate(signable, { ...service, region: service.region })
    entry.signed = identity.how
    if (identity.key) entry.accessKeyId = identity.key.accessKeyId
    if (identity.key?.session) entry.role = identity.key.session.role
    call = { ...incoming, method, address, identity }
    facts = { operation: faultOperation(call), ...(address.bucket === undefined ? {} : { bucket: address.bucket }) }
    if (address.key !== undefined) facts.key = address.key
    if ((await faults.before(facts, request, response)) === 'handled') {
      entry.fault = 'handled'
      return
    }
    const reply = await run(call, service)
    if (reply === 'answered') return
    addCors(call, service, reply)
    await send(call, reply, faults, facts)
  } catch (error) {
    answerError(error, incoming, call, service)
  }
}

/** Chooses the call, asks whether it is allowed, and does it. */
async function run(call: Call, service: Service): Promise<Reply | 'answered'> {
  const { address, entry } = call
  if (address.bucket === undefined) {
    if (call.method !== 'GET')
      throw new OssError(405, 'MethodNotAllowed', 'The specified method is not allowed against this resource.')
    Object.assign(entry, { operation: 'ListBuckets', action: 'oss:ListBuckets' })
    if (!call.identity.key) throw new OssError(403, 'AccessDenied', 'Anonymous access is forbidden for this operation.')
    service.authorize(call, 'oss:ListBuckets', undefined)
    return listBuckets(call, service)
  }
  if (!isBucketName(address.bucket)) {
    throw new OssError(400, 'InvalidBucketName', 'The specified bucket is not valid.', { BucketName: address.bucket })
  }
  const bucket = service.store.bucket(address.bucket)
  const bare = call.query.every(({ name }) => isAuthParameter(name))
  // Documented: PutBucketAcl creates a bucket that is not there.
  const byAcl = !bucket && call.query.some(({ name }) => name === 'acl')
  if (address.key === undefined && call.method === 'PUT' && (bare || byAcl)) {
    Object.assign(entry, { operation: 'PutBucket', action: 'oss:PutBucket' })
    if (!call.identity.key) throw new OssError(403, 'AccessDenied', 'Anonymous access is forbidden for this operation.')
    service.authorize(call, 'oss:PutBucket', address.bucket)
    return putBucket(call, service, address.bucket)
  }
  if (!bucket) {
    throw new OssError(
      404,
      'NoSuchBucket',
      'The specified bucket does not exist.',
      { BucketName: address.bucket },
      '0015-00000101',
    )
  }
  const bucketCall: BucketCall = { ...call, bucket }
  if (call.method === 'OPTIONS') {
    entry.operation = 'OptionObject'
    return preflight(bucketCall)
  }
  const index = address.key === undefined && call.query.length === 0 ? indexKey(bucketCall, '') : undefined
  const key = address.key ?? index
  if (key === undefined) {
    const operation = bucketOperation(call)
    note(entry, operation)
    if (operation.action !== undefined) service.authorize(call, operation.action, bucket)
    return operation.run(bucketCall, service)
  }
  const objectCall: ObjectCall = { ...bucketCall, key }
  const operation = objectOperation(call)
  note(entry, operation)
  if (operation.action !== undefined) service.authorize(call, operation.action, bucket, key)
  return operation.run(objectCall, service)
}

function note(entry: RequestEntry, { name, action }: { name: string; action: string | undefined }): void {
  entry.operation = name
  if (action !== undefined) entry.action = action
}

function isAuthParameter(name: string): boolean {
  return name.startsWith('x-oss-') || ['OSSAccessKeyId', 'Expires', 'Signature', 'security-token'].includes(name)
}

function faultOperation({ method, address, headers, query }: Call): FaultOperation {
  if (method === 'GET' || method === 'OPTIONS') return address.key === undefined ? 'list' : 'read'
  if (method === 'HEAD') return 'head'
  if (method === 'DELETE' || query.some(({ name }) => name === 'delete')) return 'delete'
  return headers['x-oss-copy-source'] === undefined ? 'put' : 'copy'
}

function addCors(call: Call, service: Service, reply: Reply): void {
  const origin = call.headers['origin']
  const bucket = call.address.bucket === undefined ? undefined : service.store.bucket(call.address.bucket)
  if (origin === undefined || !bucket || call.method === 'OPTIONS') return
  reply.headers = { ...reply.headers, ...corsHeaders(bucket, origin, call.method) }
}

async function send(call: Call, reply: Reply, faults: Faults, facts: FaultFacts): Promise<void> {
  const { response } = call
  const { status, headers = {}, body } = reply
  if (response.destroyed) {
    if (body instanceof Readable) body.destroy()
    return
  }
  if (typeof body === 'string' || Buffer.isBuffer(body)) headers['content-length'] = Buffer.byteLength(body)
  // Everything but 204 and 304 states its length, or is chunked because its body is a stream of unknown length.
  else if (body === undefined && status !== 204 && status !== 304) headers['content-length'] ??= 0
  response.writeHead(status, headers)
  if (!(body instanceof Readable)) {
    response.end(call.method === 'HEAD' ? undefined : body)
    return
  }
  const change = facts.operation === 'read' ? faults.body(facts) : undefined
  try {
    await (change ? pipeline(body, change, response) : pipeline(body, response))
  } catch {
    // The status is out: the only honest end is a broken connection, which `pipeline` has made of it.
    response.destroy()
  }
}

/** Writes an error's XML; HEAD, which has no body, gets it in `x-oss-err`. */
function answerError(error: unknown, incoming: Incoming, call: Call | undefined, service: Service): void {
  const { request, response, requestId, entry } = incoming
  if (response.headersSent || response.destroyed || request.errored) {
    response.destroy()
    entry.code = error instanceof OssError ? error.code : 'ConnectionLost'
    return
  }
  const known =
    error instanceof OssError
      ? error
      : new OssError(500, 'InternalError', `We encountered an internal error: ${String(error)}`)
  entry.code = known.code
  for (const name of response.getHeaderNames()) {
    if (!KEPT_ON_ERROR.has(name)) response.removeHeader(name)
  }
  if (known.status === 304) {
    response.writeHead(304).end()
    return
  }
  const ec = known.ec ?? '0000-00000000'
  const body = xmlDocument(
    el(
      'Error',
      el('Code', known.code),
      el('Message', known.message),
      el('RequestId', requestId),
      el('HostId', hostId(service, call?.address.bucket ?? entry.bucket)),
      Object.entries(known.detail).map(([name, value]) => el(name, value)),
      el('EC', ec),
      el('RecommendDoc', `https://api.alibabacloud.com/troubleshoot?q=${ec}`),
    ),
  )
  const headers: Record<string, string | number> = { 'content-type': 'application/xml', 'x-oss-ec': ec }
  if (entry.method === 'HEAD') headers['x-oss-err'] = Buffer.from(body).toString('base64')
  else headers['content-length'] = Buffer.byteLength(body)
  response.writeHead(known.status, headers)
  response.end(entry.method === 'HEAD' ? undefined : body)
}

const KEPT_ON_ERROR = new Set(['server', 'x-oss-request-id', 'x-oss-server-time', 'date', 'connection'])
