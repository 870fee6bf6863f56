import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

import { startCommand } from '../support/command.ts'
import { fakeEnvironment, type FakeOss, fakeOss } from '../support/fake-oss.ts'
import { manyKeys } from '../support/many-keys.ts'

// Commands are processes of their own, and a busy machine starts them slowly.
jest.setTimeout(120_000)

const KEYS = 40_000
const MISSING = KEYS / 100

let oss: FakeOss
let folder: string

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'audit-'))
  oss = await fakeOss({
    originals: manyKeys({ count: KEYS, bytes: 1000, modified: '2025-01-01T00:00:00.000Z' }),
    compressed: manyKeys({ count: KEYS, bytes: 400, modified: '2025-01-02T00:00:00.000Z', without: 100 }),
  })
  // Slow enough to be killed between two checkpoints.
  oss.listDelayMs = 100
})

afterAll(async () => {
  await oss.close()
  rmSync(folder, { recursive: true, force: true })
})

const start = () =>
  startCommand('scripts/audit.ts', ['--json', '--data', folder], fakeEnvironment(oss), { cwd: folder })

test('killed in the middle, it goes on: every finding is in the file once, every key counted once', async () => {
  const checkpoint = join(folder, 'runs', 'audit-compressed.json')
  const positions: string[] = []
  for (let killed = 0; killed < 2; killed++) {
    const { child, ended } = start()
    const after = oss.requests.list
    const before = existsSync(checkpoint) ? readFileSync(checkpoint, 'utf8') : ''
    // Until it has come further than a checkpoint, so that there is something to cut off.
    while (!existsSync(checkpoint) || readFileSync(checkpoint, 'utf8') === before) await sleep(20)
    const saved = oss.requests.list
    while (oss.requests.list < saved + 6) await sleep(20)
    child.kill('SIGKILL')
    expect((await ended).signal).toBe('SIGKILL')
    positions.push(
      (JSON.parse(readFileSync(checkpoint, 'utf8')) as { state: { position: { after: string } } }).state.position.after,
    )
    expect(saved).toBeGreaterThan(after)
  }
  expect(positions[1]?.localeCompare(positions[0] ?? '')).toBe(1)
  const { code, stdout, stderr } = await start().ended
  expect({ code, stderr }).toEqual({ code: 1, stderr: expect.any(String) as string })
  const { tally, findingsFile } = JSON.parse(stdout) as { tally: object; findingsFile: string }
  expect(tally).toMatchObject({
    originals: KEYS,
    derivatives: KEYS - MISSING,
    found: { missing: MISSING, orphaned: 0 },
  })
  const rows = readFileSync(findingsFile, 'utf8').trim().split('\n').slice(1)
  expect(rows).toHaveLength(MISSING)
  expect(new Set(rows).size).toBe(MISSING)
  expect(existsSync(checkpoint)).toBe(false)
})
