// Asking as a reader does, through the bucket and its mirror rule, or straight as the mirror asks.
import type { CloudAddresses } from '../local/cloud.ts'

export interface Got {
  /** 0: no whole answer. */
  status: number
  contentType: string
  retryAfter: string | undefined
  body: Buffer
  ms: number
}

export interface Reader {
  /** A plain GET of the compressed bucket. Never rejects. */
  read(key: string): Promise<Got>
  /** The function itself. Never rejects. */
  askFunction(key: string): Promise<Got>
}

/** The mirror gives up after 10 s; a second more is this machine's. */
export const HUNG_MS = 11_000

export function readerOf(addresses: CloudAddresses): Reader {
  const pathOf = (key: string) => key.split('/').map(encodeURIComponent).join('/')
  return {
    read: (key) => get(`${addresses.oss}/${addresses.compressed}/${pathOf(key)}`, {}),
    askFunction: (key) =>
      get(`${addresses.function}/${pathOf(key)}`, { headers: { 'x-mirror-secret': addresses.mirrorSecret } }),
  }
}

async function get(url: string, init: RequestInit): Promise<Got> {
  const began = performance.now()
  const ms = () => Math.round(performance.now() - began)
  try {
    const response = await fetch(url, { ...init, redirect: 'manual', signal: AbortSignal.timeout(2 * HUNG_MS) })
    const body = Buffer.from(await response.arrayBuffer())
    const { headers, status } = response
    const retryAfter = headers.get('retry-after') ?? undefined
    return { status, contentType: headers.get('content-type') ?? '', retryAfter, body, ms: ms() }
  } catch {
    return { status: 0, contentType: '', retryAfter: undefined, body: Buffer.alloc(0), ms: ms() }
  }
}
