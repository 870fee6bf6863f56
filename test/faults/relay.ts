import { createServer, connect, type AddressInfo, type Socket } from 'node:net'

/** The function's way to OSS, which can break while nobody looks. */
export interface Relay {
  /** For OSS_ENDPOINT. */
  url: string
  /** Where it leads: a port of this machine. */
  leadTo(port: number): void
  /** Connections that are open and neither cut nor silenced. */
  open(): number
  /** Resets what is open. */
  cut(): void
  /** From now on nothing of what is open gets through, and neither side is told. */
  silence(): void
  /** Bytes the function sent on silenced connections. */
  lost(): number
  /** Holds back the next upload behind its first `bytes`; resolves when it is held. */
  holdUpload(bytes: number): Promise<void>
  close(): Promise<void>
}

interface Way {
  inward: Socket
  outward: Socket
  silent: boolean
}

export async function startRelay(): Promise<Relay> {
  const ways = new Set<Way>()
  let lost = 0
  let target = 0
  let holding: { bytes: number; held: () => void } | undefined

  const server = createServer((inward) => {
    const outward = connect(target, '127.0.0.1')
    const way: Way = { inward, outward, silent: false }
    ways.add(way)
    const end = () => {
      ways.delete(way)
      inward.destroy()
      outward.destroy()
    }
    let left: number | undefined
    inward.on('data', (chunk: Buffer) => {
      if (way.silent) lost += chunk.length
      else if (left === undefined && holding !== undefined && chunk.toString('latin1', 0, 4) === 'PUT ') {
        left = holding.bytes
        outward.write(chunk.subarray(0, left))
        holding.held()
        holding = undefined
      } else if (left === undefined) outward.write(chunk)
    })
    outward.on('data', (chunk: Buffer) => {
      if (!way.silent) inward.write(chunk)
    })
    for (const side of [inward, outward]) side.on('error', () => undefined).on('close', end)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const live = () => [...ways].filter(({ silent }) => !silent)
  return {
    url: `http://localhost:${(server.address() as AddressInfo).port}`,
    leadTo(port) {
      target = port
    },
    open: () => live().length,
    cut() {
      for (const { inward } of live()) inward.resetAndDestroy()
    },
    silence() {
      for (const way of live()) way.silent = true
    },
    lost: () => lost,
    holdUpload: (bytes) =>
      new Promise((resolve) => {
        holding = { bytes, held: resolve }
      }),
    async close() {
      for (const { inward, outward } of ways) {
        inward.destroy()
        outward.destroy()
      }
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
