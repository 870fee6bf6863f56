// What the suite's runner prints, read.

export type Outcome = 'passed' | 'failed'

export interface TestResult {
  /** `Suite.Test`. */
  test: string
  outcome: Outcome
  /** What the runner said of a failure. */
  detail?: string
}

const LINE = /^(START|PASS|FAIL|PANIC|SKIP|MISS): \S+: (\w+\.\w+)(?:\t| |$)/

/**
 * Reads the output of gocheck's verbose mode. A test that was asked for and of which nothing is said has failed: that is
 * how a crash, a time-out or a set-up that did not work looks. Failures of a suite's set-up are results of their own.
 * @param asked `Suite.Test` of every test that was to be run
 */
export function readResults(output: string, asked: readonly string[]): TestResult[] {
  const results = new Map<string, TestResult>()
  const lines = output.split('\n')
  for (const [at, line] of lines.entries()) {
    const [, word, test] = LINE.exec(line) ?? []
    if (word === undefined || test === undefined || word === 'START') continue
    if (word === 'PASS') {
      if (asked.includes(test)) results.set(test, { test, outcome: 'passed' })
    } else results.set(test, { test, outcome: 'failed', detail: detailAfter(lines, at) || word })
  }
  for (const test of asked) {
    if (!results.has(test)) results.set(test, { test, outcome: 'failed', detail: 'did not run to its end' })
  }
  return [...results.values()]
}

function detailAfter(lines: readonly string[], at: number): string {
  const rest = lines.slice(at + 1)
  const end = rest.findIndex((line) => LINE.test(line) || /^(?:-{20,}|OOPS:|--- FAIL)/.test(line))
  return rest
    .slice(0, end < 0 ? undefined : end)
    .join('\n')
    .replace(/^\S*\/([\w.]+:\d+:)$/gm, '$1')
    .trim()
}
