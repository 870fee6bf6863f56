// The local OSS: an HTTP server that speaks the OSS API over a folder of files.
// What it imitates, and what it does not, is in the project's README.

import { setMaxListeners } from 'node:events'
import { randomBytes } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { answerAdmin } from './admin.ts'
import type { Call, ObjectCall, Service } from './api/call.ts'
import { handle } from './api/handle.ts'
import { checkAccess } from './auth/access.ts'
import { createCredentials } from './auth/credentials.ts'
import type { Account, IssuedCredentials, IssueInput, KnownKey } from './auth/credentials.ts'
import { objectEvent } from './events.ts'
import type { ObjectEvent } from './events.ts'
import { createFaults } from './faults/faults.ts'
import type { Faults } from './faults/faults.ts'
import { readQuery } from './http/address.ts'
import { listen, stopListening } from './http/listen.ts'
import type { MirrorFacts } from './mirror/facts.ts'
import { mirror } from './mirror/mirror.ts'
import type { MirrorInput } from './mirror/mirror.ts'
import { createRequestLog } from './requests.ts'
import type { RequestEntry, RequestLog } from './requests.ts'
import { openStore } from './store/store.ts'
import type { Store } from './store/store.ts'
import { defaultSwitches } from './switches.ts'
import type { Switches } from './switches.ts'

export interface OssOptions {
  /** Created when it is not there. One server at a time. */
  dataDir: string
  /** 0 picks a free one. */
  port: number
  /** Without `oss-`: cn-hangzhou. */
  region: string
  accounts: Account[]
  switches?: Partial<Switches>
  /** Custom domains of buckets: host → bucket. */
  hosts?: Record<string, string>
  /** Milliseconds since the epoch. */
  now?: () => number
  /** Force bytes to disk before answering (default). */
  durable?: boolean
  onRequest?: (entry: RequestEntry) => void
  onEvent?: (event: ObjectEvent) => void
  onMirror?: (facts: MirrorFacts) => void
  faults?: Faults
}

export interface LocalOss {
  port: number
  /** `http://localhost:PORT`, path style. */
  url: string
  store: Store
  faults: Faults
  /** Temporary keys of a role, as STS would give them. */
  issueCredentials(input: IssueInput): IssuedCredentials
  /** Who has this key id; for other stand-ins that check signatures of the same account. */
  knownKey(accessKeyId: string): KnownKey | undefined
  requests: RequestLog
  /** What the mirror did, newest last, bounded. */
  mirrored: MirrorFacts[]
  /** May be changed while the server runs. */
  switches: Switches
  /** Cuts every connection and closes the files. */
  close(): Promise<void>
}

const KEPT_MIRROR_FACTS = 1000

/** Starts the server on loopback. */
export async function startOss(options: OssOptions): Promise<LocalOss> {
  const { region, accounts, now = Date.now, durable = true } = options
  const switches: Switches = structuredClone({ ...defaultSwitches, ...options.switches })
  const store = openStore({ dataDir: options.dataDir, now, durable })
  const credentials = createCredentials(accounts, now)
  const requests = createRequestLog()
  const mirrored: MirrorFacts[] = []
  const faults = options.faults ?? createFaults(now)
  const stopping = new AbortController()
  // Every mirror request under way listens, and there may be hundreds.
  setMaxListeners(0, stopping.signal)

  const authorize: Service['authorize'] = (call, action, asked, key) => {
    const bucket = typeof asked === 'string' ? undefined : asked
    const name = typeof asked === 'string' ? asked : (asked?.name ?? '*')
    const resource = key === undefined ? name : `${name}/${key}`
    const objectAcl = bucket && key !== undefined ? bucket.files.find(key)?.acl : undefined
    const facts = {
      'oss:Prefix': queryValue(call, 'prefix') ?? '',
      'oss:Delimiter': queryValue(call, 'delimiter') ?? '',
      'acs:SourceIp': call.request.socket.remoteAddress,
      'acs:SecureTransport': 'false',
    }
    checkAccess({ identity: call.identity, ask: { action, resource, facts }, bucket, objectAcl, region })
  }

  const emit: Service['emit'] = (call, name, object, deltaSize = object.size) => {
    options.onEvent?.(objectEvent(call, { name, object, deltaSize, region, time: now() }))
  }

  const tryMirror = async (call: ObjectCall): Promise<boolean> => {
    const websiteXml = call.bucket.settings.documents['website']
    if (websiteXml === undefined) return false
    const { requestId, rawQuery, request, response } = call
    const method: MirrorInput['method'] = call.method === 'HEAD' ? 'HEAD' : 'GET'
    const input = {
      bucket: call.bucket.name,
      key: call.key,
      method,
      rawQuery,
      headers: request.headers,
      rawHeaders: request.rawHeaders,
      signed: call.identity.key !== undefined,
      requestId,
      websiteXml,
    }
    const log = (facts: MirrorFacts): void => {
      call.entry.mirrored = true
      mirrored.push(facts)
      if (mirrored.length > KEPT_MIRROR_FACTS) mirrored.shift()
      options.onMirror?.(facts)
    }
    const fault = (asked: { bucket: string; key: string }) => faults.mirror(asked)
    const deps = { sink: store, switches: switches.mirror, now, log, signal: stopping.signal, fault }
    return mirror(input, deps, response)
  }

  const service: Service = { store, region, switches, credentials, now, authorize, emit, mirror: tryMirror }
  const rules = () => ({ region, hosts: options.hosts ?? {}, plusIsSpace: switches.plusIsSpace })

  const serve = (request: IncomingMessage, response: ServerResponse): void => {
    const started = performance.now()
    const requestId = randomBytes(12).toString('hex').toUpperCase()
    const [rawPath = '/', ...rest] = (request.url ?? '/').split('?')
    const rawQuery = rest.join('?')
    const query = readQuery(rawQuery)
    const headers = joinHeaders(request.rawHeaders)
    const entry: RequestEntry = {
      requestId,
      time: now(),
      method: request.method ?? 'GET',
      host: headers['host'] ?? '',
      path: rawPath,
      query: query.map(({ name }) => name),
      signed: 'anonymous',
      status: 0,
      bytesIn: 0,
      bytesOut: 0,
      ms: 0,
      mirrored: false,
    }
    if (headers['user-agent'] !== undefined) entry.userAgent = headers['user-agent']
    if (rawPath.startsWith('/-/')) {
      answerAdmin({ request, response, path: rawPath, query }, { requests, mirrored, faults, switches })
      return
    }
    response.setHeader('Server', 'AliyunOSS')
    response.setHeader('x-oss-request-id', requestId)
    const before = request.socket.bytesWritten
    response.once('close', () => {
      entry.status = response.headersSent ? response.statusCode : 0
      entry.bytesOut = request.socket.bytesWritten - before
      entry.ms = Math.round((performance.now() - started) * 10) / 10
      requests.add(entry)
      options.onRequest?.(entry)
    })
    const incoming = { request, response, requestId, rawPath, rawQuery, query, headers, entry }
    stampServerTime(response, started)
    void handle(incoming, { service, rules, faults })
  }

  const { servers, port } = await listen(serve, options.port)
  let closing: Promise<void> | undefined
  return {
    port,
    url: `http://localhost:${port}`,
    store,
    faults,
    issueCredentials: (input) => credentials.issue(input),
    knownKey: (accessKeyId) => credentials.find(accessKeyId),
    requests,
    mirrored,
    switches,
    close() {
      closing ??= (async () => {
        stopping.abort()
        await Promise.all(servers.map(stopListening))
        store.close()
      })()
      return closing
    },
  }
}

/** `x-oss-server-time`: the milliseconds it took, known when the headers go out. */
function stampServerTime(response: ServerResponse, started: number): void {
  const writeHead = response.writeHead.bind(response) as (...args: unknown[]) => ServerResponse
  const stamped = (...args: unknown[]): ServerResponse => {
    if (!response.headersSent) response.setHeader('x-oss-server-time', Math.round(performance.now() - started))
    return writeHead(...args)
  }
  response.writeHead = stamped
}

function queryValue(call: Call, name: string): string | undefined {
  return call.query.find((pair) => pair.name === name)?.value
}

/** Headers by lower-case name; repeated ones joined as version 1 signs them. */
function joinHeaders(raw: readonly string[]): Record<string, string> {
  const headers: Record<string, string> = Object.create(null) as Record<string, string>
  for (let at = 0; at < raw.length; at += 2) {
    const name = (raw[at] ?? '').toLowerCase()
    const value = raw[at + 1] ?? ''
    headers[name] = headers[name] === undefined ? value : `${headers[name]},${value}`
  }
  return headers
}
