// How originals are opened and read: what is verified before anything is made of them, and never later than is wanted.
import { beforeDeadline } from './deadline.ts'
import { AppError } from './errors.ts'
import { SNIFF_BYTES, sniff } from './image/sniff.ts'
import type { ParsedKey } from './key/parse.ts'
import type { OpenOriginal, Originals } from './oss/bucket.ts'
import { OssFault } from './oss/fault.ts'
import type { Holding } from './workers/holdings.ts'

/** What is not a picture is read to its end, in memory, up to this size before it is judged by its first bytes. */
const VERIFIED_FIRST_BYTES = 4_194_304

/** @throws OssFault; what the key says instead where there is no such original */
export async function openOriginal(key: ParsedKey, originals: Originals, deadline: number): Promise<OpenOriginal> {
  try {
    return await originals.open(key.sourceKey, deadline)
  } catch (error) {
    // A mistyped style, say: the whole string is then no object's name either.
    const missing = error instanceof OssFault && error.kind === 'missing'
    throw missing && key.whenMissing !== undefined ? key.whenMissing : error
  }
}

/** How much of an original will be in memory at once: all of what is made smaller or verified first, nothing of what streams. */
export function bytesToHold(
  { format }: ReturnType<typeof sniff>,
  { bytes }: OpenOriginal['facts'],
  maxSourceBytes: number,
): number {
  return bytes <= (format === undefined ? VERIFIED_FIRST_BYTES : maxSourceBytes) ? bytes : 0
}

/**
 * Whether something may go out, and as what, is decided by its first bytes, and the copy on the server makes that last:
 * where the rest is not read before, those bytes are verified, by reading all of a small original, else by a second read.
 */
export async function confirmType(
  sniffed: ReturnType<typeof sniff>,
  original: OpenOriginal,
  sourceKey: string,
  originals: Originals,
  maxSourceBytes: number,
  deadline: number,
): Promise<void> {
  const { bytes, etag } = original.facts
  if (sniffed.format !== undefined && bytes <= maxSourceBytes) return
  if (bytes <= VERIFIED_FIRST_BYTES) {
    await original.head(VERIFIED_FIRST_BYTES + 1)
    return
  }
  const again = sniff(await originals.peek(sourceKey, etag, SNIFF_BYTES, deadline))
  if (again.contentType === sniffed.contentType && again.format === sniffed.format) return
  throw new OssFault('damaged', 'read original: its first bytes differ from one read to the next')
}

/** What comes too late is closed when it comes. */
export async function openInTime(opening: Promise<OpenOriginal>, deadline: number): Promise<OpenOriginal> {
  return beforeDeadline(opening, deadline).catch((error: unknown) => {
    opening.then(
      (late) => late.close(),
      () => undefined,
    )
    throw error
  })
}

/** For those who joined while it streams through: the same original once more, or nothing. */
export async function openSame(
  originals: Originals,
  key: string,
  etag: string,
  deadline: number,
): Promise<OpenOriginal> {
  const reread = await originals.open(key, deadline)
  if (reread.facts.etag === etag) return reread
  reread.close()
  throw new OssFault('conflict', 'read original: it was replaced meanwhile')
}

/**
 * Another original that a picture needs, such as a watermark's. Does not wait for room, only takes it from those who come:
 * the job that asks for it holds a worker, and what it could wait for may be waiting for that.
 */
export async function readWhole(
  originals: Originals,
  key: string,
  mostBytes: number,
  deadline: number,
  held: Holding | undefined,
): Promise<Buffer> {
  const original = await originals.open(key, deadline)
  try {
    if (!(original.facts.bytes <= mostBytes)) {
      throw new AppError(
        'source_too_large',
        `Expected a watermark picture of at most ${mostBytes} bytes, got a larger one.`,
      )
    }
    held?.become(held.bytes + original.facts.bytes)
    return await original.readAll()
  } finally {
    original.close()
  }
}
