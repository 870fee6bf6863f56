import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

import { answerAtEdge } from '../../src/entry/edge-answer.ts'
import type { EdgeSettings } from '../../src/entry/edge-settings.ts'

export const STYLES = {
  small: 'image/resize,w_100',
  hero: 'image/resize,m_fill,w_1200,h_400/format,f_auto',
}

type Respond = (request: IncomingMessage, response: ServerResponse) => void

/** Where the edge forwards to: keeps what it was asked, answers as told. */
export interface Bucket {
  url: string
  asked: IncomingMessage[]
  /** The last request's URL. */
  lastUrl(): string
  /** Until the next call; a picture at first. */
  respond(how: Respond): void
  settings: EdgeSettings
  /** One request through the routine. */
  ask(path: string, init?: RequestInit, bucketMs?: number): Promise<Response>
  close(): Promise<void>
}

export async function startBucket(): Promise<Bucket> {
  let how: Respond = (_, response) => response.writeHead(200, { 'Content-Type': 'image/jpeg' }).end('picture')
  const asked: IncomingMessage[] = []
  const server = createServer((request, response) => {
    asked.push(request)
    how(request, response)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const settings: EdgeSettings = {
    bucketOrigin: url,
    keySettings: { dialects: ['suffix', 'style'], styles: STYLES, allow: 'open' },
  }
  return {
    url,
    asked,
    lastUrl: () => decodeURIComponent(asked.at(-1)?.url ?? ''),
    respond: (next) => {
      how = next
    },
    settings,
    ask: (path, init, bucketMs) =>
      answerAtEdge(new Request(`https://img.example.com${path}`, init), settings, bucketMs),
    close: async () => {
      const closed = once(server, 'close')
      server.close()
      server.closeAllConnections()
      await closed
    },
  }
}

/**
 * As they come for an <img> unless said otherwise.
 * @see https://developer.mozilla.org/en-US/docs/Web/HTTP/Guides/Content_negotiation/List_of_default_Accept_values
 */
export const ACCEPT = {
  chrome: 'image/avif,image/webp,image/apng,image/svg+xml,image/*,*/*;q=0.8',
  firefox: 'image/avif,image/webp,image/png,image/svg+xml,image/*;q=0.8,*/*;q=0.5',
  safari:
    'image/webp,image/avif,image/jxl,image/heic,image/heic-sequence,video/*;q=0.8,image/png,image/svg+xml,image/*;q=0.8,*/*;q=0.5',
  oldSafari: 'image/png,image/svg+xml,image/*;q=0.8,video/*;q=0.8,*/*;q=0.5',
  oldChrome: 'image/webp,image/apng,image/*,*/*;q=0.8',
  chromeNavigation:
    'text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,image/apng,*/*;q=0.8,application/signed-exchange;v=b3;q=0.7',
  safariNavigation: 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8',
  curl: '*/*',
} as const
