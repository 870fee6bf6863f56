// Listening on loopback, and nowhere else.

import { createServer } from 'node:http'
import type { RequestListener, Server } from 'node:http'
import type { AddressInfo } from 'node:net'

// Bucket and key fit, percent-encoded, with 8 KB of user metadata beside them.
const MAX_HEADER_BYTES = 64 * 1024

/** Listens on 127.0.0.1 and, where there is one, ::1 with the same port: `localhost` means either. 0 picks a free port. */
export async function listen(serve: RequestListener, port: number): Promise<{ servers: Server[]; port: number }> {
  for (let attempt = 0; ; attempt += 1) {
    const first = await bind(serve, '127.0.0.1', port)
    const bound = (first.address() as AddressInfo).port
    try {
      return { servers: [first, await bind(serve, '::1', bound)], port: bound }
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException
      if (code === 'EADDRNOTAVAIL' || code === 'EAFNOSUPPORT' || code === 'EINVAL') {
        return { servers: [first], port: bound }
      }
      await stopListening(first)
      // A port that is free on one address may be taken on the other: with a free choice, choose again.
      if (code !== 'EADDRINUSE' || port !== 0 || attempt >= 10) throw error
    }
  }
}

function bind(serve: RequestListener, host: string, port: number): Promise<Server> {
  // No limit on the time of a request: slow uploads are a client's right, and tests stall on purpose.
  const server = createServer(
    {
      maxHeaderSize: MAX_HEADER_BYTES,
      requestTimeout: 0,
      keepAliveTimeout: 60_000,
      // ali-oss sends a stream that has a Content-Length header with Transfer-Encoding as well. The service takes that
      // (the client's own tests rely on it); Node's strict parser would answer 400.
      insecureHTTPParser: true,
    },
    serve,
  )
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen({ host, port, ipv6Only: host === '::1' }, () => resolve(server))
  })
}

/** Stops, cutting every open connection. */
export function stopListening(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve())
    server.closeAllConnections()
  })
}
