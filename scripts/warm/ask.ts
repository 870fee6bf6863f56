// A reader's request to the compressed bucket: without a signature, because only such a one is sure to be mirrored.
import { Agent as HttpAgent, type IncomingMessage, request as httpRequest } from 'node:http'
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https'

export interface Asked {
  status: number
  /** Of the body, read to its end. */
  bytes: number
  /** Code and message of OSS, where it was an error. */
  reason: string
  /** Seconds the service asks to wait. */
  retryAfter: number | undefined
}

export interface Reader {
  /** @throws Error where there was no whole answer. */
  ask(method: 'HEAD' | 'GET', key: string): Promise<Asked>
  close(): void
}

/** No byte for so long: the mirror gives up after 10 s, and says so. */
const SILENCE_MS = 30_000
const MOST_REASON_BYTES = 4096

/** @param readerUrl ends with a slash. */
export function createReader(readerUrl: string, connections: number): Reader {
  const secure = readerUrl.startsWith('https:')
  const options = { keepAlive: true, maxSockets: connections }
  const agent = secure ? new HttpsAgent(options) : new HttpAgent(options)
  const send = secure ? httpsRequest : httpRequest
  return {
    ask: (method, key) =>
      new Promise((resolve, reject) => {
        const url = readerUrl + key.split('/').map(encodeURIComponent).join('/')
        const request = send(url, { method, agent, timeout: SILENCE_MS }, (response) => {
          readAnswer(response, method).then(resolve, reject)
        })
        request.on('timeout', () => request.destroy(new Error(`no byte for ${SILENCE_MS / 1000} s`)))
        request.on('error', reject)
        request.end()
      }),
    close: () => agent.destroy(),
  }
}

async function readAnswer(response: IncomingMessage, method: 'HEAD' | 'GET'): Promise<Asked> {
  const { statusCode: status = 0, headers } = response
  let bytes = 0
  const kept: Buffer[] = []
  for await (const chunk of response as AsyncIterable<Buffer>) {
    bytes += chunk.length
    if (status >= 300 && bytes <= MOST_REASON_BYTES) kept.push(chunk)
  }
  const announced = headers['content-length']
  if (method === 'GET' && announced !== undefined && Number(announced) !== bytes) {
    throw new Error(`Expected ${announced} bytes, got ${bytes}`)
  }
  const seconds = Number(headers['retry-after'])
  return {
    status,
    bytes,
    reason: status < 300 ? '' : reasonIn(Buffer.concat(kept).toString('utf8')),
    retryAfter: Number.isFinite(seconds) && seconds > 0 ? seconds : undefined,
  }
}

function reasonIn(body: string): string {
  const part = (name: string) => new RegExp(`<${name}>(.*?)</${name}>`, 's').exec(body)?.[1] ?? ''
  return [part('Code'), part('Message')].filter((text) => text !== '').join(': ')
}
