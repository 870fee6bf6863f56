import { withRetry } from '../../src/oss/bucket.ts'
import { OssFault, toOssFault } from '../../src/oss/fault.ts'

/** As ali-oss reports a connection that nobody answered. */
const NO_CONNECTION = { name: 'ConnectionTimeoutError', code: 'ConnectionTimeoutError', status: -2 }

/** How often it was tried. */
async function attempts(thrown: object): Promise<number> {
  let count = 0
  const failed = withRetry(Date.now() + 5000, async () => {
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
  await withRetry(Date.now() + 1000, async () => 'answered')
  expect(await attempts(NO_CONNECTION)).toBe(2)
})

it('what has no connection says what to set, what was answered does not', () => {
  expect(toOssFault(NO_CONNECTION, 'read original').message).toBe(
    'read original: ConnectionTimeoutError (status -2). Expected OSS to be reachable, got no connection. An internal endpoint is one only inside Alibaba Cloud: elsewhere set OSS_ENDPOINT to https://oss-<region>.aliyuncs.com',
  )
  expect(toOssFault({ code: 'AccessDenied', status: 403 }, 'put').message).toBe('put: AccessDenied (status 403)')
})
