import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import sharp from 'sharp'

import { bases, hostile, mutate } from '../../../scripts/soak/inputs.ts'
import { wrongWith } from '../../../scripts/soak/judge.ts'
import { seededRandom } from '../../../scripts/soak/random.ts'
import { isClean, type SoakReport } from '../../../scripts/soak/report.ts'
import { soak } from '../../../scripts/soak/run.ts'
import { slopeOf } from '../../../scripts/soak/watch.ts'
import { BUILT } from '../../e2e/support.ts'

describe('a soak', () => {
  it('of hostile files, faults and kills stores nothing wrong, hangs nowhere, and leaves nothing behind', async () => {
    const dataDir = mkdtempSync(join(tmpdir(), 'soak-'))
    try {
      const report = await soak({ seed: 11, requests: 120, codeDir: BUILT, dataDir })
      expect(report.failures.map(({ key, why }) => `${key}: ${why}`)).toEqual([])
      expect(isClean(report)).toBe(true)
      expect(report.inputs).toBeGreaterThan(40)
      expect(report.statuses['200']).toBeGreaterThan(20)
      expect(report.faultsInjected).toBeGreaterThan(0)
    } finally {
      rmSync(dataDir, { recursive: true, force: true })
    }
  }, 240_000)

  it('means the same inputs for the same seed, and others for another', async () => {
    const files = await bases()
    const some = (seed: number) => {
      const random = seededRandom(seed)
      return Buffer.concat(Array.from({ length: 200 }, () => mutate(files, random).bytes))
    }
    expect(some(5).equals(some(5))).toBe(true)
    expect(some(5).equals(some(6))).toBe(false)
    expect(hostile().length).toBeGreaterThan(20)
  })

  it.each(['wrongAnswered', 'wrongStored', 'hung', 'notRecovered', 'madeTwice'] as const)(
    'is not clean with %s',
    (name) => {
      const clean = { wrongAnswered: 0, wrongStored: 0, hung: 0, notRecovered: 0, madeTwice: 0, failures: [] }
      const leaked = { descriptors: 0, processes: 0 }
      expect(isClean({ ...clean, leaked } as unknown as SoakReport)).toBe(true)
      expect(isClean({ ...clean, leaked, [name]: 1 } as unknown as SoakReport)).toBe(false)
    },
  )

  it('tells a rise of memory from noise', () => {
    expect(Math.abs(slopeOf(Array.from({ length: 100 }, (_, i) => 100 + (i % 2))))).toBeLessThan(0.001)
    expect(slopeOf(Array.from({ length: 101 }, (_, i) => 100 + i / 10))).toBeCloseTo(0.0952, 3)
  })
})

describe('an answer', () => {
  const drawn = (tone: string, width = 60) => sharp({ create: { width, height: 40, channels: 3, background: tone } })
  const answer = (contentType: string, body: Buffer) => ({ contentType, body })

  it('is right when it shows what the original shows', async () => {
    const original = await drawn('#345').png({ compressionLevel: 0 }).toBuffer()
    const made = await drawn('#345').png().toBuffer()
    expect(await wrongWith(original, undefined, answer('image/png', made))).toBeUndefined()
    expect(await wrongWith(original, undefined, answer('image/png', original))).toBeUndefined()
    const small = await drawn('#345').resize(40).png().toBuffer()
    expect(await wrongWith(original, 'resize,w_40', answer('image/png', small))).toBeUndefined()
  })

  it.each([
    ['another picture', async () => answer('image/png', await drawn('#c52').png().toBuffer()), /looks different/],
    ['another size', async () => answer('image/png', await drawn('#345', 50).png().toBuffer()), /50 × 40 instead/],
    [
      'another type',
      async () => answer('image/jpeg', await drawn('#345').png().toBuffer()),
      /image\/jpeg for image\/png/,
    ],
    [
      'half of it',
      async () => answer('image/png', (await drawn('#345').png().toBuffer()).subarray(0, 60)),
      /cannot be decoded/,
    ],
    ['a page', () => Promise.resolve(answer('text/html', Buffer.from('<html>'))), /active content/],
    ['a page in disguise', () => Promise.resolve(answer('image/png', Buffer.from('<html>'))), /active content/],
    [
      'an SVG that runs',
      () => Promise.resolve(answer('image/svg+xml', Buffer.from('<svg onload="a()"/>'))),
      /not harmless/,
    ],
    [
      'more bytes',
      async () => answer('image/png', Buffer.concat([await drawn('#345').png().toBuffer(), Buffer.alloc(9000)])),
      /larger/,
    ],
  ])('is wrong when it is %s', async (_, make, why) => {
    const original = await drawn('#345').png({ compressionLevel: 0 }).toBuffer()
    expect(await wrongWith(original, undefined, await make())).toMatch(why)
  })

  it('is wrong when it is the original although something was asked for', async () => {
    const original = await drawn('#345').png().toBuffer()
    expect(await wrongWith(original, 'resize,w_40', answer('image/png', original))).toMatch(/60 × 40 instead of 40/)
  })
})
