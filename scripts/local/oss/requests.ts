// The request log: who asked what, how it was signed, what came of it. A ring; never a secret, token or signature.

import type { SignedHow } from './auth/authenticate.ts'

export interface RequestEntry {
  requestId: string
  /** Milliseconds since the epoch, when the request arrived. */
  time: number
  method: string
  host: string
  /** Path as sent, without the query (which may carry a signature). */
  path: string
  /** Query names, without values. */
  query: string[]
  userAgent?: string
  signed: SignedHow
  accessKeyId?: string
  /** The role of a temporary key. */
  role?: string
  operation?: string
  action?: string
  bucket?: string
  key?: string
  /** 0 until answered, and for a connection that was cut before a status. */
  status: number
  code?: string
  bytesIn: number
  /** Body and header bytes written to the connection. */
  bytesOut: number
  ms: number
  /** A mirror rule was executed. */
  mirrored: boolean
  /** The name of the fault that was injected. */
  fault?: string
}

export interface RequestLog {
  add(entry: RequestEntry): void
  /** Newest last. */
  entries(): RequestEntry[]
  /** How many were ever added. */
  readonly total: number
  clear(): void
}

/** A log that keeps the last `capacity` entries. */
export function createRequestLog(capacity = 5000): RequestLog {
  let ring: RequestEntry[] = []
  let total = 0
  return {
    add(entry) {
      ring[total % capacity] = entry
      total += 1
    },
    entries() {
      const start = total % capacity
      return total <= capacity ? ring.slice(0, total) : [...ring.slice(start), ...ring.slice(0, start)]
    },
    get total() {
      return total
    },
    clear() {
      ring = []
      total = 0
    },
  }
}
