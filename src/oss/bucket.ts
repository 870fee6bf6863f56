import { createHash } from 'node:crypto'
import type { Readable } from 'node:stream'

import type { Clients, Timeout } from './clients.ts'
import type { Credentials } from '../context.ts'
import { createCrc64 } from './crc64.ts'
import { explained } from './explained.ts'
import { isPassing, isUnreached, OssFault, toOssFault } from './fault.ts'

/** Facts of an original as OSS gives them with its bytes. */
export interface OriginalFacts {
  /** Without quotes. */
  etag: string
  bytes: number
  lastModified: string
  contentEncoding: string | undefined
  /** CRC-64 of the whole object as unsigned decimal; absent on very old objects. */
  crc64: string | undefined
  /** Base64 MD5; absent on multipart objects. */
  contentMd5: string | undefined
}

/**
 * An original being read: its first bytes for a look at what it is, then all of them.
 * Every way of reading ends in an OssFault where bytes are missing or differ from the object's length or CRC-64.
 */
export interface OpenOriginal {
  facts: OriginalFacts
  /** At most `count` first bytes. */
  head(count: number): Promise<Buffer>
  /** Everything, head included, in memory of the promised length; for originals whose length is known. */
  readAll(): Promise<Buffer>
  /** Everything, head included, chunk by chunk; the last chunk is held back until length and CRC-64 are known to be right. */
  chunks(): AsyncIterable<Buffer>
  /** Stops reading. Safe at any time, more than once. */
  close(): void
}

export interface NewObject {
  key: string
  contentType: string
  cacheControl: string
  contentDisposition?: string | undefined
  contentEncoding?: string | undefined
  /** Never replaces an object of this name: OssFault `conflict` where there is one by then. */
  ifAbsent?: boolean
  /** User metadata: lower-case names, printable ASCII values. */
  meta: Record<string, string>
}

export interface Originals {
  /** @throws OssFault */
  open(key: string, deadline: number): Promise<OpenOriginal>
  /** @throws OssFault */
  head(key: string, deadline: number): Promise<OriginalFacts>
  /** The first bytes once more, in a read of their own, of the object with this ETag. @throws OssFault */
  peek(key: string, etag: string, count: number, deadline: number): Promise<Buffer>
}

export interface Compressed {
  /** @throws OssFault where it was not stored, or something else was. */
  put(object: NewObject, bytes: Buffer, deadline: number): Promise<void>
  /** Server-side copy of an original as it is, on condition that it still has this ETag. @throws OssFault */
  copy(object: NewObject, source: { key: string; etag: string }, deadline: number): Promise<void>
}

/** A first connection that does not come about in this time never will: most often an internal endpoint used from outside. */
const CONNECT_MS = 2_500
/** A body may pause; longer than this it has died without a reset. */
const STALL_MS = 3_000
const ANSWER_MS = 4_000

export function openOriginals(clients: Clients, credentials: Credentials, bucket: string): Originals {
  return {
    open: (key, deadline) =>
      withRetry(clients, deadline, async () => {
        const client = await clients.get(credentials, bucket)
        try {
          const { stream, res } = await client.getStream(key, { timeout: timeoutFor(deadline) })
          return openStream(stream as unknown as Readable, factsOf(res.headers), deadline)
        } catch (error) {
          throw await explained(toOssFault(error, 'read original'), client, { bucket, key }, timeoutFor(deadline))
        }
      }),
    peek: (key, etag, count, deadline) =>
      withRetry(clients, deadline, async () => {
        const client = await clients.get(credentials, bucket)
        const headers = { Range: `bytes=0-${count - 1}`, 'If-Match': `"${etag}"` }
        try {
          const { content } = await client.get(key, { headers, timeout: timeoutFor(deadline) })
          return content.subarray(0, count)
        } catch (error) {
          throw toOssFault(error, 'read original')
        }
      }),
    head: (key, deadline) =>
      withRetry(clients, deadline, async () => {
        const client = await clients.get(credentials, bucket)
        try {
          return factsOf((await client.head(key, { timeout: timeoutFor(deadline) })).res.headers)
        } catch (error) {
          throw await explained(toOssFault(error, 'head original'), client, { bucket, key }, timeoutFor(deadline))
        }
      }),
  }
}

export function openCompressed(
  clients: Clients,
  credentials: Credentials,
  bucket: string,
  originals: string,
): Compressed {
  const send = (object: NewObject, bytes: Buffer, extra: Record<string, string>, deadline: number, what: string) =>
    withRetry(clients, deadline, async () => {
      const client = await clients.get(credentials, bucket)
      try {
        return await client.put(object.key, bytes, {
          headers: { ...headersOf(object), ...extra },
          meta: object.meta,
          timeout: timeoutFor(deadline),
        })
      } catch (error) {
        throw toOssFault(error, what)
      }
    })
  return {
    async put(object, bytes, deadline) {
      // What was damaged on its way is replaced by the same once more, unless somebody else's may be there by now.
      for (let again = object.ifAbsent !== true; ; again = false) {
        const { res } = await send(object, bytes, {}, deadline, 'put')
        const stored = res.headers['x-oss-hash-crc64ecma']
        const crc = createCrc64()
        crc.update(bytes)
        if (stored === undefined || stored === crc.value()) return
        if (again && Date.now() < deadline) continue
        throw new OssFault('damaged', 'put: the stored object has another CRC-64 than what was sent', {
          code: 'crc_mismatch',
        })
      }
    },
    async copy(object, source, deadline) {
      // The client's own copy() repeats every header as x-oss-copy-source-<header>; an empty put with the documented
      // headers is the same request without them (https://help.aliyun.com/en/oss/developer-reference/copyobject).
      const headers = {
        'x-oss-copy-source': `/${originals}/${encodeURIComponent(source.key)}`,
        'x-oss-copy-source-if-match': `"${source.etag}"`,
        'x-oss-metadata-directive': 'REPLACE',
      }
      await send(object, Buffer.alloc(0), headers, deadline, 'copy')
    },
  }
}

function headersOf({
  contentType,
  cacheControl,
  contentDisposition,
  contentEncoding,
  ifAbsent,
}: NewObject): Record<string, string> {
  return {
    'Content-Type': contentType,
    'Cache-Control': cacheControl,
    ...(contentDisposition === undefined ? {} : { 'Content-Disposition': contentDisposition }),
    ...(contentEncoding === undefined ? {} : { 'Content-Encoding': contentEncoding }),
    ...(ifAbsent === true ? { 'x-oss-forbid-overwrite': 'true' } : {}),
  }
}

function factsOf(headers: Record<string, string | undefined>): OriginalFacts {
  return {
    etag: (headers['etag'] ?? '').replace(/^"|"$/g, ''),
    bytes: Number(headers['content-length'] ?? Number.NaN),
    lastModified: headers['last-modified'] ?? '',
    contentEncoding: headers['content-encoding'],
    crc64: headers['x-oss-hash-crc64ecma'],
    contentMd5: headers['content-md5'],
  }
}

export function timeoutFor(deadline: number): Timeout {
  const left = Math.max(1, deadline - Date.now())
  return [Math.min(CONNECT_MS, left), Math.min(ANSWER_MS, left)]
}

/** Whether OSS ever answered this process: until then, no connection means that the address is wrong, not that it is busy. */
let reached = false

/** One more try for a passing fault, with a short random pause so that many instances do not return in step. */
export async function withRetry<T>(
  clients: Pick<Clients, 'distrust'>,
  deadline: number,
  attempt: () => Promise<T>,
): Promise<T> {
  try {
    const result = await attempt()
    reached = true
    return result
  } catch (error) {
    const fault = toOssFault(error, 'bucket')
    // Not where it was us who had no time left: then the connection is no worse than others.
    if ((fault.kind === 'timeout' || fault.kind === 'network') && Date.now() < deadline) clients.distrust()
    reached ||= fault.ossRequestId !== undefined
    if (!reached && isUnreached(fault)) throw fault
    const pause = 50 + Math.random() * 100
    if (!isPassing(fault) || Date.now() + pause + 500 > deadline) throw fault
    await new Promise((resolve) => setTimeout(resolve, pause))
    return attempt()
  }
}

function openStream(stream: Readable, facts: OriginalFacts, deadline: number): OpenOriginal {
  // Listened to from the start: an error before the first read would otherwise end the process.
  let failure: Error | undefined
  stream.on('error', (error: Error) => {
    failure ??= error
  })
  const iterator = stream[Symbol.asyncIterator]() as AsyncIterator<Buffer>
  const crc = createCrc64()
  let received = 0
  const looked: Buffer[] = []
  let ended = false

  const close = () => {
    if (!stream.destroyed) stream.destroy()
  }

  /** @param until stop waiting at this time, however the stall timer stands. */
  const next = async (until: number): Promise<Buffer | undefined> => {
    if (ended) return undefined
    const wait = Math.min(STALL_MS, until - Date.now())
    let timer: NodeJS.Timeout | undefined
    const stalled = new Promise<never>((_, reject) => {
      timer = setTimeout(
        () => reject(new OssFault('timeout', `read original: no bytes for ${Math.max(0, Math.round(wait))} ms`)),
        Math.max(0, wait),
      )
    })
    try {
      const result = await Promise.race([iterator.next(), stalled])
      if (result.done === true) {
        ended = true
        verify()
        return undefined
      }
      received += result.value.length
      crc.update(result.value)
      return result.value
    } catch (error) {
      ended = true
      close()
      if (error instanceof OssFault) throw error
      throw new OssFault('network', `read original: connection broke after ${received} of ${facts.bytes} bytes`, {
        code: (failure as { code?: string } | undefined)?.code,
      })
    } finally {
      clearTimeout(timer)
    }
  }

  const verify = () => {
    if (Number.isFinite(facts.bytes) && received !== facts.bytes) {
      throw new OssFault('damaged', `read original: Expected ${facts.bytes} bytes, got ${received}`)
    }
    if (facts.crc64 !== undefined && crc.value() !== facts.crc64) {
      throw new OssFault('damaged', `read original: Expected CRC-64 ${facts.crc64}, got ${crc.value()}`)
    }
  }

  return {
    facts,
    async head(count) {
      let length = 0
      while (length < count) {
        const chunk = await next(deadline)
        if (chunk === undefined) break
        looked.push(chunk)
        length += chunk.length
      }
      return Buffer.concat(looked).subarray(0, count)
    },
    async readAll() {
      if (!Number.isSafeInteger(facts.bytes) || facts.bytes < 0)
        throw new OssFault('damaged', 'read original: Expected a length, got none')
      // Chunks put together at the end would be held twice. What is promised and never comes takes no memory: pages that
      // nobody wrote to are not there, and nothing but what was written is given out.
      const whole = Buffer.allocUnsafeSlow(facts.bytes)
      let filled = 0
      const keep = (chunk: Buffer) => {
        filled += chunk.copy(whole, filled)
      }
      looked.splice(0).forEach(keep)
      for (let chunk = await next(deadline); chunk !== undefined; chunk = await next(deadline)) keep(chunk)
      return whole.subarray(0, filled)
    },
    async *chunks() {
      // Only a stall ends a stream that passes through: a long film may take longer than a request's deadline.
      let held: Buffer | undefined
      try {
        for (const chunk of looked.splice(0)) {
          if (held !== undefined) yield held
          held = chunk
        }
        for (let chunk = await next(Infinity); chunk !== undefined; chunk = await next(Infinity)) {
          if (held !== undefined) yield held
          held = chunk
        }
        if (held !== undefined) yield held
      } finally {
        close()
      }
    },
    close,
  }
}

/** Base64 MD5 of bytes, for Content-MD5, and the same as upper-case hex, which is what OSS uses as ETag. */
export function md5Of(bytes: Buffer): { base64: string; etag: string } {
  const digest = createHash('md5').update(bytes).digest()
  return { base64: digest.toString('base64'), etag: digest.toString('hex').toUpperCase() }
}
