import { createHash } from 'node:crypto'
import type { ObjectMeta, ObjectSink } from '../store/types.ts'
import { alreadyExists, shortBody, unreachable, unreadable } from './failures.ts'
import type { Limit } from './limit.ts'
import { BrokenBodyError, type OriginAnswer } from './origin.ts'
import type { Head, Reader } from './reader.ts'
import type { MirrorSwitches } from './switches.ts'

/** What becomes of the bytes besides going to the readers. */
export interface Keeping {
  sink: ObjectSink
  bucket: string
  key: string
  meta: ObjectMeta
  lastModified: number | undefined
  /** Base64 MD5 the body must have to be stored; undefined: stored unchecked. */
  md5: string | undefined
}

/** How far the mirror request came; written while it goes on. */
export interface Progress {
  hops: number
  originStatus: number | undefined
  status: number | undefined
  firstByteMs: number | undefined
  bytes: number
  stored: boolean
  why: string | undefined
}

/** The body of an answer on its way. */
export interface Delivery {
  answer: OriginAnswer
  head: Head
  keeping: Keeping | undefined
  readers: readonly Reader[]
  /** Called once, before the first byte goes out. */
  onStart: () => void
  limit: Limit
  switches: Pick<MirrorSwitches, 'bufferFirstBytes' | 'commit' | 'existing'>
}

/**
 * Streams an origin's body to its readers and into the store. The first bytes wait, so that an early failure can still be
 * answered with an error; the last byte waits for the store, so that whoever has the whole body finds the object stored.
 * @throws OssError 424 while nothing has gone out; later the readers' connections are cut instead
 */
export async function deliver(delivery: Delivery, progress: Progress): Promise<void> {
  const { answer, head, keeping, readers, limit, switches } = delivery
  const writer = keeping && (await keeping.sink.openWriter(keeping.bucket))
  const digest = keeping?.md5 === undefined ? undefined : createHash('md5')
  let waiting: Uint8Array[] = []
  let waitingBytes = 0
  let started = false
  let settled = writer === undefined

  const start = () => {
    started = true
    delivery.onStart()
    progress.status = head.status
    for (const reader of readers) reader.start(head)
  }
  const flush = async (keepBytes: 0 | 1) => {
    const bytes = Buffer.concat(waiting)
    const out = bytes.subarray(0, Math.max(0, bytes.length - keepBytes))
    waiting = [bytes.subarray(out.length)]
    waitingBytes = bytes.length - out.length
    if (out.length > 0) await Promise.all(readers.map((reader) => reader.write(out)))
  }
  const commit = async () => {
    if (!writer || !keeping) return
    if (digest && digest.digest('base64') !== keeping.md5) {
      progress.why = 'MD5 in header() is not equal to MD5 calculated'
      return
    }
    const options = {
      ifAbsent: switches.existing !== 'overwrite',
      ...(keeping.lastModified !== undefined && { lastModified: keeping.lastModified }),
    }
    const outcome = await writer.commit(keeping.key, keeping.meta, options)
    settled = true
    progress.stored = outcome !== 'exists'
    if (outcome !== 'exists') return
    if (switches.existing === 'fail') throw alreadyExists()
    progress.why = 'an object of that name was there already'
  }

  try {
    if (switches.bufferFirstBytes <= 0) start()
    for await (const chunk of answer.body) {
      progress.bytes += chunk.length
      digest?.update(chunk)
      if (writer) await writer.write(chunk)
      waiting.push(chunk)
      waitingBytes += chunk.length
      if (!started && waitingBytes > switches.bufferFirstBytes) start()
      if (started) await flush(1)
    }
    limit.clear()
    if (switches.commit === 'before-last-byte') await commit()
    if (!started) start()
    await flush(0)
    for (const reader of readers) reader.end()
    if (switches.commit === 'after-answer') await commit()
  } catch (error) {
    answer.discard()
    const failure = bodyFailure(error, delivery)
    progress.why = limit.cause ?? describe(failure)
    if (!started) throw failure
    for (const reader of readers) reader.cut()
  } finally {
    if (!settled) await writer?.abort()
  }
}

/** A broken body becomes the documented message; errors of the store stay what they are. */
function bodyFailure(error: unknown, { answer, limit }: Delivery): unknown {
  if (limit.signal.aborted) return unreachable()
  if (!(error instanceof BrokenBodyError)) return error
  return answer.headers['content-length'] === undefined ? unreadable() : shortBody()
}

/** An error's message for the log. */
export function describe(error: unknown): string {
  return typeof error === 'object' && error !== null && 'message' in error ? String(error.message) : String(error)
}
