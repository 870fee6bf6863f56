import { AppError, toAppError } from './errors.ts'
import { ImageFault } from './image/fault.ts'
import { Impossible } from './image/operations/impossible.ts'
import { KeyFault } from './key/fault.ts'
import { OssFault } from './oss/fault.ts'
import { Overloaded } from './workers/overloaded.ts'

/** What goes out. Anything but 200 is JSON; never a 206, a 304 or a redirect (OSS would store or follow it). */
export interface Answer {
  status: number
  headers: Record<string, string>
  /**
   * A Buffer has its Content-Length in the headers. Chunks are streamed, and throw where bytes turn out missing or
   * wrong: the connection has to be destroyed then, never ended cleanly.
   */
  body: Buffer | AsyncIterable<Buffer> | undefined
  /**
   * Settles (never rejects) when the put is done or given up. The answer's last byte waits for it: the instance may be
   * frozen as soon as that is out.
   */
  settled: Promise<void>
  /**
   * Writes the log line. To be called just before the last byte goes out (a frozen instance writes nothing), or when the
   * caller has gone; a second call does nothing. `error` is why what went out is not what was meant to.
   */
  finish(how: { sentBytes: number; aborted: boolean; error?: unknown }): void
}

/** @param requestId goes to the caller, so that ops can find the log line. */
export function errorHeadersAndBody(
  error: AppError,
  requestId: string,
): { headers: Record<string, string>; body: Buffer } {
  const body = Buffer.from(JSON.stringify({ code: error.code, message: error.message, requestId }))
  return {
    headers: {
      'Content-Type': 'application/json; charset=utf-8',
      'Content-Length': String(body.length),
      'Cache-Control': 'no-store',
      'X-Content-Type-Options': 'nosniff',
      ...(error.status === 405 ? { Allow: 'GET, HEAD' } : {}),
      ...(error.status === 503 ? { 'Retry-After': '1' } : {}),
    },
    body,
  }
}

/** What a fault of any room is to the outside. */
export function toPublicError(thrown: unknown): AppError {
  if (thrown instanceof KeyFault) return new AppError(thrown.code, thrown.message)
  if (thrown instanceof Impossible) return new AppError('impossible', thrown.message, { cause: thrown })
  if (thrown instanceof ImageFault) return fromImageFault(thrown)
  if (thrown instanceof OssFault) return fromOssFault(thrown)
  if (thrown instanceof Overloaded) return new AppError('overloaded', thrown.message)
  return toAppError(thrown)
}

function fromImageFault(fault: ImageFault): AppError {
  switch (fault.code) {
    case 'unsupported':
      return new AppError('not_an_image', fault.message, { cause: fault })
    case 'encoder_fault':
      return new AppError('encoder_fault', 'The picture could not be made just now. Try again.', { cause: fault })
    case 'out_of_time':
      return new AppError('out_of_time', 'Expected the picture to be ready in time, it was not. Try again.', {
        cause: fault,
      })
    default:
      return new AppError(fault.code, fault.message, { cause: fault })
  }
}

function fromOssFault(fault: OssFault): AppError {
  const cause = { cause: fault }
  switch (fault.kind) {
    case 'missing':
      return new AppError('not_found', 'No such object.')
    // Not 404: a role or a bucket name that is wrong would look like missing pictures to everybody.
    case 'denied':
    case 'misconfigured':
      return new AppError('bucket_denied', 'The originals bucket cannot be read; the log has the reason.', cause)
    case 'timeout':
      return new AppError('bucket_timeout', 'The originals bucket did not answer in time.', cause)
    case 'damaged':
      return new AppError('bad_original', 'The original arrived incomplete or damaged.', cause)
    default:
      return new AppError('bucket_failed', 'The originals bucket failed; the log has the reason.', cause)
  }
}
