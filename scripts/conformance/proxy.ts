// Stands between the suite, which signs by version 1 and addresses by IP and path, and the local OSS: checks the
// signature of what comes in, and sends it on signed and addressed as the column of the matrix wants it.
//
// What was not signed rightly goes on signed wrongly: to refuse it is the server's part. Requests signed in the URL are
// only addressed anew, for a signature of version 1 covers neither host nor style.

import { Agent, createServer, request as send } from 'node:http'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { pipeline } from 'node:stream/promises'
import { addressOf, REGION } from './columns.ts'
import type { Column } from './columns.ts'
import { authorizationV1, authorizationV4 } from './sign.ts'
import type { Key, Unsigned } from './sign.ts'

export interface ProxyOptions {
  column: Column
  /** Port of the local OSS on 127.0.0.1. */
  port: number
  key: Key
  /** Basic credentials of requests in absolute form, that is of clients that know this to be a proxy. */
  login: { user: string; password: string }
  /** Told every bucket that is named, before the request goes on. */
  onBucket: (bucket: string) => void
}

export interface Proxy {
  /** `http://127.0.0.1:PORT`. */
  url: string
  close(): Promise<void>
}

const HOP_BY_HOP = new Set(
  (
    'connection keep-alive proxy-authenticate proxy-authorization proxy-connection te trailer transfer-encoding ' +
    'upgrade'
  ).split(' '),
)

export async function startProxy(options: ProxyOptions): Promise<Proxy> {
  const agent = new Agent({ keepAlive: true })
  // The suite waits 5 s between requests; a connection that is closed just then is lost to its client.
  const server = createServer({ maxHeaderSize: 64 * 1024, keepAliveTimeout: 60_000 }, (request, response) => {
    forward(request, response, options, agent).catch(() => response.destroy())
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(0, '127.0.0.1', resolve)
  })
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
        agent.destroy()
      }),
  }
}

async function forward(
  request: IncomingMessage,
  response: ServerResponse,
  { column, port, key, login, onBucket }: ProxyOptions,
  agent: Agent,
): Promise<void> {
  const absolute = !request.url?.startsWith('/')
  if (absolute && request.headers['proxy-authorization'] !== basic(login)) {
    response.writeHead(407, { 'proxy-authenticate': 'Basic', 'content-length': 0 }).end()
    return
  }
  const incoming = readRequest(request, absolute)
  if (incoming.bucket !== undefined) onBucket(incoming.bucket)
  const [host, path] = column.direct
    ? [request.headers.host ?? '', incoming.rawPath]
    : addressOf(column.style, port, incoming.bucket, incoming.key === undefined ? undefined : encodeKey(incoming.key))
  const headers = column.direct ? incoming.headers : sign(incoming, column, key)
  headers.set('host', host)
  const target = path + (incoming.rawQuery === '' ? '' : `?${incoming.rawQuery}`)
  const outgoing = send({
    host: '127.0.0.1',
    port,
    method: incoming.method,
    path: target,
    headers: Object.fromEntries(headers),
    agent,
  })
  const answered = new Promise<IncomingMessage>((resolve, reject) => {
    outgoing.once('response', resolve)
    outgoing.once('error', reject)
  })
  response.once('close', () => outgoing.destroy())
  // An answer may come before the body is through; that the rest is then not wanted is no failure of this proxy.
  pipeline(request, outgoing).catch(() => undefined)
  const answer = await answered
  response.writeHead(answer.statusCode ?? 502, withoutHops(answer.rawHeaders))
  await pipeline(answer, response)
}

interface Incoming extends Unsigned {
  headers: Map<string, string>
  rawPath: string
  rawQuery: string
}

/** @param absolute the request line names a host as well, and the path was not encoded as a form would be */
function readRequest(request: IncomingMessage, absolute: boolean): Incoming {
  const url = absolute ? (request.url ?? '').replace(/^https?:\/\/[^/]*/, '') : (request.url ?? '/')
  const [rawPath = '/', ...rest] = url.split('?')
  const rawQuery = rest.join('?')
  const [, bucket = '', ...keyParts] = rawPath.split('/')
  const rawKey = keyParts.join('/')
  // The client writes keys as forms are written: a space is a plus sign.
  const key = rawKey === '' ? undefined : decode(absolute ? rawKey : rawKey.replaceAll('+', ' '))
  const query = rawQuery
    .split('&')
    .filter((pair) => pair !== '')
    .map((pair): [string, string] => {
      const [name = '', ...value] = pair.replaceAll('+', ' ').split('=')
      return [decode(name), decode(value.join('='))]
    })
  const headers = new Map<string, string>()
  for (const [name, value] of pairsOf(request.rawHeaders)) {
    if (!HOP_BY_HOP.has(name.toLowerCase())) headers.set(name.toLowerCase(), value)
  }
  const method = request.method ?? 'GET'
  return { method, bucket: bucket === '' ? undefined : decode(bucket), key, query, headers, rawPath, rawQuery }
}

/** Headers of the request that goes on. */
function sign(incoming: Incoming, { version }: Column, key: Key): Map<string, string> {
  const headers = new Map(incoming.headers)
  const given = headers.get('authorization')
  if (given === undefined) return headers
  const used = trusted(given, incoming, key)
  const now = new Date()
  headers.delete('authorization')
  headers.delete('date')
  if (version === 'v1') {
    headers.set('x-oss-date', now.toUTCString())
    headers.set('authorization', authorizationV1({ ...incoming, headers }, used))
  } else {
    headers.set('x-oss-date', now.toISOString().replace(/[-:]|\.\d+/g, ''))
    headers.set('x-oss-content-sha256', 'UNSIGNED-PAYLOAD')
    headers.set('authorization', authorizationV4({ ...incoming, headers }, used, REGION))
  }
  return headers
}

/** The key to go on with: the right one only for what was signed with it. */
function trusted(given: string, incoming: Incoming, key: Key): Key {
  const id = /^OSS ([^:]*):/.exec(given)?.[1] ?? ''
  if (id === key.id && authorizationV1(incoming, key) === given) return key
  return { id, secret: `not-${key.secret}` }
}

function basic({ user, password }: ProxyOptions['login']): string {
  return `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`
}

function encodeKey(key: string): string {
  return key.split('/').map(encodeURIComponent).join('/')
}

function decode(text: string): string {
  return decodeURIComponent(text)
}

function* pairsOf(raw: readonly string[]): Generator<[string, string]> {
  for (let at = 0; at < raw.length; at += 2) yield [raw[at] ?? '', raw[at + 1] ?? '']
}

function withoutHops(raw: readonly string[]): string[] {
  return [...pairsOf(raw)].filter(([name]) => !HOP_BY_HOP.has(name.toLowerCase())).flat()
}
