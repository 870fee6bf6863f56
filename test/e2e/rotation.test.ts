import { setTimeout as delay } from 'node:timers/promises'

import sharp from 'sharp'

import { type DotEnv, dotEnvFor } from './deployed.ts'
import { testCloud, type TestCloud } from './support.ts'

// Commands are processes of their own, which takes its time on a busy machine.
jest.setTimeout(180_000)

let cloud: TestCloud
let env: DotEnv
beforeAll(async () => {
  cloud = await testCloud({ empty: true, instances: 2, environment: { QUALITY: 'eco' } })
  env = dotEnvFor(cloud)
  await env.setup('--apply')
  await env.deploy()
  const picture = sharp({ create: { width: 200, height: 150, channels: 3, background: '#3a6ea5' } })
  await cloud.upload('photo.jpg', await picture.jpeg({ quality: 95 }).toBuffer())
})
afterAll(async () => {
  await cloud.close()
  env.remove()
})

/** How many keys were asked for; none of them twice. */
let asked = 0

/** Readers who ask, all the time, for what was never asked for before: each read goes through rule and function. */
function startReaders(count: number): {
  statuses: number[]
  goOn(reads: number): Promise<void>
  stop(): Promise<void>
} {
  const statuses: number[] = []
  const stop = new AbortController()
  const readers = Array.from({ length: count }, async () => {
    while (!stop.signal.aborted) {
      asked += 1
      statuses.push(
        (await cloud.read(`photo.jpg__op__resize,w_${(asked % 150) + 10},h_${Math.ceil(asked / 150)},m_fixed`)).status,
      )
      // The commands and the function have to get their turn on a machine with two cores.
      await delay(20)
    }
  })
  return {
    statuses,
    async goOn(reads) {
      const wanted = statuses.length + reads
      while (statuses.length < wanted) await delay(20)
    },
    async stop() {
      stop.abort()
      await Promise.all(readers)
    },
  }
}

const secrets = () => (env.settings()['MIRROR_SECRET'] ?? '').split(',')
const sentByRule = () =>
  /<Value>([^<]*)<\/Value>/.exec(cloud.oss.store.bucket('compressed')?.settings.documents['website'] ?? '')?.[1]
const rotate = (...options: string[]) => env.setup('--rotate-secret', '--json', ...options)
const accepts = async (secret: string) =>
  (await cloud.ask('/nothing.jpg', { headers: { 'x-mirror-secret': secret } })).status === 404

it('another secret, in three stages, with readers all the time: none of them is refused', async () => {
  const before = cloud.counts().invocations
  const readers = startReaders(4)
  try {
    const [old = ''] = secrets()
    await readers.goOn(5)

    // Shown, not done.
    expect(JSON.parse((await rotate()).stdout)).toMatchObject({ stage: 1, applied: false, done: [] })
    expect(secrets()).toEqual([old])

    expect(await rotate('--apply')).toMatchObject({ code: 0 })
    const [fresh = ''] = secrets()
    expect(secrets()).toEqual([fresh, old])
    expect(fresh).toMatch(/^[A-Za-z0-9_-]{43}$/)
    expect(fresh).not.toBe(old)
    expect(sentByRule()).toBe(old)

    // Not deployed yet: it goes no further, however often it is asked.
    const early = await rotate('--apply')
    expect(early.code).toBe(1)
    expect(JSON.parse(early.stdout)).toMatchObject({
      stage: 2,
      done: [],
      steps: [{ blocked: expect.stringContaining('it answered 403. Deploy it first') }],
    })
    expect(sentByRule()).toBe(old)

    await env.deploy()
    await readers.goOn(5)
    const website = cloud.oss.store.bucket('compressed')?.settings.documents['website'] ?? ''
    expect(JSON.parse((await rotate('--apply')).stdout)).toMatchObject({ stage: 2, done: ['mirror rule'] })
    expect(cloud.oss.store.bucket('compressed')?.settings.documents['website']).toBe(website.replace(old, fresh))
    expect(secrets()).toEqual([fresh, old])
    await readers.goOn(5)

    expect(JSON.parse((await rotate('--apply')).stdout)).toMatchObject({ stage: 3, done: [env.file] })
    expect(secrets()).toEqual([fresh])
    await readers.goOn(5)
    await env.deploy()
    await readers.goOn(5)
    expect(await accepts(fresh)).toBe(true)
    expect(await accepts(old)).toBe(false)
    // Setup finds everything as it should be.
    expect((await env.setup()).stdout).toContain('Nothing to change.')
  } finally {
    await readers.stop()
  }
  expect(readers.statuses.length).toBeGreaterThan(25)
  expect(readers.statuses.filter((status) => status !== 200)).toEqual([])
  // Every one of them came through the rule to the function.
  expect(cloud.counts().invocations - before).toBeGreaterThanOrEqual(readers.statuses.length)
})

it('in the other order readers are refused, and these readers see it', async () => {
  const readers = startReaders(2)
  try {
    await readers.goOn(2)
    // The function forgets the secret while the rule still sends it.
    await cloud.gateway.update({ MIRROR_SECRET: 'a-secret-nobody-sends-yet' })
    await readers.goOn(4)
  } finally {
    await readers.stop()
    await env.deploy()
  }
  expect(readers.statuses).toContain(424)
})

it('plain setup in the middle of a rotation leaves the rule to it', async () => {
  const [old = ''] = secrets()
  await rotate('--apply')
  const { stdout } = await env.setup('--apply')
  expect(stdout).toContain('Nothing to change.')
  expect(stdout).toContain('setup --rotate-secret goes on with that')
  expect(sentByRule()).toBe(old)
})
