import { setTimeout as delay } from 'node:timers/promises'

/**
 * What goes wrong between the mirror and its origin, for the request at hand. `bytes` counts body bytes.
 *
 * | kind | effect |
 * |---|---|
 * | refused | no connection |
 * | status | the origin is not asked; it answers `status` |
 * | slow | `ms` pass before the request goes out; with `bytes`, before each so many body bytes |
 * | stall | no answer at all; with `bytes`, the body stops after so many |
 * | reset | the connection breaks before the answer; with `bytes`, after so many |
 * | short | the body ends after `bytes` (none: 0), which its length or framing contradicts |
 * | corrupt | the byte at `bytes` (none: 0) is changed; headers stay as they are |
 */
export interface OriginFault {
  kind: 'refused' | 'status' | 'slow' | 'stall' | 'reset' | 'short' | 'corrupt'
  ms?: number
  status?: number
  bytes?: number
}

/** Never resolves; rejects when the signal does. */
export async function stall(signal: AbortSignal): Promise<never> {
  while (true) await delay(2 ** 30, undefined, { signal })
}

/** The body as the fault leaves it. @throws when it is cut */
export async function* faultyBody(
  body: AsyncIterable<Uint8Array>,
  fault: OriginFault | undefined,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array> {
  const at = fault?.bytes ?? 0
  const cuts =
    fault?.kind === 'short' || ((fault?.kind === 'reset' || fault?.kind === 'stall') && fault.bytes !== undefined)
  let seen = 0
  for await (const chunk of body) {
    if (cuts && seen + chunk.length > at) {
      if (at > seen) yield chunk.subarray(0, at - seen)
      if (fault?.kind === 'stall') await stall(signal)
      throw new Error('Injected fault')
    }
    if (fault?.kind === 'slow' && fault.bytes !== undefined) {
      const step = Math.max(1, fault.bytes)
      for (let offset = 0; offset < chunk.length; offset += step) {
        await delay(fault.ms ?? 0, undefined, { signal })
        yield chunk.subarray(offset, offset + step)
      }
    } else if (fault?.kind === 'corrupt' && seen <= at && at < seen + chunk.length) {
      const changed = Uint8Array.from(chunk)
      changed[at - seen] = (changed[at - seen] ?? 0) ^ 0xff
      yield changed
    } else {
      yield chunk
    }
    seen += chunk.length
  }
}
