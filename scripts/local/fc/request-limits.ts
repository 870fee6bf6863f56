import type { IncomingMessage } from 'node:http'
import { readWhole } from './answer.ts'
import { PlatformFailure } from './failure.ts'
import { headerBytes, headerList } from './headers.ts'
import type { FunctionSpec, GatewaySwitches } from './spec.ts'

// Function Compute, "Limits" (page of 2026-02-04): synchronous and asynchronous request body, headers, path with query.
export const MAX_BODY_BYTES = 32 * 1024 * 1024
export const MAX_ASYNC_BODY_BYTES = 128 * 1024
const MAX_HEADER_BYTES = 8 * 1024
const MAX_PATH_BYTES = 4 * 1024

/** Refuses, before any code runs, what the trigger does not let through. Throws a PlatformFailure. */
export function admit(request: IncomingMessage, spec: FunctionSpec): void {
  if (spec.methods.length === 0) throw new PlatformFailure('trigger', 'function has no HTTP trigger')
  if (headerBytes(headerList(request)) > MAX_HEADER_BYTES) {
    throw new PlatformFailure('argument', `request headers exceed ${MAX_HEADER_BYTES} bytes`)
  }
  if ((request.url ?? '/').length > MAX_PATH_BYTES) {
    throw new PlatformFailure('argument', `path and query exceed ${MAX_PATH_BYTES} bytes`)
  }
  if (!spec.methods.includes(request.method ?? '')) {
    throw new PlatformFailure('method', `method ${request.method} is not configured in the HTTP trigger`)
  }
}

/** Path and query as the function gets them. Whether the platform keeps the caller's bytes is not documented. */
export function functionPath(url: string, switches: GatewaySwitches): string {
  if (switches.pathBytes === 'exact') return url
  const mark = url.indexOf('?')
  const path = mark < 0 ? url : url.slice(0, mark)
  const query = mark < 0 ? '' : url.slice(mark)
  try {
    // Go's way of writing a decoded path (net/url, EscapedPath): these stay bare, so «%2F» becomes «/» and «%2B» becomes «+».
    const bare = (text: string): string => text.replace(/%(2F|24|26|2B|2C|3A|3B|3D|40)/gi, decodeURIComponent)
    return bare(encodeURIComponent(decodeURIComponent(path))) + query
  } catch {
    return url
  }
}

/** A request's body, whole. Rejects with a PlatformFailure when it is over the limit or the caller breaks off. */
export async function readBody(request: IncomingMessage, limitBytes: number): Promise<Buffer> {
  const tooLarge = new PlatformFailure('argument', `request body exceeds ${limitBytes} bytes`)
  if (Number(request.headers['content-length'] ?? 0) > limitBytes) throw tooLarge
  try {
    return await readWhole(request, limitBytes)
  } catch (error) {
    throw error instanceof PlatformFailure ? tooLarge : new PlatformFailure('canceled', 'Invocation canceled by client')
  }
}
