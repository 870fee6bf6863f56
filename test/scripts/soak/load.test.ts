import { mkdtempSync, rmSync } from 'node:fs'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'

import { load } from '../../../scripts/soak/load.ts'
import { planLoad } from '../../../scripts/soak/load-plan.ts'
import { behaved, type LoadReport } from '../../../scripts/soak/load-report.ts'
import { madeIn, unforeseen } from '../../../scripts/soak/log-lines.ts'
import { BUILT } from '../../e2e/support.ts'

describe('six times as many readers as can be served', () => {
  // As many as make a queue, however many pictures can be made at a time.
  const requests = 200 * availableParallelism()
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
        times: 6,
        straightShare: 1,
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

  it('are shed: whoever asks the function gets a right picture, or is told to come again', () => {
    const count = (status: string) => report.function[status]?.count ?? 0
    expect(report.requests).toBeGreaterThanOrEqual(requests)
    // On a machine that is busy with something else, too, it is the bucket that does not answer in time.
    expect(count('503') + count('504')).toBeGreaterThan(0)
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

it('a seed means the same readers', () => {
  const material = { pictures: [Buffer.from('1'), Buffer.from('2')], files: new Map([['a.jpg', Buffer.from('abc')]]) }
  const plan = (seed: number) => planLoad({ seed, requests: 60, trials: 2, lone: 1, straightShare: 0.5 }, material)
  expect(plan(4)).toEqual(plan(4))
  expect(plan(4)).not.toEqual(plan(5))
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

it('an answer of 500 is named with its cause', () => {
  const text = JSON.stringify({ requestedKey: 'a', status: 500, outcome: 'unexpected', cause: 'TypeError: x' })
  expect(unforeseen([{ instance: 'i', text }])).toEqual([{ key: 'a', why: '500: TypeError: x' }])
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
