// One examination: all checks in their order, then everything that was put anywhere is removed again.
import { ownerClient } from '../owner.ts'
import type { Deployment } from '../deployment/live.ts'
import { type Check, type Examination, type Limits, LIMITS, type Result } from './check.ts'
import { ACCESS } from './checks/access.ts'
import { BUCKETS } from './checks/buckets.ts'
import { CHANGES } from './checks/changes.ts'
import { FUNCTION } from './checks/function.ts'
import { KEYS } from './checks/keys.ts'
import { READ } from './checks/read.ts'
import { ROLES } from './checks/roles.ts'
import { RULE } from './checks/rule.ts'
import { STORED } from './checks/stored.ts'
import { refusalOf } from './bucket.ts'
import { runChecks, type Watcher } from './run.ts'
import { openScratch } from './scratch.ts'

/** In the order in which a fault is best understood: what others need comes first. */
export const CHECKS: readonly Check[] = [
  ...ACCESS,
  ...BUCKETS,
  // The rule before the roles: it says below which prefix they are looked at.
  ...RULE,
  ...ROLES,
  ...FUNCTION,
  ...READ,
  ...STORED,
  ...KEYS,
  ...CHANGES,
]

export const CLEAN_UP = { name: 'clean-up', title: 'Nothing is left behind' } as const

export interface ExamineOptions extends Watcher {
  limits?: Partial<Limits>
  /** Where test objects are put; by default the first of SOURCE_PREFIXES. */
  base?: string
  /** Aborted by Ctrl-C: no further check starts, and what was put is removed. */
  signal?: AbortSignal
}

/** @returns a result per check, the last of them about what was left behind. */
export async function examine(
  deployment: Deployment,
  { limits, base, signal, ...watcher }: ExamineOptions = {},
): Promise<Result[]> {
  const scratch = openScratch(base ?? deployment.config.sourcePrefixes[0] ?? '')
  const owner = {
    service: ownerClient(deployment),
    originals: ownerClient(deployment, deployment.originals),
    compressed: ownerClient(deployment, deployment.compressed),
  }
  const examination: Examination = {
    deployment,
    limits: { ...LIMITS, ...limits },
    scratch,
    owner,
    signal: signal ?? new AbortController().signal,
  }
  const results = await runChecks(CHECKS, examination, watcher)
  watcher.onStart?.(CLEAN_UP.title)
  const last = await cleanUp(scratch, examination)
  watcher.onResult?.(last)
  return [...results, last]
}

async function cleanUp(
  scratch: ReturnType<typeof openScratch>,
  { owner, limits, deployment: { originals, compressed } }: Examination,
): Promise<Result> {
  const started = performance.now()
  const about = { check: CLEAN_UP.name, title: CLEAN_UP.title }
  const ms = () => Math.round(performance.now() - started)
  const fix = `ossutil rm -r -f oss://${originals}/${scratch.prefix} and oss://${compressed}/${scratch.prefix}; these keys need oss:ListObjects and oss:DeleteObject on both buckets.`
  try {
    const { removed, left } = await scratch.clean(owner, limits.sweepMs)
    if (left.length > 0) return { ...about, ok: false, cause: `still there: ${left.join(', ')}`, fix, ms: ms() }
    return { ...about, ok: true, note: removed === 0 ? 'nothing was put' : `${removed} test objects removed`, ms: ms() }
  } catch (error) {
    const { code, message } = refusalOf(error)
    return { ...about, ok: false, cause: `test objects could not be removed: ${code}: ${message}`, fix, ms: ms() }
  }
}
