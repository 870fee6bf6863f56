import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { startCommand } from '../support/command.ts'
import { fakeEnvironment } from '../support/fake-oss.ts'
import { slowOrigin, type SlowOrigin } from '../support/slow-origin.ts'

// Commands are processes of their own, and a busy machine starts them slowly.
jest.setTimeout(120_000)

interface Result {
  ended: string
  tally: { made: number; there: number; failed: number; nothing: number }
  checkpointFile: string
  failuresFile: string
}

let cloud: SlowOrigin
let folder: string
const KEYS = 300

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'warm-'))
  cloud = await slowOrigin(KEYS, 400)
})

afterEach(async () => {
  await cloud.oss.close()
  rmSync(folder, { recursive: true, force: true })
})

const start = (...args: string[]) => {
  const all = ['--rate', '100000', '--concurrency', '8', '--data', folder, '--json', ...args]
  return startCommand('scripts/warm.ts', all, fakeEnvironment(cloud.oss), { cwd: folder })
}
const resultOf = async (running: ReturnType<typeof start>) => {
  const { code, stdout, stderr } = await running.ended
  if (stdout === '') throw new Error(stderr)
  return { code, ...(JSON.parse(stdout) as Result) }
}

test('Ctrl-C: what is under way is finished, and the same command makes the rest, with every key counted once', async () => {
  const running = start()
  await cloud.reached(100)
  running.child.kill('SIGINT')
  const stopped = await resultOf(running)
  expect(stopped).toMatchObject({ code: 1, ended: 'stopped', tally: { failed: 0 } })
  expect(stopped.tally.made).toBe(cloud.makes.size)
  expect(existsSync(stopped.checkpointFile)).toBe(true)
  const rest = await resultOf(start())
  expect(rest).toMatchObject({ code: 0, ended: 'all', tally: { made: KEYS, there: 0 } })
  expect([...cloud.makes.values()].every((count) => count === 1)).toBe(true)
})

test('gives up where nothing succeeds any more, and goes on in front of what failed', async () => {
  const running = start('--retries', '0')
  await cloud.reached(60)
  cloud.fault.status = 424
  const given = await resultOf(running)
  expect(given).toMatchObject({ code: 1, ended: 'too many failures' })
  expect(given.tally.failed).toBeGreaterThanOrEqual(50)
  expect(given.tally.failed + given.tally.made).toBeLessThan(KEYS)
  const lines = readFileSync(given.failuresFile, 'utf8').trim().split('\n')
  expect(lines).toHaveLength(given.tally.failed + 1)
  expect(lines[1]).toMatch(/^20.*,424,MirrorFailed: no$/)
  cloud.fault.status = undefined
  const rest = await resultOf(start('--retries', '0'))
  expect(rest.ended).toBe('all')
  expect(rest.tally.made + rest.tally.there + rest.tally.failed).toBe(KEYS)
  // At least the fifty it gave up over are tried again. What failed while others still succeeded is only listed: a run from
  // the beginning makes it.
  expect(rest.tally.failed).toBeLessThanOrEqual(given.tally.failed - 50)
  const anew = await resultOf(start('--fresh'))
  expect(anew).toMatchObject({ code: 0, tally: { made: rest.tally.failed, failed: 0 } })
  expect(cloud.makes.size).toBe(KEYS)
})

test('a failure that passes is tried again', async () => {
  cloud.fault.status = 503
  const running = start()
  const until = setInterval(() => {
    if (cloud.oss.requests.get >= 8) cloud.fault.status = undefined
  }, 20)
  const result = await resultOf(running)
  clearInterval(until)
  expect(result).toMatchObject({ code: 0, tally: { made: KEYS, failed: 0 } })
  expect(cloud.oss.requests.get).toBeGreaterThan(KEYS)
})
