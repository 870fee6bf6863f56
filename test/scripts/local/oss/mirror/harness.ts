// A mirror behind a real socket, with an origin that can answer anything byte by byte and a store in memory.
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import {
  createServer as createHttpServer,
  request as httpRequest,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type RequestListener,
} from 'node:http'
import { createServer as createNetServer, type AddressInfo, type Server, type Socket } from 'node:net'
import { OssError } from '../../../../../scripts/local/oss/error.ts'
import type { MirrorFacts } from '../../../../../scripts/local/oss/mirror/facts.ts'
import { mirror, type MirrorDeps } from '../../../../../scripts/local/oss/mirror/mirror.ts'
import { defaultSwitches, type MirrorSwitches } from '../../../../../scripts/local/oss/mirror/switches.ts'
import type { ObjectMeta, ObjectSink, StoredObject } from '../../../../../scripts/local/oss/store/types.ts'

export interface MemoryObject extends StoredObject {
  bytes: Buffer
}

export interface MemorySink extends ObjectSink {
  objects: Map<string, MemoryObject>
  opened: number
  aborted: number
  put(bucket: string, key: string, body: string): void
}

/** A store in memory; with `keep: false` it forgets the bytes and only counts them. */
export function memorySink(keep = true): MemorySink {
  const objects = new Map<string, MemoryObject>()
  const store = (bucket: string, key: string, meta: ObjectMeta, bytes: Buffer, size: number, lastModified: number) => {
    const md5 = createHash('md5').update(bytes)
    const hex = md5.copy().digest('hex').toUpperCase()
    const object: MemoryObject = {
      ...meta,
      key,
      size,
      etag: hex,
      crc64: '0',
      md5: md5.digest('base64'),
      lastModified,
      type: 'Normal',
      bytes,
    }
    objects.set(`${bucket}/${key}`, object)
    return object
  }
  return {
    objects,
    opened: 0,
    aborted: 0,
    put(bucket, key, body) {
      const bytes = Buffer.from(body)
      store(bucket, key, { contentType: 'text/plain', headers: {}, user: {} }, bytes, bytes.length, 0)
    },
    async head(bucket, key) {
      return objects.get(`${bucket}/${key}`)
    },
    async openWriter(bucket) {
      this.opened += 1
      const chunks: Uint8Array[] = []
      let size = 0
      let over = false
      return {
        get bytes() {
          return size
        },
        async write(chunk) {
          if (over) throw new Error('Expected an open writer, got a closed one')
          size += chunk.length
          if (keep) chunks.push(Uint8Array.from(chunk))
        },
        commit: async (key, meta, options) => {
          over = true
          if (options?.ifAbsent && objects.has(`${bucket}/${key}`)) return 'exists'
          return store(bucket, key, meta, Buffer.concat(chunks), size, options?.lastModified ?? Date.now())
        },
        abort: async () => {
          over = true
          this.aborted += 1
        },
      }
    },
  }
}

export interface Origin {
  /** With a trailing slash, as MirrorURL wants it. */
  url: string
  port: number
  /** The raw head of every request, in order of arrival. */
  heads: string[]
  close(): Promise<void>
}

/** An origin that answers with exactly these bytes, or as the function does with the socket. */
export async function rawOrigin(answer: string | Buffer | ((socket: Socket, head: string) => void)): Promise<Origin> {
  const heads: string[] = []
  const sockets = new Set<Socket>()
  const server = createNetServer((socket) => {
    sockets.add(socket)
    let head = ''
    socket.on('error', () => {})
    socket.on('close', () => sockets.delete(socket))
    socket.on('data', (chunk) => {
      if (head.includes('\r\n\r\n')) return
      head += chunk.toString('latin1')
      if (!head.includes('\r\n\r\n')) return
      heads.push(head)
      if (typeof answer === 'function') answer(socket, head)
      else socket.end(answer)
    })
  })
  return { ...(await listening(server)), heads, close: () => closing(server, sockets) }
}

/** An origin of node:http. */
export async function httpOrigin(listener: RequestListener): Promise<Origin & { requests: IncomingMessage[] }> {
  const heads: string[] = []
  const requests: IncomingMessage[] = []
  const sockets = new Set<Socket>()
  const server = createHttpServer((request, response) => {
    heads.push(`${request.method} ${request.url}`)
    requests.push(request)
    listener(request, response)
  })
  server.on('connection', (socket: Socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
  })
  return { ...(await listening(server)), heads, requests, close: () => closing(server, sockets) }
}

async function listening(server: Server): Promise<{ url: string; port: number }> {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return { port, url: `http://127.0.0.1:${port}/` }
}

async function closing(server: Server, sockets: Set<Socket>): Promise<void> {
  server.close()
  for (const socket of sockets) socket.destroy()
  await once(server, 'close')
}

/** A port nobody listens on. */
export async function closedPort(): Promise<number> {
  const server = createNetServer()
  const { port } = await listening(server)
  await closing(server, new Set())
  return port
}

/** One rule of type Mirror; `redirect` and `condition` are more XML for their elements. */
export function rule(mirrorUrl: string, more: { number?: number; redirect?: string; condition?: string } = {}): string {
  return (
    `<RoutingRule><RuleNumber>${more.number ?? 1}</RuleNumber>` +
    `<Condition><HttpErrorCodeReturnedEquals>404</HttpErrorCodeReturnedEquals>${more.condition ?? ''}</Condition>` +
    `<Redirect><RedirectType>Mirror</RedirectType><MirrorURL>${mirrorUrl}</MirrorURL>${more.redirect ?? ''}</Redirect>` +
    '</RoutingRule>'
  )
}

export function website(...rules: string[]): string {
  return `<WebsiteConfiguration><RoutingRules>${rules.join('')}</RoutingRules></WebsiteConfiguration>`
}

export interface Answer {
  status: number
  headers: IncomingHttpHeaders
  body: Buffer
  /** The connection broke before the whole body was there. */
  cut: boolean
  /** Code and message of an error of the mirror. */
  code: string | undefined
  message: string | undefined
  /** `false` came back: the caller answers NoSuchKey. */
  untouched: boolean
}

export interface Bucket {
  sink: MemorySink
  facts: MirrorFacts[]
  /** Readers whose connection closed before their answer was finished. */
  left: number
  /** Open connections. */
  connections(): number
  port: number
  switches: MirrorSwitches
  website: string
  /** GET of a path as it is. */
  get(path: string, options?: { method?: string; headers?: Record<string, string>; signed?: boolean }): Promise<Answer>
  close(): Promise<void>
}

export interface BucketOptions {
  switches?: Partial<MirrorSwitches>
  deps?: Partial<MirrorDeps>
  sink?: MemorySink
}

/** A server with one bucket, `b`, whose reads all miss unless the sink has the key. */
export async function bucket(xml: string, options: BucketOptions = {}): Promise<Bucket> {
  const sink = options.sink ?? memorySink()
  const facts: MirrorFacts[] = []
  const sockets = new Set<Socket>()
  const switches = { ...defaultSwitches, ...options.switches }
  const server = createHttpServer((request, response) => {
    response.once('close', () => (self.left += response.writableEnded ? 0 : 1))
    const [path = '', rawQuery = ''] = (request.url ?? '').split(/\?(.*)/s)
    const key = decodeURIComponent(path.slice(1))
    const input = {
      bucket: 'b',
      key,
      method: request.method as 'GET' | 'HEAD',
      rawQuery,
      headers: request.headers,
      rawHeaders: request.rawHeaders,
      signed: request.headers['x-test-signed'] !== undefined,
      requestId: 'REQUEST',
      websiteXml: self.website,
    }
    const deps: MirrorDeps = { sink, switches, now: Date.now, log: (each) => facts.push(each), ...options.deps }
    mirror(input, deps, response).then(
      (answered) => {
        if (!answered) response.writeHead(404, { 'x-untouched': 'yes', 'x-code': 'NoSuchKey' }).end()
      },
      (error: unknown) => {
        const known = error instanceof OssError ? error : new OssError(500, 'InternalError', String(error))
        response.writeHead(known.status, { 'x-code': known.code, 'x-message': known.message }).end()
      },
    )
  })
  server.on('connection', (socket: Socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
  })
  const { port } = await listening(server)
  const self: Bucket = {
    sink,
    facts,
    left: 0,
    connections: () => sockets.size,
    port,
    switches,
    website: xml,
    get: (path, more = {}) => fetchFrom(port, path, more),
    close: () => closing(server, sockets),
  }
  return self
}

async function fetchFrom(
  port: number,
  path: string,
  options: { method?: string; headers?: Record<string, string>; signed?: boolean },
): Promise<Answer> {
  const request = httpRequest({
    port,
    host: '127.0.0.1',
    path,
    agent: false,
    method: options.method ?? 'GET',
    headers: { ...options.headers, ...(options.signed && { 'x-test-signed': 'yes' }) },
  })
  request.end()
  const [response] = (await once(request, 'response')) as [IncomingMessage]
  const chunks: Buffer[] = []
  let cut = false
  try {
    for await (const chunk of response) chunks.push(chunk as Buffer)
  } catch {
    cut = true
  }
  const header = (name: string) => response.headers[name] as string | undefined
  return {
    status: response.statusCode ?? 0,
    headers: response.headers,
    body: Buffer.concat(chunks),
    cut,
    code: header('x-code'),
    message: header('x-message'),
    untouched: header('x-untouched') !== undefined,
  }
}

/** Waits until a condition holds, for effects that end after the answer. */
export async function until(condition: () => boolean): Promise<void> {
  const end = Date.now() + 5000
  while (!condition()) {
    if (Date.now() > end) throw new Error('Expected the condition to come true, got a timeout')
    await new Promise((resolve) => setImmediate(resolve))
  }
}

/** Runs a test with servers that are closed whatever happens. */
export async function using(resources: { close(): Promise<void> }[], body: () => Promise<void>): Promise<void> {
  try {
    await body()
  } finally {
    for (const resource of resources) await resource.close()
  }
}

export const ok = (body: string, headers = ''): string =>
  `HTTP/1.1 200 OK\r\nContent-Length: ${Buffer.byteLength(body)}\r\n${headers}\r\n${body}`
