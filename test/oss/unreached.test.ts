import { withRetry } from '../../src/oss/bucket.ts'
import { OssFault, toOssFault } from '../../src/oss/fault.ts'

const clients = { distrust: () => undefined }

/** As ali-oss reports a connection that nobody answered. */
const NO_CONNECTION = { name: 'ConnectionTimeoutError', code: 'ConnectionTimeoutError', status: -2 }

/** How often it was tried. */
async function attempts(thrown: object, leftMs = 5000): Promise<number> {
  let count = 0
  const failed = withRetry(clients, Date.now() + leftMs, async () => {
    count++
    throw toOssFault(thrown, 'read original')
  })
  await expect(failed).rejects.toBeInstanceOf(OssFault)
  return count
}

it('the first connection of all is not tried twice, later ones are: an address that works may be busy', async () => {
  expect(await attempts(NO_CONNECTION)).toBe(1)
  expect(await attempts({ code: 'ENOTFOUND', status: -1 })).toBe(1)
  expect(await attempts({ code: 'ECONNRESET', status: -1 })).toBe(2)
  await withRetry(clients, Date.now() + 1000, async () => 'answered')
  expect(await attempts(NO_CONNECTION)).toBe(2)
})

it('what has no connection says what to set, what was answered does not', () => {
  expect(toOssFault(NO_CONNECTION, 'read original').message).toBe(
    'read original: ConnectionTimeoutError (status -2). Expected OSS to be reachable, got no connection. An internal endpoint is one only inside Alibaba Cloud: elsewhere set OSS_ENDPOINT to https://oss-<region>.aliyuncs.com',
  )
  expect(toOssFault({ code: 'AccessDenied', status: 403 }, 'put').message).toBe('put: AccessDenied (status 403)')
})

it('there is no second try where no time is left for it', async () => {
  expect(await attempts({ code: 'ECONNRESET', status: -1 }, 2000)).toBe(2)
  expect(await attempts({ code: 'ECONNRESET', status: -1 }, 400)).toBe(1)
})

it('the second try comes after another pause each time: many instances do not return in step', async () => {
  const chance = jest.spyOn(Math, 'random')
  const waiting = jest.spyOn(globalThis, 'setTimeout')
  try {
    for (const value of [0, 0.5, 0.99]) {
      chance.mockReturnValue(value)
      await attempts({ code: 'ECONNRESET', status: -1 })
    }
    const pauses = waiting.mock.calls.map(([, ms]) => ms)
    expect(pauses).toHaveLength(3)
    expect(new Set(pauses).size).toBe(3)
  } finally {
    chance.mockRestore()
    waiting.mockRestore()
  }
})

it('an answer that broke off is damage, which may pass', () => {
  expect(toOssFault({ name: 'ResponseError', code: 'ResponseError', status: 200 }, 'read original').kind).toBe(
    'damaged',
  )
})
