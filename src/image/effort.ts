import { performance } from 'node:perf_hooks'
import type { Work } from './work.ts'

export interface Rung {
  /** One thread, measured. */
  msPerMegapixel: number
  /** Not worth its time above this, whatever time there is. */
  maxMegapixels?: number
  /** Only when nobody is waiting. */
  unhurried?: true
}

/** Above what any reader's picture may take (DEADLINE_MS is at most 40 s): whoever has longer makes it ahead. */
const UNHURRIED_MS = 60_000

/**
 * How hard an encoder may try: the first rung whose estimated time fits into half of what is left (the other half is for
 * decoding, a busy machine, and the put), or the last. Rungs go from best to cheapest. `pixels` of all frames.
 * Effort changes bytes, never what kind of answer goes out.
 */
export function chooseRung<T extends Rung>(rungs: readonly T[], work: Pick<Work, 'wantedAt' | 'facts'>): T {
  const megapixels = work.facts.pixels / 1e6
  const msLeft = work.wantedAt - performance.now()
  const fits = rungs.find(
    ({ msPerMegapixel, maxMegapixels, unhurried }) =>
      megapixels <= (maxMegapixels ?? Infinity) &&
      megapixels * msPerMegapixel <= msLeft / 2 &&
      (unhurried !== true || msLeft > UNHURRIED_MS),
  )
  const rung = fits ?? rungs.at(-1)
  if (rung === undefined) throw new RangeError('Expected at least one rung, got none')
  return rung
}
