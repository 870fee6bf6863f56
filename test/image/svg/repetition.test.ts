import { harmlessSvg } from '../../../src/image/svg/svg.ts'
import { REPETITIONS } from './repetition.ts'

/** CPU milliseconds, which other work on the machine changes little. */
async function cost(source: Buffer): Promise<number> {
  const before = process.cpuUsage()
  await harmlessSvg(source)
  const { user, system } = process.cpuUsage(before)
  return (user + system) / 1000
}

describe('an SVG that repeats itself', () => {
  it.each(Object.entries(REPETITIONS))(
    '%s: sixteen times as many are not 64 times the work',
    async (_, [unit, file]) => {
      const source = (bytes: number) => Buffer.from(file(unit.repeat(bytes / unit.length)))
      await cost(source(12_500))
      const few = await cost(source(12_500))
      // Below 20 ms it is the machine that is measured.
      expect(await cost(source(200_000))).toBeLessThan(64 * Math.max(few, 20))
    },
    60_000,
  )

  it('gets the same answer each time', async () => {
    for (const [unit, file] of Object.values(REPETITIONS)) {
      const source = Buffer.from(file(unit.repeat(4000 / unit.length)))
      const [one, other] = [await harmlessSvg(source), await harmlessSvg(source)]
      expect(other).toEqual(one)
      expect(one?.bytes.length ?? 0).toBeLessThanOrEqual(source.length)
    }
  })
})
