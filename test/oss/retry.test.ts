import { withRetry } from '../../src/oss/bucket.ts'
import { OssFault, type OssFaultKind } from '../../src/oss/fault.ts'

const NOW = Date.parse('2026-01-01T00:00:00Z')
const clients = { distrust: () => void distrusted++ }
let distrusted: number
let tries: number[]

beforeEach(() => {
  jest.useFakeTimers({ now: NOW })
  distrusted = 0
  tries = []
})
afterEach(() => {
  jest.useRealTimers()
  jest.restoreAllMocks()
})

/** When it was tried, in ms from the beginning, with a fault that stays. */
async function triesOf(kind: OssFaultKind, msLeft: number): Promise<number[]> {
  const failing = withRetry(clients, NOW + msLeft, () => {
    tries.push(Date.now() - NOW)
    // OSS was reached: it is the fault that is looked at here.
    return Promise.reject(new OssFault(kind, 'injected', { ossRequestId: 'R' }))
  })
  const failed = expect(failing).rejects.toMatchObject({ kind })
  await jest.runAllTimersAsync()
  await failed
  return tries
}

it.each(['throttled', 'timeout', 'network', 'damaged', 'server'] as const)(
  '%s is tried twice, never more',
  async (kind) => {
    expect(await triesOf(kind, 8000)).toHaveLength(2)
  },
)

it.each(['missing', 'denied', 'conflict', 'precondition', 'misconfigured'] as const)(
  '%s is tried once',
  async (kind) => {
    expect(await triesOf(kind, 8000)).toEqual([0])
  },
)

it.each([0, 0.5, 0.999])('the pause between two tries is drawn anew each time: %d', async (drawn) => {
  jest.spyOn(Math, 'random').mockReturnValue(drawn)
  const [, second] = await triesOf('throttled', 8000)
  expect(second).toBe(Math.trunc(50 + drawn * 100))
})

it('nothing is begun that could not end in time', async () => {
  expect(await triesOf('throttled', 500)).toEqual([0])
})

it.each([
  ['timeout', 1],
  ['network', 1],
  ['throttled', 0],
  ['damaged', 0],
  ['server', 0],
] as const)('%s: connections that are kept are distrusted %d times', async (kind, times) => {
  await triesOf(kind, 8000)
  expect(distrusted).toBe(times)
})
