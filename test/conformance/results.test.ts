import { readResults } from '../../scripts/conformance/results.ts'

const RULE = '-'.repeat(70)

it('reads what passed and what failed, with the reason', () => {
  const output = [
    'PASS: /tmp/x/a_test.go:1: FirstSuite.TestGood\t0.010s',
    '',
    RULE,
    'FAIL: /tmp/x/a_test.go:9: FirstSuite.TestBad',
    '',
    '/tmp/x/a_test.go:12:',
    '    c.Assert(got, Equals, 1)',
    '... obtained int = 2',
    '',
    RULE,
    'PANIC: /tmp/x/a_test.go:20: FirstSuite.TestWorse',
    '',
    '... Panic: no',
    'OOPS: 1 passed, 1 FAILED, 1 PANICKED',
  ].join('\n')
  expect(readResults(output, ['FirstSuite.TestGood', 'FirstSuite.TestBad', 'FirstSuite.TestWorse'])).toEqual([
    { test: 'FirstSuite.TestGood', outcome: 'passed' },
    {
      test: 'FirstSuite.TestBad',
      outcome: 'failed',
      detail: 'a_test.go:12:\n    c.Assert(got, Equals, 1)\n... obtained int = 2',
    },
    { test: 'FirstSuite.TestWorse', outcome: 'failed', detail: '... Panic: no' },
  ])
})

it('takes a test that was missed, skipped or never spoken of for failed', () => {
  const output = [
    'FAIL: /tmp/x/a_test.go:3: FirstSuite.SetUpSuite',
    '',
    '... no bucket',
    'MISS: /tmp/x/a_test.go:9: FirstSuite.TestMissed',
    'SKIP: /tmp/x/a_test.go:12: FirstSuite.TestSkipped (some reason)',
  ].join('\n')
  const asked = ['FirstSuite.TestMissed', 'FirstSuite.TestSkipped', 'FirstSuite.TestUnheard']
  expect(readResults(output, asked).map(({ test, outcome }) => `${test} ${outcome}`)).toEqual([
    'FirstSuite.SetUpSuite failed',
    'FirstSuite.TestMissed failed',
    'FirstSuite.TestSkipped failed',
    'FirstSuite.TestUnheard failed',
  ])
})

it('takes a program that died in the middle for what it is', () => {
  const output = 'PASS: /tmp/x/a_test.go:1: FirstSuite.TestGood\t0.010s\npanic: test timed out'
  expect(readResults(output, ['FirstSuite.TestGood', 'FirstSuite.TestNext'])).toEqual([
    { test: 'FirstSuite.TestGood', outcome: 'passed' },
    { test: 'FirstSuite.TestNext', outcome: 'failed', detail: 'did not run to its end' },
  ])
})
