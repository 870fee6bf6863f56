// Keys expire and clocks go wrong: a reader never gets another picture for it, and nothing has to be put right by hand.
import { wrongWith } from '../../scripts/soak/judge.ts'
import { testCloud, type TestCloud } from '../e2e/support.ts'
import { cameraJpeg } from '../support/pictures.ts'
import { movableClock, type MovableClock } from './preload.ts'
import { film, wrongStored } from './support.ts'

const TOKEN_SECONDS = 300
/** The token is no good any more, and OSS still puts up with a clock that is so far off (15 minutes). */
const LATER_MS = 600_000
/** Any token is good then, and OSS takes nothing that is signed with another time. */
const HOUR_BACK_MS = -3_600_000

let photo: Buffer
let clock: MovableClock
let cloud: TestCloud
beforeAll(async () => {
  photo = await cameraJpeg(320, 240)
  clock = movableClock()
  // OSS goes by the test's clock, the function by its own.
  cloud = await testCloud({ now: clock.now, tokenSeconds: TOKEN_SECONDS })
})
afterEach(() => {
  clock.set(0)
  cloud.oss.faults.clear()
  cloud.gateway.switches.credentialHeaders = 'all'
})
afterAll(async () => {
  await cloud.close()
  clock.remove()
})

const uploaded = new Map<string, Buffer>()
async function upload(key: string, bytes: Buffer): Promise<void> {
  uploaded.set(key, bytes)
  await cloud.upload(key, bytes)
}

/** As soon as OSS has let the function's next read of an original in, its clock is set. */
function setClockDuringRead(aheadMs: number): void {
  const { faults } = cloud.oss
  const before = faults.before.bind(faults)
  faults.before = (facts, ...rest) => {
    if (facts.operation === 'read' && facts.bucket === 'originals') {
      faults.before = before
      clock.set(aheadMs)
    }
    return before(facts, ...rest)
  }
}

async function worksNow(key: string): Promise<void> {
  expect((await cloud.head(key)).status).toBe(404)
  clock.set(0)
  expect((await cloud.read(key)).status).toBe(200)
  expect((await cloud.head(key)).status).toBe(200)
  expect(await wrongStored(cloud, uploaded)).toEqual([])
}

describe.each([
  ['a picture, to be put', 'a.jpg', () => photo],
  ['a film, to be copied', 'film.mp4', () => film(300_000)],
])('%s', (_, key, bytes) => {
  it('is answered whole when the token expires behind the read; the log says why it is not stored, and the next request stores it', async () => {
    await upload(key, bytes())
    setClockDuringRead(LATER_MS)
    const first = await cloud.read(key)
    expect(first.status).toBe(200)
    const answer = { contentType: first.headers.get('content-type') ?? '', body: first.body }
    expect(await wrongWith(bytes(), undefined, answer)).toBeUndefined()
    expect((await cloud.head(key)).status).toBe(404)
    expect(cloud.lines().at(-1)).toMatchObject({
      status: 200,
      put: 'failed',
      putError: expect.stringContaining('SecurityTokenExpired'),
    })
    // The time stays what it is: the next request's keys are good.
    const second = await cloud.read(key)
    expect([second.status, second.body.equals(first.body)]).toEqual([200, true])
    expect((await cloud.head(key)).status).toBe(200)
    expect(await wrongStored(cloud, uploaded)).toEqual([])
  })
})

it('a token that expires between two tries of a read: an error that says so, and the next request works', async () => {
  await upload('tries.jpg', photo)
  setClockDuringRead(LATER_MS)
  cloud.oss.faults.add({ match: { operation: 'read', bucket: 'originals' }, kind: 'slowdown', times: 1 })
  expect((await cloud.read('tries.jpg')).status).toBe(424)
  const cause = expect.stringContaining('SecurityTokenExpired')
  expect(cloud.lines().at(-1)).toMatchObject({ outcome: 'bucket_denied', cause })
  await worksNow('tries.jpg')
})

it('keys in the environment go stale with the instance; those that come with a request are fresh', async () => {
  await upload('stale.jpg', photo)
  // The instance is there, whichever tests ran before.
  expect((await cloud.ask('/missing.jpg')).status).toBe(404)
  clock.set(LATER_MS)
  // What the instance has in its environment is worth nothing any more.
  cloud.gateway.switches.credentialHeaders = 'none'
  expect((await cloud.ask('/stale.jpg')).status).toBe(502)
  expect(cloud.lines().at(-1)?.['cause']).toContain('SecurityTokenExpired')
  cloud.gateway.switches.credentialHeaders = 'all'
  expect((await cloud.read('stale.jpg')).status).toBe(200)
  expect(cloud.lines().at(-1)).toMatchObject({ put: 'stored' })
  expect(cloud.gateway.counters.started).toBe(1)
})

it('keys that come without their token are no keys: those of the environment are used', async () => {
  await upload('tokenless.jpg', photo)
  cloud.gateway.switches.credentialHeaders = 'no-token'
  expect((await cloud.read('tokenless.jpg')).status).toBe(200)
  expect(cloud.lines().at(-1)).toMatchObject({ put: 'stored' })
})

describe('a clock that is an hour off', () => {
  it('is an error that says so, never stored; with the right time it works', async () => {
    await upload('early.jpg', photo)
    clock.set(HOUR_BACK_MS)
    expect((await cloud.read('early.jpg')).status).toBe(424)
    const told = { outcome: 'bucket_denied', cause: expect.stringContaining('RequestTimeTooSkewed') }
    expect(cloud.lines().at(-1)).toMatchObject(told)
    expect((await cloud.ask('/early.jpg', { method: 'HEAD' })).status).toBe(502)
    expect(cloud.lines().at(-1)).toMatchObject(told)
    await worksNow('early.jpg')
  })

  it('when the picture is to be put: the reader has it all the same, and the log says why it is not stored', async () => {
    await upload('between.jpg', photo)
    setClockDuringRead(HOUR_BACK_MS)
    expect((await cloud.read('between.jpg')).status).toBe(200)
    const putError = expect.stringContaining('RequestTimeTooSkewed')
    expect(cloud.lines().at(-1)).toMatchObject({ put: 'failed', putError })
    await worksNow('between.jpg')
  })
})
