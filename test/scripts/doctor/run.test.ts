import { MissingPermission } from '../../../scripts/deployment/permission.ts'
import { type Check, type Examination, type Finding, good, once, wrong } from '../../../scripts/doctor/check.ts'
import { runChecks } from '../../../scripts/doctor/run.ts'

const examination = (signal = new AbortController().signal) => ({ signal }) as Examination

const check = (name: string, finding: Finding | Error, more: Partial<Check> = {}): Check => ({
  name,
  title: `${name} is right`,
  run: () => (finding instanceof Error ? Promise.reject(finding) : Promise.resolve(finding)),
  ...more,
})

const outcome = async (checks: Check[]) =>
  Object.fromEntries((await runChecks(checks, examination())).map(({ check, ok, cause }) => [check, [ok, cause]]))

it('what needs something that failed, or could not be checked, is not checked and says why', async () => {
  const fault = wrong('broken', 'mend it')
  expect(
    await outcome([
      check('a', fault),
      check('b', good(), { needs: ['a'] }),
      check('c', good(), { needs: ['b'] }),
      check('d', good()),
    ]),
  ).toEqual({
    a: [false, 'broken'],
    b: [null, 'not checked: needs a'],
    c: [null, 'not checked: needs b'],
    d: [true, undefined],
  })
})

it('what another failure explains is not checked; that the other could not be checked is no obstacle', async () => {
  const unseen = new MissingPermission('ram:GetRole', 'acs:ram:*:*:role/x')
  const outcomes = await outcome([
    check('role', wrong('too little', 'more')),
    check('unseen', unseen),
    check('a', wrong('consequence', ''), { unless: ['role'] }),
    check('b', good(), { unless: ['unseen'] }),
  ])
  expect(outcomes).toMatchObject({ a: [null, 'not checked: needs role'], b: [true, undefined] })
  expect(outcomes['unseen']).toEqual([null, 'not checked: these keys may not ram:GetRole on acs:ram:*:*:role/x'])
})

it('a check that breaks has failed, unless it is these keys that are refused', async () => {
  expect(
    await outcome([
      check('breaks', new Error('socket hang up')),
      check('refused', Object.assign(new Error('no right'), { status: 403, code: 'AccessDenied' })),
    ]),
  ).toEqual({
    breaks: [false, 'the check itself failed: socket hang up'],
    refused: [null, 'not checked: these keys are refused (AccessDenied: no right)'],
  })
})

it('stops where it is told to, and what was interrupted is no result', async () => {
  const stop = new AbortController()
  const seen: string[] = []
  const checks = [
    check('a', good()),
    check('b', good(), {
      run: () => {
        stop.abort()
        return Promise.reject(new Error('stopped'))
      },
    }),
    check('c', good()),
  ]
  const results = await runChecks(checks, examination(stop.signal), {
    onResult: ({ check }) => seen.push(check),
  })
  expect([results.map(({ check }) => check), seen]).toEqual([['a'], ['a']])
})

it('what is looked up once is looked up once per examination', async () => {
  let asked = 0
  const look = once(() => Promise.resolve(++asked))
  const [one, other] = [examination(), examination()]
  expect([await look(one), await look(one), await look(other)]).toEqual([1, 1, 2])
})
