import { execFile } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'

import sharp from 'sharp'

import { type Figure, isMet, type Report } from '../../../scripts/bench/part.ts'
import { jobOf } from '../../../scripts/bench/bare/job.ts'
import type { Peer } from '../../../scripts/bench/peers/servers.ts'
import { asGood, type Made } from '../../../scripts/bench/peers/verdict.ts'
import { ownScale } from '../../../scripts/bench/score/scorer.ts'
import { geometricMean, median, valueAt } from '../../../scripts/bench/statistics.ts'
import { cameraJpeg } from '../../support/pictures.ts'

const run = promisify(execFile)
let folder: string

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'oss-image-origin-bench-test-'))
  for (const name of ['photos', 'graphics', 'no-peers']) mkdirSync(join(folder, name))
  writeFileSync(join(folder, 'photos', 'camera.jpg'), await cameraJpeg(320, 240))
  const red = { create: { width: 200, height: 100, channels: 3, background: '#d22' } } as const
  writeFileSync(join(folder, 'graphics', 'red.png'), await sharp(red).png({ compressionLevel: 0 }).toBuffer())
})

afterAll(() => rmSync(folder, { recursive: true, force: true }))

async function bench(...args: string[]) {
  const command = ['--import', 'tsx', 'scripts/bench/run.ts', ...args, '--corpus', folder, '--small', '--rounds', '1']
  // As on a machine where nobody has installed the peers.
  const env = { ...process.env, BENCH_PEERS: join(folder, 'no-peers') }
  const { stdout } = await run(process.execPath, command, { env, maxBuffer: 1 << 26 })
  return stdout
}

it('measures the whole path, memory, herds and the corpus, and tells what it found as JSON', async () => {
  const text = await bench('path', 'resize', 'start', 'memory', 'herd', 'corpus', '--json', '-')
  const { reports } = JSON.parse(text) as { reports: Record<string, Report> }
  expect(Object.keys(reports)).toEqual(['path', 'resize', 'start', 'memory', 'herd', 'corpus'])
  for (const [name, { tables }] of Object.entries(reports)) {
    expect([name, tables.length]).not.toEqual([name, 0])
    for (const { columns, rows } of tables) for (const row of rows) expect(row).toHaveLength(columns.length)
  }
  expect(reports['path']?.data).toMatchObject([{ samePixels: true }, { samePixels: true }, { samePixels: true }])
  expect(reports['herd']?.data).toMatchObject([
    { readers: 20, ok: 20, equal: true, reads: 1, encodes: 1, puts: 1 },
    { readers: 20, ok: 20, equal: true, reads: 4, encodes: 4, puts: 4 },
  ])
  expect(reports['corpus']?.figures?.[0]).toMatchObject({ what: 'answers larger than their original', value: 0 })
}, 120_000)

it('says in Markdown how to install what is missing, and goes on', async () => {
  const text = await bench('peers', 'graphics')
  expect(text).toContain('- ipx is not installed (npm ci --prefix scripts/bench/peers)')
  expect(text).toContain('- next is not installed')
  expect(text).toMatch(/\| this \| [0-9.]+ \| × 1\.000 \|/)
}, 60_000)

it('refuses a part that it does not have', async () => {
  await expect(bench('nonsense')).rejects.toMatchObject({
    code: 2,
    stderr: expect.stringContaining('got «nonsense»') as string,
  })
})

describe('numbers', () => {
  it('a quality as good is where the mean of the pictures that both made is ours, as far as a peer can be asked for it', () => {
    const made = (by: string, picture: string, quality: number | undefined, s2: number): Made => ({
      by,
      picture,
      quality,
      s2,
      format: 'jpeg',
      bytes: 1,
      butteraugli: undefined,
    })
    const peer = { name: 'peer', qualities: [60, 80], takes: (quality: number) => 5 * Math.round(quality / 5) } as Peer
    const all = [
      made('this', 'a', undefined, 78),
      // Not made by the peer: what it scores says nothing.
      made('this', 'b', undefined, 20),
      made('peer', 'a', 60, 70),
      made('peer', 'a', 80, 80),
    ]
    expect(asGood([peer], all).jpeg).toEqual({ peer: 75 })
    expect(asGood([peer], [made('this', 'a', undefined, 90), ...all.slice(2)]).jpeg).toEqual({ peer: undefined })
  })

  it('what could not be measured is not met, also when it was kept as JSON', () => {
    expect(isMet({ what: 'a ratio', value: Number.NaN, atMost: 1 })).toBe(false)
    const kept = JSON.parse('{"what":"a ratio","value":null,"atMost":1}') as Figure
    expect(isMet(kept)).toBe(false)
    expect(isMet({ what: 'a ratio', value: 1, atMost: 1, atLeast: 1 })).toBe(true)
  })

  it('the median of an even count is between the two in the middle', () => {
    expect(median([4, 1, 3, 2])).toBe(2.5)
    expect(median([3, 1, 2])).toBe(2)
  })

  it('a half and a double have a geometric mean of one', () => {
    expect(geometricMean([0.5, 2])).toBeCloseTo(1)
  })

  it('a curve has no value outside its points', () => {
    const curve = [
      [10, 1],
      [20, 3],
    ] as const
    expect(valueAt(curve, 15)).toBe(2)
    expect(valueAt(curve, 21)).toBeUndefined()
  })

  it('translates scores at the points that were measured with both programs, and between them', () => {
    expect(ownScale(68.4)).toBeCloseTo(69.6)
    expect(ownScale(75)).toBeCloseTo(76.67)
  })

  it('the bare call follows what the function logged', () => {
    expect(jobOf('mozjpeg q84 4:4:4 table3')).toEqual({
      format: 'jpeg',
      options: { mozjpeg: true, quality: 84, chromaSubsampling: '4:4:4' },
    })
    expect(jobOf('webp q86 smart e4').options).toEqual({ quality: 86, effort: 4, smartSubsample: true })
    expect(() => jobOf('png palette')).toThrow('Expected settings')
  })
})
