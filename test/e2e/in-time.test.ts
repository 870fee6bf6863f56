// Nothing is ever late, and nothing takes anything else along: renders run in processes that are killed when their time is
// up, and that may die by themselves.
import { readdirSync, readFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'

import { cameraJpeg } from '../support/pictures.ts'
import { type TestCloud, testCloud } from './support.ts'

let small: Buffer
let large: Buffer
beforeAll(async () => {
  small = await cameraJpeg(640, 480)
  large = await cameraJpeg(4000, 3000)
})

let cloud: TestCloud
afterEach(() => cloud.close())

/** The same picture as a file of its own: with a comment behind the first marker. */
function marked(jpeg: Buffer, text: string): Buffer {
  const comment = Buffer.from(text)
  const head = Buffer.from([0xff, 0xfe, 0, comment.length + 2])
  return Buffer.concat([jpeg.subarray(0, 2), head, comment, jpeg.subarray(2)])
}

/** Never 0: as a target of signals that would be ourselves. */
async function functionPid(): Promise<number> {
  for (;;) {
    const pid = cloud.gateway.instances()[0]?.pid
    if (pid !== undefined && pid > 1) return pid
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
}

interface Process {
  pid: number
  parent: number
  /** Spent on the processor, in hundredths of a second. */
  ticks: number
}

/** The processes that the function started. */
async function workers(): Promise<Process[]> {
  const parent = await functionPid()
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      try {
        const fields = readFileSync(`/proc/${name}/stat`, 'latin1')
          .replace(/^.*\) /, '')
          .split(' ')
        return [{ pid: Number(name), parent: Number(fields[1]), ticks: Number(fields[11]) + Number(fields[12]) }]
      } catch {
        return []
      }
    })
    .filter((process) => process.parent === parent)
}

/** A worker that has been at work for at least this long. */
async function workerAtWork(ticks: number): Promise<number> {
  for (;;) {
    const found = (await workers()).find((worker) => worker.ticks >= ticks)
    if (found !== undefined) return found.pid
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
}

it('a picture that never gets ready: 503 in time, nothing stored, and the next one is made', async () => {
  cloud = await testCloud({ environment: { DEADLINE_MS: '4000', FORMAT: 'avif' } })
  await cloud.upload('large.jpg', large)
  await cloud.upload('small.jpg', small)
  const late = cloud.ask('/large.jpg')
  // As one that waits for a lock that nobody gives back.
  process.kill(await workerAtWork(40), 'SIGSTOP')
  const { status, headers, body } = await late
  expect([status, headers.get('retry-after')]).toEqual([503, '1'])
  expect(JSON.parse(body.toString())).toMatchObject({ code: 'out_of_time' })
  const line = cloud.lines().at(-1) as { ms: { total: number } }
  expect(line.ms.total).toBeLessThan(4000)
  expect((await cloud.head('large.jpg')).status).toBe(404)
  expect((await cloud.ask('/small.jpg')).status).toBe(200)
  // One in place of the one that was ended; a second may have been started for a job that came meanwhile.
  expect([1, 2]).toContain((await workers()).length)
  expect(cloud.gateway.counters).toMatchObject({ started: 1, crashed: 0 })
})

it('a worker that crashes in the middle costs one 503; the function and everybody else go on', async () => {
  cloud = await testCloud({ environment: { FORMAT: 'avif' } })
  await cloud.upload('large.jpg', large)
  for (let i = 0; i < 6; i++) await cloud.upload(`small-${i}.jpg`, marked(small, `${i}`))
  const doomed = cloud.ask('/large.jpg')
  const pid = await workerAtWork(60)
  const others = Promise.all([0, 1, 2, 3, 4, 5].map((i) => cloud.ask(`/small-${i}.jpg`)))
  process.kill(pid, 'SIGSEGV')
  const { status, body } = await doomed
  expect(status).toBe(503)
  expect(JSON.parse(body.toString())).toMatchObject({ code: 'encoder_fault' })
  expect((await others).map((answer) => answer.status)).toEqual(Array(6).fill(200))
  expect((await cloud.ask('/small-0.jpg')).status).toBe(200)
  expect(cloud.gateway.counters).toMatchObject({ started: 1, crashed: 0 })
})

it('20 pictures of 12 megapixels a core at once: who cannot be served is told before the first picture is ready, nobody is late', async () => {
  cloud = await testCloud()
  const keys = Array.from({ length: 20 * availableParallelism() }, (_, i) => `large-${i}.jpg`)
  await Promise.all(keys.map((key) => cloud.upload(key, marked(large, key))))
  const inOrder: string[] = []
  await Promise.all(
    keys.map(async (key) => {
      const { status, headers, body } = await cloud.ask(`/${key}`)
      if (status === 200) return inOrder.push('200')
      expect([status, headers.get('retry-after')]).toEqual([503, '1'])
      return inOrder.push((JSON.parse(body.toString()) as { code: string }).code)
    }),
  )
  const made = inOrder.filter((how) => how === '200').length
  const refused = inOrder.filter((how) => how === 'overloaded').length
  expect(made).toBeGreaterThan(0)
  expect(refused).toBeGreaterThan(0)
  // Most of them, that is; on a machine busy with something else at least some.
  const toldFirst = inOrder.slice(0, inOrder.indexOf('200')).filter((how) => how === 'overloaded').length
  expect(toldFirst / refused).toBeGreaterThan(0.2)
  expect(cloud.counts().puts).toBe(cloud.lines().filter((line) => line['put'] === 'stored').length)
  // The function itself is ended after 9 s, the mirror gives up after 10.
  for (const { ms } of cloud.lines() as { ms: { total: number } }[]) expect(ms.total).toBeLessThan(9000)
  await cloud.upload('small.jpg', small)
  expect((await cloud.ask('/small.jpg')).status).toBe(200)
  expect(cloud.gateway.counters).toMatchObject({ started: 1, crashed: 0 })
})

it('100 readers of one picture: one worker makes it once', async () => {
  cloud = await testCloud()
  await cloud.upload('herd.jpg', small)
  const answers = await Promise.all(Array.from({ length: 100 }, () => cloud.ask('/herd.jpg')))
  expect(answers.map(({ status }) => status)).toEqual(Array(100).fill(200))
  expect(cloud.counts()).toMatchObject({ reads: 1, puts: 1 })
  expect(cloud.lines().filter((line) => line['joined'] !== true)).toHaveLength(1)
  expect([1, 2]).toContain((await workers()).length)
})

it('frozen in the middle of a picture for longer than its time: answered as soon as it thaws', async () => {
  cloud = await testCloud({ environment: { DEADLINE_MS: '2000', FORMAT: 'avif', QUALITY: 'high' } })
  await cloud.upload('large.jpg', large)
  await cloud.upload('small.jpg', small)
  const frozen = cloud.ask('/large.jpg')
  await workerAtWork(40)
  const group = -(await functionPid())
  process.kill(group, 'SIGSTOP')
  await new Promise((resolve) => setTimeout(resolve, 2500))
  process.kill(group, 'SIGCONT')
  expect((await frozen).status).toBe(503)
  expect((await cloud.ask('/small.jpg')).status).toBe(200)
  expect(cloud.gateway.counters).toMatchObject({ started: 1, crashed: 0 })
})
