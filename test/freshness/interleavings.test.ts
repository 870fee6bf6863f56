import { liveThrough } from './world.ts'

const seeds = (count: number) => Array.from({ length: count }, (_, index) => index + 1)

it.each([
  ['both', 200],
  ['function', 20],
  ['mirror', 20],
] as const)(
  'at rest every stored object shows its original as it is, and none is without one (%s stores, %i interleavings)',
  async (store, count) => {
    const seen = { stored: 0, removed: 0, failedDeliveries: 0 }
    for (const seed of seeds(count)) {
      const { wrong, unmade, stored, removed, failedDeliveries } = await liveThrough({ seed, store })
      expect({ seed, wrong, unmade }).toEqual({ seed, wrong: [], unmade: [] })
      seen.stored += stored
      seen.removed += removed
      seen.failedDeliveries += failedDeliveries
    }
    // Else it would have shown nothing.
    expect(Math.min(seen.stored / 10, seen.removed, seen.failedDeliveries)).toBeGreaterThan(count)
  },
  120_000,
)

it('without the second look, reads that were under way leave old pictures behind', async () => {
  let wrong = 0
  for (const seed of seeds(20)) wrong += (await liveThrough({ seed, settleMs: 0 })).wrong.length
  expect(wrong).toBeGreaterThan(0)
})
