import type { ServerResponse } from 'node:http'

/** The start of an answer to a reader. `length` is the body's, undefined where the origin did not say. */
export interface Head {
  status: number
  headers: Record<string, string>
  length: number | undefined
}

/** Somebody who waits for an answer. */
export interface Reader {
  readonly left: boolean
  onLeave(listener: () => void): void
  start(head: Head): void
  /** Resolves when more can be taken, or when the reader left. */
  write(chunk: Uint8Array): Promise<void>
  end(): void
  /** Breaks the connection, so that the reader notices that something is missing. */
  cut(): void
}

/**
 * A reader over HTTP. With `partial`, a Range of a 200 of known length is answered with 206 and its bytes, while all bytes
 * go by; otherwise Range is ignored.
 */
export function httpReader(
  request: { method: 'GET' | 'HEAD'; range: string | undefined; requestId: string },
  response: ServerResponse,
  partial: boolean,
): Reader {
  let from = 0
  let to = Number.POSITIVE_INFINITY
  let seen = 0
  const left = () => !response.writableEnded && (response.destroyed || response.closed)
  return {
    get left() {
      return left()
    },
    onLeave(listener) {
      if (left()) listener()
      else response.once('close', () => left() && listener())
    },
    start(head) {
      const { length } = head
      const headers: Record<string, string> = { ...head.headers }
      let status = head.status
      const range =
        partial && request.method === 'GET' && status === 200 && length !== undefined
          ? byteRange(request.range, length)
          : undefined
      if (range && length !== undefined) {
        ;[from, to] = [range.from, range.to + 1]
        status = 206
        headers['content-range'] = `bytes ${range.from}-${range.to}/${length}`
        headers['content-length'] = String(to - from)
      } else if (length !== undefined) {
        headers['content-length'] = String(length)
      }
      if (!response.hasHeader('x-oss-request-id')) headers['x-oss-request-id'] = request.requestId
      if (!left()) response.writeHead(status, headers).flushHeaders()
    },
    async write(chunk) {
      const part = chunk.subarray(Math.max(0, from - seen), Math.max(0, to - seen))
      seen += chunk.length
      if (request.method === 'HEAD' || part.length === 0 || left()) return
      // A reader that has its range is served: what it does next ends nothing.
      if (seen >= to) response.end(part)
      else if (!response.write(part)) await roomOrEnd(response)
    },
    end() {
      if (!left() && !response.writableEnded) response.end()
    },
    cut() {
      response.destroy()
    },
  }
}

function roomOrEnd(response: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      response.off('drain', done)
      response.off('close', done)
      resolve()
    }
    response.on('drain', done)
    response.on('close', done)
  })
}

/** One range of the three forms; undefined for anything else, which OSS answers with the whole object. */
export function byteRange(value: string | undefined, length: number): { from: number; to: number } | undefined {
  const found = /^bytes=(?:(\d+)-(\d*)|-(\d+))$/.exec(value?.trim() ?? '')
  if (!found) return undefined
  const [, first, last, suffix] = found
  const from = first === undefined ? Math.max(0, length - Number(suffix)) : Number(first)
  const to = first === undefined || last === undefined || last === '' ? length - 1 : Math.min(Number(last), length - 1)
  return from <= to && from < length ? { from, to } : undefined
}
