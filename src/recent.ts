import { OssFault } from './oss/fault.ts'
import type { Product } from './product.ts'

/**
 * Pictures that have just been put. Readers of a herd come for a moment longer: OSS had nothing yet when it sent them here.
 * The compressed bucket stays the only cache: nothing is kept longer than such a straggler can be on its way, and nothing is
 * given out without a look at whether the original is still the same.
 */
export interface Recent {
  keep(key: string, product: Product): void
  /**
   * The picture of this name, if it is here and its original is the same.
   * @param currentEtag of the original; asked only where there is something to compare.
   */
  find(key: string, currentEtag: () => Promise<string>): Promise<Product | undefined>
}

/** As long as a request may wait for its turn between OSS and here. */
const LINGER_MS = 2000
/** Part of what a process is counted with itself (workers/memory.ts). */
const MOST_BYTES = 16_000_000

interface Kept {
  product: Product & { body: Buffer }
  until: number
  timer: NodeJS.Timeout
}

export function createRecent(now: () => number = Date.now): Recent {
  const kept = new Map<string, Kept>()
  let bytes = 0

  function drop(key: string): void {
    const found = kept.get(key)
    if (found === undefined) return
    clearTimeout(found.timer)
    kept.delete(key)
    bytes -= found.product.body.length
  }

  return {
    keep(key, product) {
      const { body, sourceEtag } = product
      if (!Buffer.isBuffer(body) || body.length > MOST_BYTES || sourceEtag === '') return
      drop(key)
      for (const oldest of kept.keys()) {
        if (bytes + body.length <= MOST_BYTES) break
        drop(oldest)
      }
      bytes += body.length
      // The time itself decides: a frozen instance's timers come late.
      const timer = setTimeout(drop, LINGER_MS, key).unref()
      kept.set(key, { product: { ...product, body }, until: now() + LINGER_MS, timer })
    },

    async find(key, currentEtag) {
      const found = kept.get(key)
      if (found === undefined || now() > found.until) return undefined
      const started = now()
      const { product } = found
      if ((await currentEtag()) !== product.sourceEtag) {
        drop(key)
        return undefined
      }
      return {
        ...product,
        facts: { ...product.facts, joined: true },
        ms: { read: now() - started },
        // Usually in vain; but it may have been removed since.
        store: async (deadline) => {
          try {
            return await product.store(deadline, true)
          } catch (error) {
            if (error instanceof OssFault && error.kind === 'conflict') return 'exists'
            throw error
          }
        },
      }
    },
  }
}
