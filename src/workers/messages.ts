// What the pool and a worker say to each other. Bytes travel as a frame's body, everything else as its head.
import type { CompressOptions } from '../image/compress.ts'
import { ImageFault, type ImageFaultCode } from '../image/fault.ts'
import { Impossible } from '../image/operations/impossible.ts'
import type { Operation } from '../image/operations/types.ts'
import type { RenderOptions } from '../image/render.ts'

/** Number of the pipe between them in a worker, after stdin, stdout and stderr. */
export const CHANNEL = 3

/** What is to be made. The frame's body is the source. */
export type Task =
  | { kind: 'compress'; options: CompressOptions }
  | { kind: 'render'; operations: readonly Operation[]; options: Omit<RenderOptions, 'fetchMark'> }

export type ToWorker =
  | { type: 'job'; task: Task; threads: number }
  /** Answer to `fetch`; the body is the mark's bytes. */
  | { type: 'mark'; mark: number; found: boolean }

export type FromWorker =
  /** The engine is loaded. */
  | { type: 'ready' }
  /** A job arrived whole: from here on it may be to blame for what happens to the worker. */
  | { type: 'started' }
  | { type: 'fetch'; mark: number; key: string }
  /** The body is the picture; `result` is the rest. */
  | { type: 'done'; result: object }
  | { type: 'failed'; fault: WireFault }

/** An error on its way through the pipe. */
export interface WireFault {
  name: string
  message: string
  code?: ImageFaultCode
  cause?: { name: string; message: string }
  /** Number of the mark whose fetching failed: the error itself never left the parent. */
  mark?: number
}

/** Thrown inside a worker in place of what `fetchMark` threw in the parent. */
export class MarkFailed extends Error {
  readonly mark: number

  constructor(mark: number) {
    super('The picture of a watermark could not be fetched')
    this.name = 'MarkFailed'
    this.mark = mark
  }
}

export function toWire(thrown: unknown): WireFault {
  if (!(thrown instanceof Error)) return { name: 'Error', message: String(thrown) }
  const { name, message, cause } = thrown
  const fault: WireFault = { name, message }
  if (thrown instanceof ImageFault) fault.code = thrown.code
  if (thrown instanceof MarkFailed) fault.mark = thrown.mark
  if (cause instanceof Error) fault.cause = { name: cause.name, message: cause.message }
  return fault
}

/** The same error as the image room threw, as far as anybody looks: class, code, message, and the cause for the log. */
export function fromWire({ name, message, code, cause }: WireFault): Error {
  const options = cause === undefined ? {} : { cause: named(cause) }
  if (code === undefined) return named({ name, message }, options)
  return name === 'Impossible' ? new Impossible(message, options) : new ImageFault(code, message, options)
}

function named({ name, message }: { name: string; message: string }, options: ErrorOptions = {}): Error {
  const error = new Error(message, options)
  error.name = name
  return error
}
