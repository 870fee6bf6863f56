import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { startCommand } from '../support/command.ts'
import { fakeEnvironment } from '../support/fake-oss.ts'
import { slowOrigin, type SlowOrigin, SOURCE_BYTES } from '../support/slow-origin.ts'

// Commands are processes of their own, and a busy machine starts them slowly.
jest.setTimeout(120_000)

const KEYS = 2000

describe('warm over 2,000 keys, killed with SIGKILL three times', () => {
  let cloud: SlowOrigin
  let folder: string
  const start = (...args: string[]) =>
    startCommand(
      'scripts/warm.ts',
      ['--rate', '100000', '--concurrency', '32', '--mirror-limit', '3', '--data', folder, '--json', ...args],
      fakeEnvironment(cloud.oss),
      { cwd: folder },
    )

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'warm-'))
    cloud = await slowOrigin(KEYS, 2500)
    for (const count of [300, 900, 1500]) {
      const { child, ended } = start()
      await Promise.race([cloud.reached(count), ended])
      child.kill('SIGKILL')
      expect((await ended).signal).toBe('SIGKILL')
    }
  })

  afterAll(async () => {
    await cloud.oss.close()
    rmSync(folder, { recursive: true, force: true })
  })

  test('a command that asks for something else does not go on from its checkpoint', async () => {
    const { code, stderr } = await start('--prefix', 'a').ended
    expect(code).toBe(2)
    expect(stderr).toContain('prefix was «""», is «"a"»')
  })

  test('ends with every key made, none of them twice, and every key counted once', async () => {
    expect(cloud.makes.size).toBeGreaterThanOrEqual(1500)
    expect(cloud.makes.size).toBeLessThan(KEYS)
    const { code, stdout, stderr } = await start().ended
    expect({ code, stderr }).toEqual({ code: 0, stderr: expect.any(String) as string })
    expect([...cloud.makes.keys()].sort()).toEqual([...cloud.keys].sort())
    expect([...cloud.makes.values()].filter((count) => count > 1)).toEqual([])
    const { tally, ended, checkpointFile } = JSON.parse(stdout) as {
      tally: Record<string, number>
      ended: string
      checkpointFile: string
    }
    expect(ended).toBe('all')
    expect(tally).toMatchObject({ failed: 0, nothing: 0 })
    expect((tally['made'] ?? 0) + (tally['there'] ?? 0)).toBe(KEYS)
    // What was made in the last second of a killed run counts as there, so most, not all, count as made.
    expect(tally['made']).toBeGreaterThan(KEYS / 4)
    expect(tally['bytesBefore']).toBe((tally['made'] ?? 0) * SOURCE_BYTES)
    expect(existsSync(checkpointFile)).toBe(false)
    expect(existsSync(`${checkpointFile}.started`)).toBe(false)
  })

  test('a further run finds everything in the listing: not one read', async () => {
    const before = { ...cloud.oss.requests }
    const { code, stdout } = await start().ended
    expect(code).toBe(0)
    expect((JSON.parse(stdout) as { tally: object }).tally).toMatchObject({ made: 0, there: KEYS })
    expect({ ...cloud.oss.requests, list: 0 }).toEqual({ ...before, list: 0 })
  })

  test('two shards share the keys between them, without a rest', async () => {
    const tallies = await Promise.all(
      ['1/2', '2/2'].map(async (shard) => {
        const { stdout } = await start('--shard', shard).ended
        return (JSON.parse(stdout) as { tally: { there: number } }).tally.there
      }),
    )
    expect(tallies.reduce((sum, there) => sum + there, 0)).toBe(KEYS)
    expect(Math.min(...tallies)).toBeGreaterThan(KEYS / 3)
  })

  test('says where what failed is listed: nothing, here', () => {
    const file = join(folder, 'runs', 'warm-compressed-1of1-failures.csv')
    expect(readFileSync(file, 'utf8')).toBe('time,key,status,reason\n')
  })
})
