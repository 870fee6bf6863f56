/**
 * Ctrl-C and SIGTERM as a signal: what is under way may end, nothing new begins. A second Ctrl-C ends at once.
 * @returns `aborted` from the first one on.
 */
export function stopOnSignals(say: (text: string) => void): { signal: AbortSignal; release(): void } {
  const controller = new AbortController()
  const stop = (name: NodeJS.Signals) => {
    if (controller.signal.aborted) process.exit(name === 'SIGINT' ? 130 : 143)
    say('Stopping: what is under way is finished first. Once more ends at once.')
    controller.abort()
  }
  process.on('SIGINT', stop)
  process.on('SIGTERM', stop)
  return {
    signal: controller.signal,
    release() {
      process.off('SIGINT', stop)
      process.off('SIGTERM', stop)
    },
  }
}
