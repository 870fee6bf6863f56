import type { ServerResponse } from 'node:http'
import { Transform } from 'node:stream'
import { setTimeout as delay } from 'node:timers/promises'
import type { Fault } from './fault.ts'

/** Whether the fault shows in the body rather than before the answer. */
export function changesBody({ kind, bytes }: Fault): boolean {
  if (kind === 'short' || kind === 'corrupt') return true
  return bytes !== undefined && (kind === 'slow' || kind === 'stall' || kind === 'reset')
}

/** What a fault makes of an object's bytes on their way to `response`; its error is for stream.pipeline to act on. */
export function faultyBody(fault: Fault, response: ServerResponse): Transform {
  const at = fault.bytes ?? 0
  let seen = 0
  return new Transform({
    async transform(chunk: Buffer, _encoding, callback) {
      const start = seen
      seen += chunk.length
      if (fault.kind === 'corrupt') {
        if (start <= at && at < seen) {
          const changed = Buffer.from(chunk)
          changed[at - start] = (changed[at - start] ?? 0) ^ 0xff
          return callback(null, changed)
        }
        return callback(null, chunk)
      }
      if (fault.kind === 'slow') {
        const step = Math.max(1, at)
        for (let offset = 0; offset < chunk.length; offset += step) {
          await delay(fault.ms ?? 0)
          if (this.destroyed) return
          this.push(chunk.subarray(offset, offset + step))
        }
        return callback()
      }
      if (seen <= at) return callback(null, chunk)
      if (at > start) this.push(chunk.subarray(0, at - start))
      if (fault.kind === 'stall') {
        response.flushHeaders()
        response.once('close', () => callback(new Error('Injected fault: stall')))
        return
      }
      // With nothing of the body written, the headers would still wait for it.
      response.flushHeaders()
      // A broken connection takes along what still waits to be sent: the client shall get exactly its part.
      while (!response.destroyed && (this.readableLength > 0 || response.writableLength > 0)) await delay(1)
      if (fault.kind === 'reset') {
        // A reset also discards what the client has received and not yet read; give it a moment to read.
        await delay(20)
        response.socket?.resetAndDestroy()
      }
      callback(new Error(`Injected fault: ${fault.kind}`))
    },
  })
}
