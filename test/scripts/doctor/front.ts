// Something that stands between two parts of a deployment and changes what passes: a CDN, a firewall, another platform.
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface Passing {
  status: number
  headers: Record<string, string>
  body: Buffer
}

export interface Front {
  /** Ends with a slash. */
  url: string
  close(): void
}

/**
 * @param target address that requests are handed on to; ends with a slash.
 * @param change what becomes of an answer.
 * @param added to every request.
 */
export async function startFront(
  target: string,
  change: (answer: Passing, request: IncomingMessage) => Partial<Passing> = () => ({}),
  added: Record<string, string> = {},
): Promise<Front> {
  const pass = async (request: IncomingMessage): Promise<Passing> => {
    const secret = request.headers['x-mirror-secret']
    const headers = { ...(typeof secret === 'string' ? { 'x-mirror-secret': secret } : {}), ...added }
    const answer = await fetch(new URL((request.url ?? '/').slice(1), target), {
      method: request.method ?? 'GET',
      headers,
    })
    const body = Buffer.from(await answer.arrayBuffer())
    const passed = [...answer.headers].filter(
      ([name]) => !/^(content-length|transfer-encoding|connection|keep-alive|date)$/.test(name),
    )
    const passing = { status: answer.status, headers: Object.fromEntries(passed), body }
    return { ...passing, ...change(passing, request) }
  }
  const server = createServer((request, response) => {
    pass(request).then(
      ({ status, headers, body }) =>
        response.writeHead(status, headers).end(request.method === 'HEAD' ? undefined : body),
      () => response.destroy(),
    )
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    close: () => {
      server.close()
      server.closeAllConnections()
    },
  }
}
