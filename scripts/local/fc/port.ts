import { connect, createServer } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'

// Below the range from which systems choose ports of outgoing connections (Linux 32768, macOS 49152): nothing else takes
// the port between the check and the function's listen, and a probe can never connect to itself.
const FIRST_PORT = 20_000
const LAST_PORT = 31_999

const taken = new Set<number>()

async function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer()
    server.once('error', () => resolve(false))
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)))
  })
}

/** A free port on loopback for one instance, not given out twice until released. */
export async function takePort(): Promise<number> {
  for (let attempt = 0; attempt < 200; attempt++) {
    const port = FIRST_PORT + Math.floor(Math.random() * (LAST_PORT - FIRST_PORT + 1))
    if (taken.has(port)) continue
    taken.add(port)
    if (await isFree(port)) return port
    taken.delete(port)
  }
  throw new Error(`Expected a free port between ${FIRST_PORT} and ${LAST_PORT}, got none in 200 attempts`)
}

/** Gives a port of `takePort` back. */
export function releasePort(port: number): void {
  taken.delete(port)
}

async function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1' })
    socket.once('connect', () => {
      socket.destroy()
      resolve(true)
    })
    socket.once('error', () => resolve(false))
  })
}

/** Waits until something listens on the port: true; false after `timeoutMs` or when the signal fires. */
export async function waitForPort(port: number, timeoutMs: number, signal: AbortSignal): Promise<boolean> {
  const until = Date.now() + timeoutMs
  while (!signal.aborted && Date.now() < until) {
    if (await accepts(port)) return true
    await delay(15, undefined, { signal }).catch(() => undefined)
  }
  return false
}
