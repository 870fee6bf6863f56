import { setTimeout as sleep } from 'node:timers/promises'

/** Milliseconds before a further attempt: doubled each time, up to half of it random so that many do not return in step. */
export function backoffMs(attempt: number, mostMs = 10_000): number {
  const whole = Math.min(mostMs, 250 * 2 ** attempt)
  return whole / 2 + (Math.random() * whole) / 2
}

/**
 * A call to OSS, repeated where it failed for a reason that passes: no or a broken connection, 5xx, 429.
 * @throws the last error, or at once what does not pass (4xx).
 */
export async function retried<T>(attempt: () => Promise<T>, tries = 6): Promise<T> {
  for (let failed = 0; ; failed++) {
    try {
      return await attempt()
    } catch (error) {
      const status = (error as { status?: unknown } | undefined)?.status
      const passes = typeof status !== 'number' || status <= 0 || status === 429 || status >= 500
      if (!passes || failed + 1 >= tries) throw error
      await sleep(backoffMs(failed))
    }
  }
}
