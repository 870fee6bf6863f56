import { performance } from 'node:perf_hooks'

import { AVIF_RUNGS, WEBP_LOSSY_RUNGS } from '../../src/image/encode/ladders.ts'
import { chooseRung } from '../../src/image/effort.ts'
import type { Work } from '../../src/image/work.ts'

const work = (megapixels: number, msLeft: number) =>
  ({ wantedAt: performance.now() + msLeft, facts: { pixels: megapixels * 1e6 } }) as Pick<Work, 'wantedAt' | 'facts'>

it.each([
  ['a reader waits', 1, 7500, 4, 3],
  ['the longest a reader may wait', 1, 40_000, 4, 3],
  ['nobody waits', 1, 240_000, 6, 4],
  ['nobody waits for a large one', 24, 240_000, 6, 4],
  ['nobody waits, but the time is not enough for the best', 24, 150_000, 6, 3],
  ['a large one, in a hurry', 24, 7500, 4, 0],
])('%s: %d MP in %d ms: WebP effort %d, AVIF effort %d', (_, megapixels, msLeft, webp, avif) => {
  expect(chooseRung(WEBP_LOSSY_RUNGS, work(megapixels, msLeft)).effort).toBe(webp)
  expect(chooseRung(AVIF_RUNGS, work(megapixels, msLeft)).effort).toBe(avif)
})
