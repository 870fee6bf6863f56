import { readFileSync } from 'node:fs'

import { figuresOf, type ScaleInput } from '../../../scripts/scale/figures.ts'
import { play, seeded } from '../../../scripts/scale/simulate.ts'
import { runCommand } from '../support/command.ts'

// Commands are processes of their own, and a busy machine starts them slowly.
jest.setTimeout(120_000)

const INPUT: ScaleInput = {
  originals: 1_000_000,
  perOriginal: 2,
  there: 0.5,
  originalBytes: 1000,
  madeBytes: 100,
  cpuSeconds: 0.5,
  vcpu: 2,
  memoryGb: 4,
  perInstance: 8,
  instances: 10,
  mirrorQps: 200,
  readersShare: 0.5,
  mirrorBits: 1e9,
  shards: 2,
  concurrency: 40,
  pageSeconds: 0.1,
}

test('the sums, by hand', () => {
  expect(figuresOf(INPUT)).toMatchObject({
    keys: 1_000_000,
    // 10 instances of 2 processors make 40 a second; the mirror would take 100.
    perSecond: 40,
    seconds: 25_000,
    answerSeconds: 2,
    listRequests: 4000,
    listSeconds: 100,
    vcpuSeconds: 500_000,
    gbSeconds: 1_000_000,
    cu: 7500 + 500_000 + 150_000,
    ossGets: 2_000_000,
    ossPuts: 1_000_000,
    bytesStored: 200_000_000,
  })
  expect(figuresOf({ ...INPUT, mirrorQps: 20 }).perSecond).toBe(10)
  expect(figuresOf({ ...INPUT, shards: 1, concurrency: 8 }).perSecond).toBe(4)
})

test('played through, the pace is the one of the sums', () => {
  const options = { count: 4000, spread: 0.3, deadlineSeconds: 8, instancesPerMinute: 6000, random: seeded(1) }
  const played = play(INPUT, options)
  expect(played.perSecond).toBeGreaterThan(36)
  expect(played.perSecond).toBeLessThan(42)
  expect(played.late).toBe(0)
  const slow = play({ ...INPUT, cpuSeconds: 2.5 }, { ...options, count: 500, random: seeded(1) })
  expect(slow.late).toBeGreaterThan(50)
})

test('the figures in the documents are those of the command, and prices are the reader’s', async () => {
  const { stdout, code } = await runCommand('scripts/scale.ts', [], {})
  expect(code).toBe(0)
  for (const file of ['docs/scale.md', 'docs/zh-CN/scale.md']) {
    const figures = `<!-- scale -->\n\n\`\`\`\n${stdout.trimEnd()}\n\`\`\`\n\n<!-- /scale -->`
    expect(readFileSync(file, 'utf8')).toContain(figures)
  }
  expect(stdout).not.toContain('cost')
  const priced = await runCommand('scripts/scale.ts', ['--json', '--prices', 'cu=0.5,puts=10'], {})
  const { figures, costs } = JSON.parse(priced.stdout) as { figures: Record<string, number>; costs: object }
  expect(costs).toEqual({
    'Function Compute': (figures['cu'] ?? 0) * 0.5,
    'OSS writes and listings': (((figures['ossPuts'] ?? 0) + (figures['listRequests'] ?? 0)) / 10_000) * 10,
  })
  expect((await runCommand('scripts/scale.ts', ['--there', '1.5'], {})).code).toBe(2)
})
