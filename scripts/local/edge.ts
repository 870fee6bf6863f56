// The edge routine on one machine: the code that is deployed, with what the platform gives it and nothing else, behind an
// HTTP server in front of the bucket.
import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createContext, runInContext } from 'node:vm'

import { bundleEdge, type EdgeBundleSettings } from './edge/bundle.ts'
import { edgeFetch } from './edge/fetch.ts'

export interface EdgeOptions {
  /** 0 picks a free one. */
  port: number
  /** Where a key is read with a plain GET: `http://localhost:8787/compressed`. */
  bucketUrl: string
  /** As the function has them; checked by the caller. */
  settings: Omit<EdgeBundleSettings, 'bucketUrl'>
}

export interface Edge {
  url: string
  close(): Promise<void>
}

interface Routine {
  fetch(request: Request): Promise<Response>
}

export async function startEdge({ port, bucketUrl, settings }: EdgeOptions): Promise<Edge> {
  const routine = runRoutine(await bundleEdge({ bucketUrl, ...settings }, 'iife'))
  const server = createServer((request, response) => {
    serve(routine, request, response).catch(() => {
      // A body that broke off has destroyed it already; nothing that failed before may leave the reader waiting.
      response.destroy()
    })
  })
  server.listen(port, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: async () => {
      const closed = once(server, 'close')
      server.close()
      server.closeAllConnections()
      await closed
    },
  }
}

/** In a world that has the standard objects of fetch, and of Node nothing. */
export function runRoutine(code: string): Routine {
  const world = createContext({
    AbortController,
    Headers,
    Request,
    Response,
    TextDecoder,
    TextEncoder,
    URL,
    atob,
    btoa,
    clearTimeout,
    fetch: edgeFetch,
    setTimeout,
  })
  runInContext(code, world, { filename: 'edge.js' })
  return runInContext('routine.default', world) as Routine
}

/** RFC 9110 section 7.6.1: about one connection only. */
const HOP_BY_HOP = ['connection', 'keep-alive', 'proxy-connection', 'te', 'trailer', 'transfer-encoding', 'upgrade']

async function serve(routine: Routine, request: IncomingMessage, response: ServerResponse): Promise<void> {
  request.resume()
  const asked = standardRequest(request)
  if (asked === undefined) {
    response.writeHead(400).end()
    return
  }
  const answer = await routine.fetch(asked)
  response.statusCode = answer.status
  response.statusMessage = answer.statusText
  for (const [name, value] of answer.headers) {
    if (!HOP_BY_HOP.includes(name)) response.appendHeader(name, value)
  }
  if (answer.body === null) response.end()
  else await pipeline(Readable.fromWeb(answer.body), response)
}

/** Without its body, which the routine never reads; undefined for what the standard has no request for (TRACE, a bad Host). */
function standardRequest({ method = 'GET', url = '', headers }: IncomingMessage): Request | undefined {
  const path = url.replace(/^https?:\/\/[^/?#]*/i, '')
  const pairs = Object.entries(headers).flatMap(([name, value]): [string, string][] => {
    if (value === undefined || HOP_BY_HOP.includes(name)) return []
    return [[name, Array.isArray(value) ? value.join(', ') : value]]
  })
  try {
    return new Request(`http://${headers.host ?? 'localhost'}${path}`, { method, headers: pairs })
  } catch {
    return undefined
  }
}
