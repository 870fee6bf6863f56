import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

import { startCommand } from '../support/command.ts'
import { fakeEnvironment, type FakeObject, type FakeOss, fakeOss } from '../support/fake-oss.ts'

const KEYS = 2000
const SOURCE_BYTES = 1000
const MADE_BYTES = 400

/** An origin behind a mirror that goes on working for readers who have left: what was asked for once is made and stored. */
async function origin() {
  const originals: FakeObject[] = Array.from({ length: KEYS }, (_, at) => ({
    // Names that are prefixes of each other, that sort between an original and its styles, and that need encoding.
    key: ['plain', 'plain.jpg', 'a b', '山/水 +#%', 'z'][at % 5] + String(Math.floor(at / 5)).padStart(4, '0') + '.jpg',
    bytes: SOURCE_BYTES,
    modified: '2025-01-01T00:00:00.000Z',
  })).sort((a, b) => Buffer.compare(Buffer.from(a.key), Buffer.from(b.key)))
  const stored = new Map<string, FakeObject>()
  const makes = new Map<string, number>()
  let waiting: { count: number; reached: () => void } | undefined
  const pageOf = (objects: FakeObject[], after: string, count: number) => {
    const start = objects.findIndex(({ key }) => Buffer.compare(Buffer.from(key), Buffer.from(after)) > 0)
    return start < 0 ? [] : objects.slice(start, start + count)
  }
  const sorted = () => [...stored.values()].sort((a, b) => Buffer.compare(Buffer.from(a.key), Buffer.from(b.key)))
  const oss: FakeOss = await fakeOss({
    originals: { page: (after, count) => pageOf(originals, after, count) },
    compressed: {
      page: (after, count) => pageOf(sorted(), after, count),
      read(method, key, _request, response) {
        const found = stored.get(key)
        if (method === 'HEAD' || found !== undefined) {
          response.writeHead(found === undefined ? 404 : 200).end(found === undefined ? '' : Buffer.alloc(MADE_BYTES))
          return
        }
        makes.set(key, (makes.get(key) ?? 0) + 1)
        if (waiting !== undefined && makes.size >= waiting.count) waiting.reached()
        // Some pictures take long: whoever starts again at once meets them still being made.
        void sleep(makes.size % 40 === 0 ? 2500 : 20 + (makes.size % 7) * 10).then(() => {
          stored.set(key, { key, bytes: MADE_BYTES, modified: new Date().toISOString() })
          response.writeHead(200, { 'content-length': MADE_BYTES }).end(Buffer.alloc(MADE_BYTES))
        })
      },
    },
  })
  return {
    oss,
    makes,
    keys: originals.map(({ key }) => key),
    /** Resolves when that many keys have been asked for. */
    reached: (count: number) =>
      new Promise<void>((reached) => {
        waiting = { count, reached }
        if (makes.size >= count) reached()
      }),
  }
}

describe('warm over 2,000 keys, killed with SIGKILL three times', () => {
  let cloud: Awaited<ReturnType<typeof origin>>
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
    cloud = await origin()
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
