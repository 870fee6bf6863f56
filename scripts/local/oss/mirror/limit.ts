import type { MirrorSwitches } from './switches.ts'

/** Why a mirror request was ended from our side. */
export type EndCause = 'timeout' | 'reader left' | 'shutdown'

/** The end of one mirror request: its time limit, its reader leaving, the server stopping. */
export interface Limit {
  readonly signal: AbortSignal
  readonly cause: EndCause | undefined
  end(cause: EndCause): void
  /** A request to an origin starts: the first one, or one more after a redirect. */
  asking(): void
  connected(): void
  answered(): void
  /** Nothing more to end: the timer stops. */
  clear(): void
}

/** Starts the limit. `timeoutMeasures` decides which stages the clock covers; `total` covers redirects and the body. */
export function startLimit(
  switches: Pick<MirrorSwitches, 'timeoutMs' | 'timeoutMeasures'>,
  shutdown: AbortSignal | undefined,
): Limit {
  const controller = new AbortController()
  let cause: EndCause | undefined
  let timer: NodeJS.Timeout | undefined
  const end = (why: EndCause) => {
    if (controller.signal.aborted) return
    cause = why
    controller.abort()
  }
  const onShutdown = () => end('shutdown')
  const start = () => {
    clearTimeout(timer)
    timer = setTimeout(end, switches.timeoutMs, 'timeout')
  }
  if (shutdown?.aborted) onShutdown()
  shutdown?.addEventListener('abort', onShutdown, { once: true })
  start()
  return {
    signal: controller.signal,
    get cause() {
      return cause
    },
    end,
    asking() {
      if (switches.timeoutMeasures !== 'total') start()
    },
    connected() {
      if (switches.timeoutMeasures === 'connect') clearTimeout(timer)
    },
    answered() {
      if (switches.timeoutMeasures === 'first-byte') clearTimeout(timer)
    },
    clear() {
      clearTimeout(timer)
      shutdown?.removeEventListener('abort', onShutdown)
    },
  }
}
