// The whole matrix: every wanted test in every wanted column, several at a time, in bounded time.

import { setMaxListeners } from 'node:events'
import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Column } from './columns.ts'
import { EXCLUDED_TESTS, OTHER_SUITES } from './exclusions.ts'
import { runJob } from './job.ts'
import type { Job, JobResult } from './job.ts'
import { build, suiteOf } from './suite.ts'
import type { Suite } from './suite.ts'

export interface MatrixOptions {
  columns: readonly Column[]
  /** Which tests (`Suite.Test`) to run, besides what the exclusions say. */
  wanted?: (test: string) => boolean
  /** Jobs at a time. Most of a job is waiting. */
  jobs: number
  /** Time for everything; what is not through then has failed. */
  budgetMs: number
  gocode?: string
  /** Told when a job is through. */
  onJob?: (result: JobResult) => void
}

export interface ColumnResult {
  column: string
  /** Signed requests the server took, all signed and addressed as the column says unless `strayed` has some. */
  requests: number
  strayed: string[]
  suites: { suite: string; passed: number; failed: number; skipped: number }[]
  failures: { test: string; detail: string }[]
}

export interface MatrixResult {
  columns: ColumnResult[]
  /** Tests that were not run because of exclusions.ts. */
  skipped: { test: string; reason: string }[]
  passed: boolean
  ms: number
}

/** @throws Error where the suite does not compile */
export async function runMatrix(options: MatrixOptions): Promise<MatrixResult> {
  const started = performance.now()
  const folder = mkdtempSync(join(tmpdir(), 'oss-conformance-'))
  const budget = new AbortController()
  setMaxListeners(options.jobs + 1, budget.signal)
  const timer = setTimeout(() => budget.abort(), options.budgetMs)
  try {
    // The suite may run as another user (job.ts).
    chmodSync(folder, 0o711)
    const suite = await build(folder, options.gocode)
    const skipped = suite.tests.flatMap((test) => {
      const reason = EXCLUDED_TESTS[test] ?? OTHER_SUITES[suiteOf(test)]
      return reason === undefined ? [] : [{ test, reason }]
    })
    const out = new Set(skipped.map(({ test }) => test))
    const tests = suite.tests.filter((test) => !out.has(test) && (options.wanted?.(test) ?? true))
    const results = await runAll(jobsOf(options.columns, tests), suite, folder, options, budget.signal)
    const columns = options.columns.map((column) => summary(column, results, skipped))
    const passed = columns.every(
      ({ failures, strayed, requests }) => !failures.length && !strayed.length && requests > 0,
    )
    return { columns, skipped, passed, ms: Math.round(performance.now() - started) }
  } finally {
    clearTimeout(timer)
    rmSync(folder, { recursive: true, force: true })
  }
}

// Tests of this suite wait up to 20 s each for caches of the real service, and make their own buckets.
const ONE_BY_ONE = 'OssClientSuite'

function jobsOf(columns: readonly Column[], tests: readonly string[]): Job[] {
  const bySuite = new Map<string, string[]>()
  for (const test of tests) {
    const name = suiteOf(test) === ONE_BY_ONE ? test : suiteOf(test)
    bySuite.set(name, [...(bySuite.get(name) ?? []), test])
  }
  const groups = [...bySuite.values()]
  return columns.flatMap((column) => groups.map((group) => ({ column, tests: group })))
}

async function runAll(
  jobs: readonly Job[],
  suite: Suite,
  folder: string,
  { jobs: width, onJob }: MatrixOptions,
  signal: AbortSignal,
): Promise<JobResult[]> {
  const results: JobResult[] = []
  let next = 0
  const work = async (): Promise<void> => {
    for (let at = next++; at < jobs.length; at = next++) {
      const job = jobs[at]
      if (!job) return
      const own = join(folder, `job-${at}`)
      const result = await runJob(job, suite, own, signal)
      rmSync(own, { recursive: true, force: true })
      results.push(result)
      onJob?.(result)
    }
  }
  await Promise.all(Array.from({ length: width }, work))
  return results
}

function summary(column: Column, all: readonly JobResult[], skipped: MatrixResult['skipped']): ColumnResult {
  const mine = all.filter((result) => result.column === column)
  const results = mine.flatMap((job) => job.results)
  const count = (suite: string, outcome: string): number =>
    results.filter((result) => suiteOf(result.test) === suite && result.outcome === outcome).length
  const suites = [...new Set(mine.map(({ tests }) => suiteOf(tests[0] ?? '')))].sort()
  return {
    column: column.name,
    requests: mine.reduce((sum, { requests }) => sum + requests, 0),
    strayed: mine.flatMap(({ strayed }) => strayed),
    suites: suites.map((suite) => ({
      suite,
      passed: count(suite, 'passed'),
      failed: count(suite, 'failed'),
      skipped: skipped.filter(({ test }) => suiteOf(test) === suite).length,
    })),
    failures: results.flatMap(({ test, outcome, detail = '' }) => (outcome === 'failed' ? [{ test, detail }] : [])),
  }
}
