// Runs checks in their order. One fault is named once: what depends on it is not checked instead of failing too.
import { MissingPermission } from '../deployment/permission.ts'
import { refusalOf } from './bucket.ts'
import { CannotCheck, type Check, type Examination, type Finding, type Result, unknown, wrong } from './check.ts'

export interface Watcher {
  onStart?: (title: string) => void
  onResult?: (result: Result) => void
}

/**
 * @param watcher told as each check begins and ends.
 * @returns a result per check; fewer where the examination was aborted.
 */
export async function runChecks(
  checks: readonly Check[],
  examination: Examination,
  { onStart, onResult }: Watcher = {},
): Promise<Result[]> {
  const results = new Map<string, Result>()
  for (const check of checks) {
    if (examination.signal.aborted) break
    const started = performance.now()
    onStart?.(check.title)
    const finding = obstacle(check, results) ?? (await attempt(check, examination))
    if (finding === undefined) break
    const ms = Math.round(performance.now() - started)
    const result = { check: check.name, title: check.title, ...finding, ms }
    results.set(check.name, result)
    onResult?.(result)
  }
  return [...results.values()]
}

/** Why a check would tell nothing new. */
function obstacle({ needs = [], unless = [] }: Check, results: ReadonlyMap<string, Result>): Finding | undefined {
  const missing = needs.filter((name) => results.get(name)?.ok !== true)
  const explained = unless.filter((name) => results.get(name)?.ok === false)
  const named = [...missing, ...explained]
  if (named.length === 0) return undefined
  return unknown(`not checked: needs ${named.join(', ')}`)
}

/**
 * A check that throws has failed: nothing it looks at may pass unseen. Where it is these keys that may not look, it could
 * not be checked. `undefined` where it was stopped.
 */
async function attempt(check: Check, examination: Examination): Promise<Finding | undefined> {
  try {
    return await check.run(examination)
  } catch (error) {
    if (examination.signal.aborted) return undefined
    if (error instanceof CannotCheck) return unknown(`not checked: ${error.message}`, error.fix)
    if (error instanceof MissingPermission) {
      return unknown(`not checked: these keys may not ${error.action} on ${error.resource}`, ALLOW_IT)
    }
    const { code, status, message } = refusalOf(error)
    if (status === 403) return unknown(`not checked: these keys are refused (${code}: ${message})`, ALLOW_IT)
    return wrong(
      `the check itself failed: ${message}`,
      'Run npm run doctor again; where it stays, the message says which call to OSS or the function fails.',
    )
  }
}

const ALLOW_IT =
  'Run npm run doctor with keys that may, or allow it to these (RAM console → Users → Permissions); docs/doctor.md lists what it needs.'
