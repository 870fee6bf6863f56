import { PlatformFailure } from './failure.ts'
import type { Instance } from './instance.ts'
import type { Invocation } from './ledger.ts'
import type { Pool } from './pool.ts'
import type { GatewayOptions } from './spec.ts'

/** Runs `work` on an instance with room, within the function's time and for as long as the caller stays. */
export type OnInstance = <T>(
  record: Invocation,
  caller: AbortSignal,
  work: (instance: Instance, signal: AbortSignal) => Promise<T>,
) => Promise<T>

/**
 * How one request gets its turn: find room, wait for the start, run, leave. The time limit begins when the instance is
 * ready and ends the instance; rejects with what came first, the limit, the caller's leaving or the work's own failure.
 */
export function createTurns(options: GatewayOptions, pool: Pool): OnInstance {
  const spec = options.function
  return async (record, caller, work) => {
    const instance = await pool.acquire()
    if (!instance) throw new PlatformFailure('throttled', 'Reserve resource exceeded limit')
    const limit = new AbortController()
    let timer: NodeJS.Timeout | undefined
    try {
      record.instance = instance.id
      record.coldStart = instance.served++ === 0
      await untilAborted(instance.ready, caller)
      record.reached = true
      timer = setTimeout(() => {
        limit.abort(new PlatformFailure('timeout', `Function timed out after ${spec.timeoutSeconds} seconds`))
        instance.killNow('timeout')
      }, spec.timeoutSeconds * 1000)
      return await work(instance, AbortSignal.any([caller, limit.signal]))
    } catch (error) {
      // Whatever broke because of it: the reason is the time limit, or the caller.
      throw limit.signal.aborted ? limit.signal.reason : caller.aborted ? caller.reason : error
    } finally {
      clearTimeout(timer)
      // One request at a time: an interrupted handler cannot be told to stop, so its process goes.
      if (caller.aborted && spec.runtime === 'nodejs20') instance.killNow('canceled')
      instance.release()
    }
  }
}

/** Waits for a promise, but no longer than until the signal fires. */
async function untilAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const onAbort = (): void => reject(signal.reason as Error)
    if (signal.aborted) return onAbort()
    signal.addEventListener('abort', onAbort, { once: true })
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort))
  })
}
