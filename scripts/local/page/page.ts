import { randomBytes } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { chooseLanguage, renderPage, type BucketView, type ListedObject } from './render.ts'

export interface PageOptions {
  /** 0 picks a free port. */
  port: number
  oss: {
    /** Address of the OSS server, path style, no slash at the end. */
    url: string
    /** Names of the two buckets. */
    originals: string
    compressed: string
    /** All objects of a bucket in the order of their keys. */
    list: (bucket: string) => Promise<ListedObject[]>
  }
}

// More rows than this help nobody and make the page slow; the rest is counted.
const MAX_ROWS = 1000

// Only names of this machine: a page elsewhere must not read the list through a name that it points at loopback.
const LOCAL_HOST = /^(127\.0\.0\.1|localhost|\[::1\])(:\d+)?$/i

/**
 * Serves one self-contained page on 127.0.0.1 that lists both buckets. Nothing is loaded from elsewhere and no script
 * runs; keys are text whatever they contain. `close` resolves when the port is free again.
 */
export async function startPage(options: PageOptions): Promise<{ url: string; close(): Promise<void> }> {
  async function bucketView(name: string): Promise<BucketView> {
    try {
      const objects = await options.oss.list(name)
      return {
        name,
        objects: objects.slice(0, MAX_ROWS),
        more: Math.max(0, objects.length - MAX_ROWS),
        error: undefined,
      }
    } catch (error) {
      return { name, objects: [], more: 0, error: error instanceof Error ? error.message : String(error) }
    }
  }

  async function page(url: URL, request: IncomingMessage): Promise<{ html: string; nonce: string }> {
    const nonce = randomBytes(16).toString('base64url')
    const [originals, compressed] = await Promise.all([
      bucketView(options.oss.originals),
      bucketView(options.oss.compressed),
    ])
    const language = chooseLanguage(url.searchParams.get('lang'), request.headers['accept-language'])
    return { html: renderPage({ ossUrl: options.oss.url, originals, compressed }, language, nonce), nonce }
  }

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (!LOCAL_HOST.test(request.headers.host ?? '')) return plain(response, 421, 'Misdirected request')
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      response.setHeader('Allow', 'GET, HEAD')
      return plain(response, 405, 'Method not allowed')
    }
    const url = new URL(request.url ?? '/', 'http://localhost')
    if (url.pathname !== '/') return plain(response, 404, 'Not found')
    const { html, nonce } = await page(url, request)
    response.writeHead(200, {
      'Content-Type': 'text/html; charset=utf-8',
      'Content-Length': Buffer.byteLength(html),
      'Content-Security-Policy': `default-src 'none'; style-src 'nonce-${nonce}'; img-src data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'`,
      'Cache-Control': 'no-store',
      'Referrer-Policy': 'no-referrer',
      'X-Content-Type-Options': 'nosniff',
    })
    response.end(request.method === 'HEAD' ? undefined : html)
  }

  const server = createServer((request, response) => {
    serve(request, response).catch(() => response.destroy())
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

function plain(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, { 'Content-Type': 'text/plain; charset=utf-8', 'X-Content-Type-Options': 'nosniff' })
  response.end(`${text}\n`)
}
