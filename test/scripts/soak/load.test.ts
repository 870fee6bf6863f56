import { mkdtempSync, rmSync } from 'node:fs'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'

import { load } from '../../../scripts/soak/load.ts'
import { planLoad } from '../../../scripts/soak/load-plan.ts'
import { behaved, type LoadReport, madeIn } from '../../../scripts/soak/load-report.ts'
import { BUILT } from '../../e2e/support.ts'

describe('four times as many readers as can be served', () => {
  // As many as make a queue, however many pictures can be made at a time.
  const requests = 180 * availableParallelism()
  let report: LoadReport
  beforeAll(async () => {
    const dataDir = mkdtempSync(join(tmpdir(), 'load-'))
    // Reached by a shorter queue than one of eight seconds, and so by a shorter test.
    const environment = { DEADLINE_MS: '2500' }
    try {
      report = await load({
        seed: 3,
        requests,
        trials: 24,
        times: 4,
        straightShare: 0.5,
        recoveryMs: 0,
        concurrency: 128,
        environment,
        codeDir: BUILT,
        dataDir,
      })
    } finally {
      rmSync(dataDir, { recursive: true, force: true })
    }
  }, 120_000)

  it('are shed: whoever asks the function gets 503 with Retry-After, or a right picture', () => {
    expect(report.requests).toBeGreaterThanOrEqual(requests)
    expect(report.function['503']?.count).toBeGreaterThan(0)
    expect(report.readers['503']?.count).toBeGreaterThan(0)
    expect(report.readers['200']?.count).toBeGreaterThan(20)
    expect([report.withoutRetryAfter, report.wrong, report.failures]).toEqual([0, 0, []])
  })

  it('get nothing that is not in the table, and all get an answer', () => {
    const others = Object.keys(report.function).filter(
      (status) => !/^(200|404|413|415|422|503|504|refused)$/.test(status),
    )
    expect([others, report.hung, report.readers['broken']?.count ?? 0]).toEqual([[], 0, 0])
  })

  it('have each picture made once', () => expect([report.made > 5, report.madeTwice]).toEqual([true, 0]))

  it('leave the instance as it was: the same processes, no descriptor but kept connections, the next request answered', () => {
    expect([report.crashed, report.recovery.firstStatus]).toEqual([0, 200])
    expect(report.descriptors.besidesSocketsAfter).toBe(report.descriptors.besidesSocketsBefore)
    expect(behaved(report)).toBe(true)
  })
})

it('a seed means the same readers', async () => {
  const keys = async (seed: number) => (await planLoad(seed, 60, 2)).arrivals.map(({ key }) => key)
  const [once, again, other] = await Promise.all([keys(4), keys(4), keys(5)])
  expect(once).toEqual(again)
  expect(once).not.toEqual(other)
})

it('a picture made again counts, one that was joined does not', () => {
  const line = (requestedKey: string, more: object = {}) =>
    JSON.stringify({ requestedKey, status: 200, outcome: 'compressed', ...more })
  const lines = [line('a'), line('a', { joined: true }), line('b'), line('b'), line('c', { status: 503 }), 'not JSON']
  const made = madeIn(lines.map((text) => ({ instance: 'i', text })))
  expect([...made]).toEqual([
    ['i a', 1],
    ['i b', 2],
  ])
})

it.each([
  ['an answer of 503 without Retry-After', { withoutRetryAfter: 1 }],
  ['a wrong picture', { wrong: 1 }],
  ['an answer that never came', { hung: 1 }],
  ['a picture made twice', { madeTwice: 1 }],
  ['a crash', { crashed: 1 }],
  ['a refusal afterwards', { recovery: { loneMs: 9, firstStatus: 503, afterMs: 9 } }],
  [
    'a file left open',
    { descriptors: { before: 9, most: 9, after: 9, besidesSocketsBefore: 4, besidesSocketsAfter: 5 } },
  ],
  [
    'a connection a request',
    { descriptors: { before: 9, most: 99, after: 99, besidesSocketsBefore: 4, besidesSocketsAfter: 4 } },
  ],
] satisfies [string, Partial<LoadReport>][])('%s is no good behaviour', (_, change) => {
  const good = {
    withoutRetryAfter: 0,
    wrong: 0,
    hung: 0,
    madeTwice: 0,
    crashed: 0,
    concurrency: 8,
    failures: [],
    descriptors: { before: 9, most: 30, after: 20, besidesSocketsBefore: 4, besidesSocketsAfter: 4 },
    recovery: { loneMs: 9, firstStatus: 200, afterMs: 9 },
  } as unknown as LoadReport
  expect(behaved(good)).toBe(true)
  expect(behaved({ ...good, ...change })).toBe(false)
})
