// Inside a worker: takes one job after the other from the pool. It is killed where it stands when time runs out.
import { Socket } from 'node:net'
import sharp from 'sharp'

import { compress } from '../image/compress.ts'
import { blockUnneededLoaders } from '../image/loaders.ts'
import { render } from '../image/render.ts'
import { frame, frameReader } from './frames.ts'
import { CHANNEL, type FromWorker, MarkFailed, type Task, type ToWorker, toWire } from './messages.ts'

/** As much as a Unix socket holds by default. */
const READ_BYTES = 262_144

/** Below it, collecting is not worth its milliseconds. */
const SPARE_BYTES = 16_000_000

/** Serves until the pool is gone; does not return before. */
export function serve(): void {
  blockUnneededLoaders()
  const marks = new Map<number, { resolve: (bytes: Buffer) => void; reject: (error: Error) => void }>()
  let lastMark = 0

  const receive = frameReader((head, body) => {
    const message = head as ToWorker
    if (message.type === 'mark') {
      const waiting = marks.get(message.mark)
      marks.delete(message.mark)
      if (message.found) waiting?.resolve(body)
      else waiting?.reject(new MarkFailed(message.mark))
      return
    }
    say({ type: 'started' })
    sharp.concurrency(message.threads)
    void work(message.task, body)
  })

  // One buffer for all that comes in: sources are large, and chunks of their own would be garbage until the next collection.
  // (`onread` is documented for every socket and typed for outgoing ones only.)
  const settings = {
    fd: CHANNEL,
    readable: true,
    writable: true,
    onread: {
      buffer: Buffer.allocUnsafeSlow(READ_BYTES),
      callback: (bytes: number, buffer: Uint8Array) => {
        receive(buffer.subarray(0, bytes))
        return true
      },
    },
  }
  const channel = new Socket(settings)
  // Without the pool nobody wants the picture. Not exit(): that waits for the encoder.
  const end = () => process.kill(process.pid, 'SIGKILL')
  channel.on('end', end)
  channel.on('error', end)
  channel.on('close', end)
  // Signals to the whole group are for the parent, which may still be answering.
  process.on('SIGINT', () => undefined)
  process.on('SIGTERM', () => undefined)

  function say(message: FromWorker, body?: Uint8Array): void {
    channel.cork()
    for (const part of frame(message, body)) channel.write(part)
    channel.uncork()
  }

  function fetchMark(key: string): Promise<Buffer> {
    const mark = ++lastMark
    return new Promise((resolve, reject) => {
      marks.set(mark, { resolve, reject })
      say({ type: 'fetch', mark, key })
    })
  }

  async function work(task: Task, source: Buffer): Promise<void> {
    try {
      const { bytes, ...result } =
        task.kind === 'compress'
          ? await compress(source, task.options)
          : await render(source, task.operations, { ...task.options, fetchMark })
      say({ type: 'done', result }, bytes)
    } catch (thrown) {
      say({ type: 'failed', fault: toWire(thrown) })
    }
    // The next job may be long in coming, and pixels would be kept until then: they are not on the heap that counts.
    if (process.memoryUsage().external > SPARE_BYTES) setImmediate(() => globalThis.gc?.())
  }

  say({ type: 'ready' })
}
