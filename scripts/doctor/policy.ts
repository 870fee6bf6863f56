// What RAM policies allow, as far as it can be said without the request: whatever depends on a condition is said to depend.
// https://www.alibabacloud.com/help/en/ram/user-guide/policy-structure-and-syntax
import { matchesWildcards } from '../local/oss/auth/policy.ts'

export interface Ask {
  /** `oss:GetObject` */
  action: string
  /** `bucket`, `bucket/key`, or `*`. */
  resource: string
}

export type Verdict = 'yes' | 'no' | 'depends'

interface Statement {
  Effect?: unknown
  Action?: unknown
  NotAction?: unknown
  Resource?: unknown
  NotResource?: unknown
  Principal?: unknown
  Condition?: unknown
}

/** @param documents policies as they are attached. A deny wins, wherever it stands. */
export function judge(documents: readonly unknown[], ask: Ask): Verdict {
  let verdict: Verdict = 'no'
  let deniedPerhaps = false
  for (const statement of documents.flatMap(statementsOf)) {
    if (!covers(statement, ask)) continue
    const conditional = statement.Condition !== undefined && Object.keys(Object(statement.Condition)).length > 0
    if (statement.Effect === 'Deny') {
      if (!conditional) return 'no'
      deniedPerhaps = true
    } else if (statement.Effect === 'Allow') {
      if (!conditional) verdict = 'yes'
      else if (verdict === 'no') verdict = 'depends'
    }
  }
  return verdict === 'yes' && deniedPerhaps ? 'depends' : verdict
}

function covers(statement: Statement, ask: Ask): boolean {
  const action = ask.action.toLowerCase()
  const fitsAction = (pattern: string) => matchesWildcards(pattern.toLowerCase(), action)
  const fitsResource = (pattern: string) =>
    pattern === '*' || matchesWildcards(pattern.split(':').slice(4).join(':'), ask.resource)
  const acts = list(statement.Action).some(fitsAction) || noneOf(statement.NotAction, fitsAction)
  const reaches = list(statement.Resource).some(fitsResource) || noneOf(statement.NotResource, fitsResource)
  return acts && reaches
}

function noneOf(patterns: unknown, fits: (pattern: string) => boolean): boolean {
  return patterns !== undefined && !list(patterns).some(fits)
}

/** Who may take a role, from its trust policy: `fc.aliyuncs.com`, `acs:ram::1234:root`, … */
export function trusted(document: unknown): string[] {
  const statements = statementsOf(document).filter(
    ({ Effect, Action }) =>
      Effect === 'Allow' && list(Action).some((action) => matchesWildcards(action, 'sts:AssumeRole')),
  )
  const names = statements.flatMap(({ Principal }) =>
    typeof Principal === 'string'
      ? [Principal]
      : Object.values(Object(Principal) as Record<string, unknown>).flatMap(list),
  )
  return [...new Set(names)]
}

function statementsOf(document: unknown): Statement[] {
  const { Statement } = Object(document) as { Statement?: unknown }
  const statements: unknown[] = Array.isArray(Statement) ? Statement : Statement === undefined ? [] : [Statement]
  return statements.map((statement) => Object(statement) as Statement)
}

function list(value: unknown): string[] {
  const values: unknown[] = Array.isArray(value) ? value : [value]
  return values.filter((each): each is string => typeof each === 'string')
}
