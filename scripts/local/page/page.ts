// The playground's server, on 127.0.0.1: its own files, and the calls in api.ts for nobody but its own page.
import { randomBytes } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

import { answerApi, ApiError, type ApiWorld } from './api.ts'
import { ownerBuckets } from './buckets.ts'
import { bundlePage, etagOf } from './bundle.ts'
import { createFaults } from './faults.ts'
import { refusedAtDoor, refusedWithoutToken } from './gate.ts'
import { createReader } from './reader.ts'
import { SHELL_POLICY, shellHtml } from './shell.ts'
import type { PageFacts } from './told.ts'
import type { TraceSources } from './trace.ts'

export interface PageOptions {
  /** 0 picks a free port. */
  port: number
  /** As `npm start --json` prints them. */
  addresses: {
    oss: string
    region: string
    originals: string
    compressed: string
    function: string
    edge: string
    accessKeyId: string
    accessKeySecret: string
    mirrorSecret: string
  }
  /** As the function has them. */
  keySettings: Pick<PageFacts, 'dialects' | 'styles'>
  logs: TraceSources['logs']
  coldStart: TraceSources['coldStart']
  /** Pictures to begin with, by name. */
  drawSamples: () => Promise<ReadonlyMap<string, Buffer>>
}

/** Starts the page. `close` resolves when the port is free again. */
export async function startPage(options: PageOptions): Promise<{ url: string; close(): Promise<void> }> {
  const { oss, region, originals, compressed, edge, accessKeyId, accessKeySecret, mirrorSecret } = options.addresses
  const bundle = await bundlePage()
  const token = randomBytes(24).toString('base64url')
  const owner = ownerBuckets({ endpoint: oss, region, accessKeyId, accessKeySecret })
  let samples: ReturnType<PageOptions['drawSamples']> | undefined
  const world: ApiWorld = {
    oss,
    edge,
    originals,
    compressed,
    owner,
    reader: createReader(),
    faults: createFaults({ oss, originals, compressed, mirrorSecret, owner }),
    trace: { oss, compressed, logs: options.logs, coldStart: options.coldStart },
    samples: () => (samples ??= options.drawSamples()),
  }
  const facts = {
    token,
    oss,
    edge,
    function: options.addresses.function,
    originals,
    compressed,
    ...options.keySettings,
  }
  const shell = shellHtml(facts, bundle)

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', 'http://localhost')
    for (const [name, value] of Object.entries(EVERY_ANSWER)) response.setHeader(name, value)
    const refused =
      refusedAtDoor(request, url.pathname) ??
      (url.pathname.startsWith('/api/') ? refusedWithoutToken(request, url, token) : undefined)
    if (refused !== undefined) return plain(request, response, refused.status, refused.message)
    if (url.pathname.startsWith('/api/')) return answerApi(world, url, request, response)
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      response.setHeader('Allow', 'GET, HEAD')
      return plain(request, response, 405, 'Expected GET or HEAD.')
    }
    const asset = bundle.assets.get(url.pathname)
    if (asset !== undefined) {
      const etag = etagOf(asset.bytes)
      response.setHeader('Cache-Control', 'no-cache')
      response.setHeader('ETag', etag)
      if (request.headers['if-none-match'] === etag) response.writeHead(304).end()
      else body(request, response, asset.contentType, asset.bytes)
      return undefined
    }
    if (url.pathname !== '/') return plain(request, response, 404, 'Not found.')
    response.setHeader('Content-Security-Policy', SHELL_POLICY)
    return body(request, response, 'text/html; charset=utf-8', Buffer.from(shell))
  }

  const server = createServer({ requestTimeout: 0 }, (request, response) => {
    serve(request, response).catch((error: unknown) => {
      if (response.headersSent) return response.destroy()
      const status = error instanceof ApiError ? error.status : 502
      return plain(request, response, status, error instanceof Error ? error.message : String(error))
    })
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(options.port, '127.0.0.1', resolve)
  })
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}/`,
    async close() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()))
      server.closeAllConnections()
      await closed
    },
  }
}

const EVERY_ANSWER = {
  'Cache-Control': 'no-store',
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Referrer-Policy': 'no-referrer',
  'X-Content-Type-Options': 'nosniff',
}

function body(request: IncomingMessage, response: ServerResponse, type: string, bytes: Buffer): void {
  response.writeHead(200, { 'Content-Type': type, 'Content-Length': bytes.length })
  response.end(request.method === 'HEAD' ? undefined : bytes)
}

function plain(request: IncomingMessage, response: ServerResponse, status: number, text: string): void {
  // An unread body would be taken for the next request on this connection.
  if (!request.complete) response.shouldKeepAlive = false
  response.writeHead(status, { 'Content-Type': 'text/plain; charset=utf-8' })
  response.end(request.method === 'HEAD' ? undefined : `${text}\n`)
}
