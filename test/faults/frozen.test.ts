// An instance sleeps between requests, for an hour perhaps. What it held is dead by then: connections to OSS that were closed,
// loudly or without a word, and keys that have expired.
import { testCloud, type TestCloud } from '../e2e/support.ts'
import { cameraJpeg } from '../support/pictures.ts'
import { movableClock, type MovableClock } from './preload.ts'
import { type Relay, startRelay } from './relay.ts'
import { until, wrongStored } from './support.ts'

const HOUR_MS = 3_600_000
const DEADLINE_MS = 8000

const uploaded = new Map<string, Buffer>()
let photo: Buffer
let clock: MovableClock
let relay: Relay
let cloud: TestCloud
beforeAll(async () => {
  photo = await cameraJpeg(320, 240)
  clock = movableClock()
  relay = await startRelay()
  cloud = await testCloud({
    now: clock.now,
    tokenSeconds: HOUR_MS / 1000,
    environment: { OSS_ENDPOINT: relay.url, NODE_OPTIONS: clock.NODE_OPTIONS },
  })
  relay.leadTo(cloud.oss.port)
})
afterEach(() => clock.set(0))
afterAll(async () => {
  await cloud.close()
  await relay.close()
  clock.remove()
})

/** Several at once, so that several connections are kept; then sleep. @returns the keys it knew */
async function fallAsleep(folder: string): Promise<Set<string | undefined>> {
  for (const name of ['a', 'b', 'c', 'd']) {
    uploaded.set(`${folder}/${name}.jpg`, photo)
    await cloud.upload(`${folder}/${name}.jpg`, photo)
  }
  const statuses = await Promise.all(
    ['a', 'b', 'c'].map(async (name) => (await cloud.read(`${folder}/${name}.jpg`)).status),
  )
  expect(statuses).toEqual([200, 200, 200])
  await until(() => cloud.gateway.instances()[0]?.frozen)
  expect(relay.open()).toBeGreaterThan(1)
  return keysUsed()
}

const keysUsed = () =>
  new Set(cloud.oss.requests.entries().flatMap(({ role, accessKeyId }) => (role === undefined ? [] : [accessKeyId])))

/** The first request after it: answered in time and stored, with keys of its own. */
async function wakesUp(folder: string, old: Set<string | undefined>): Promise<void> {
  cloud.oss.requests.clear()
  expect((await cloud.read(`${folder}/d.jpg`)).status).toBe(200)
  expect((await cloud.head(`${folder}/d.jpg`)).status).toBe(200)
  const line = cloud.lines().at(-1) as { put: string; ms: { total: number } }
  expect(line.put).toBe('stored')
  expect(line.ms.total).toBeLessThan(DEADLINE_MS)
  const used = [...keysUsed()]
  expect(used).toHaveLength(1)
  expect(used.filter((key) => old.has(key))).toEqual([])
  // What was expired was never even tried: read and put came through at once.
  expect(
    cloud.oss.requests
      .entries()
      .filter(({ bucket, method }) => bucket === 'originals' || method === 'PUT')
      .map(({ status }) => status),
  ).toEqual([200, 200])
  // The owner looks, whose clock never moved.
  clock.set(0)
  expect(await wrongStored(cloud, uploaded)).toEqual([])
  expect(cloud.gateway.counters).toMatchObject({ started: 1, crashed: 0 })
}

it('connections that were reset meanwhile', async () => {
  const old = await fallAsleep('reset')
  relay.cut()
  clock.set(HOUR_MS)
  await wakesUp('reset', old)
})

it('connections that died without a word: none of them is tried', async () => {
  const old = await fallAsleep('silent')
  relay.silence()
  clock.set(HOUR_MS)
  await wakesUp('silent', old)
  expect(relay.lost()).toBe(0)
})

it('connections that died without a word while nobody could know: one try is lost, the answer is in time', async () => {
  await fallAsleep('nap')
  relay.silence()
  // Too short a nap to distrust them.
  expect((await cloud.read('nap/d.jpg')).status).toBe(200)
  expect(relay.lost()).toBeGreaterThan(0)
  const line = cloud.lines().at(-1) as { ms: { total: number } }
  expect(line.ms.total).toBeLessThan(DEADLINE_MS)
})
