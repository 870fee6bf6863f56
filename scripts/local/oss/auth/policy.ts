// Policies of Resource Access Management: which actions on which resources are allowed. Deny wins.
// Source: https://www.alibabacloud.com/help/en/oss/user-guide/ram-policy-overview (grammar, ARN form, wildcards).

/** A policy document, Version "1". What is not here (NotAction, NotResource …) is refused, not ignored. */
export interface RamPolicy {
  Version: string
  Statement: RamStatement[]
}

export interface RamStatement {
  Sid?: string
  Effect: 'Allow' | 'Deny'
  Action: string | string[]
  Resource: string | string[]
  /** Bucket policies only: account ids, `*` for everybody, anonymous readers included. */
  Principal?: string[]
  Condition?: Record<string, Record<string, string | string[]>>
}

/** One thing a request wants to do. `resource` is `*`, `bucket` or `bucket/key`. */
export interface Ask {
  action: string
  resource: string
  /** Values that conditions may look at. */
  facts: Readonly<Record<string, string | undefined>>
}

export interface PolicyWorld {
  region: string
  ownerId: string
}

export type Verdict = 'allow' | 'deny' | 'silent'

const OPERATORS: Readonly<Record<string, (value: string | undefined, wanted: string[]) => boolean>> = {
  StringEquals: (value, wanted) => value !== undefined && wanted.includes(value),
  StringNotEquals: (value, wanted) => value === undefined || !wanted.includes(value),
  StringEqualsIgnoreCase: (value, wanted) =>
    value !== undefined && wanted.some((each) => each.toLowerCase() === value.toLowerCase()),
  StringLike: (value, wanted) => value !== undefined && wanted.some((each) => matchesWildcards(each, value)),
  StringNotLike: (value, wanted) => value === undefined || !wanted.some((each) => matchesWildcards(each, value)),
  Bool: (value, wanted) => value !== undefined && wanted.includes(value),
}

const FACTS = new Set(['oss:Prefix', 'oss:Delimiter', 'acs:SourceIp', 'acs:SecureTransport'])
const STATEMENT_FIELDS = new Set(['Sid', 'Effect', 'Action', 'Resource', 'Condition'])

/**
 * Checks a document. Whatever this evaluator does not understand is an error here: a condition that is read past would
 * allow what the real service refuses.
 * @throws Error «Expected …, got …»
 */
export function checkPolicy(document: unknown, kind: 'ram' | 'bucket'): RamPolicy {
  if (!isObject(document)) throw new Error(`Expected a policy object, got ${JSON.stringify(document)}`)
  if (document['Version'] !== '1') throw new Error(`Expected Version "1", got ${JSON.stringify(document['Version'])}`)
  const statements = document['Statement']
  if (!Array.isArray(statements) || statements.length === 0) {
    throw new Error(`Expected a list of statements, got ${JSON.stringify(statements)}`)
  }
  for (const statement of statements) checkStatement(statement, kind)
  return document as unknown as RamPolicy
}

function checkStatement(statement: unknown, kind: 'ram' | 'bucket'): void {
  if (!isObject(statement)) throw new Error(`Expected a statement object, got ${JSON.stringify(statement)}`)
  for (const field of Object.keys(statement)) {
    if (STATEMENT_FIELDS.has(field) || (kind === 'bucket' && field === 'Principal')) continue
    throw new Error(`Expected only ${[...STATEMENT_FIELDS].join(', ')} in a statement, got ${field}`)
  }
  const effect = statement['Effect']
  if (effect !== 'Allow' && effect !== 'Deny') throw new Error(`Expected Allow or Deny, got ${JSON.stringify(effect)}`)
  for (const action of textList(statement['Action'], 'Action')) {
    if (action !== '*' && !/^[a-z]+:[A-Za-z*?]+$/.test(action)) {
      throw new Error(`Expected an action such as oss:GetObject, got ${action}`)
    }
  }
  for (const resource of textList(statement['Resource'], 'Resource')) {
    if (resource !== '*' && !/^acs:[a-z]+:[^:]*:[^:]*:.+$/.test(resource)) {
      throw new Error(`Expected a resource such as acs:oss:*:*:bucket/key, got ${resource}`)
    }
  }
  if (kind === 'bucket') textList(statement['Principal'], 'Principal')
  const conditions = statement['Condition'] ?? {}
  if (!isObject(conditions)) throw new Error(`Expected a Condition object, got ${JSON.stringify(conditions)}`)
  for (const [operator, tests] of Object.entries(conditions)) {
    if (!Object.hasOwn(OPERATORS, operator)) {
      throw new Error(`Expected one of the conditions ${Object.keys(OPERATORS).join(', ')}, got ${operator}`)
    }
    if (!isObject(tests)) throw new Error(`Expected tests in ${operator}, got ${JSON.stringify(tests)}`)
    for (const [fact, wanted] of Object.entries(tests)) {
      if (!FACTS.has(fact)) throw new Error(`Expected a condition on ${[...FACTS].join(', ')}, got ${fact}`)
      textList(wanted, fact)
    }
  }
}

/** What a document says about one ask. `principal` is the asker's account id, undefined for an anonymous one. */
export function evaluatePolicy(policy: RamPolicy, ask: Ask, world: PolicyWorld, principal?: string): Verdict {
  let verdict: Verdict = 'silent'
  for (const statement of policy.Statement) {
    if (!applies(statement, ask, world, principal)) continue
    if (statement.Effect === 'Deny') return 'deny'
    verdict = 'allow'
  }
  return verdict
}

function applies(statement: RamStatement, ask: Ask, world: PolicyWorld, principal: string | undefined): boolean {
  if (statement.Principal && !statement.Principal.some((each) => each === '*' || each === principal)) return false
  const action = ask.action.toLowerCase()
  if (!list(statement.Action).some((pattern) => matchesWildcards(pattern.toLowerCase(), action))) return false
  if (!list(statement.Resource).some((pattern) => matchesResource(pattern, ask, world))) return false
  return Object.entries(statement.Condition ?? {}).every(([operator, tests]) =>
    Object.entries(tests).every(([fact, wanted]) => OPERATORS[operator]?.(ask.facts[fact], list(wanted)) ?? false),
  )
}

/** Whether an `acs:service:region:account:path` pattern covers what is asked for. */
function matchesResource(pattern: string, { action, resource }: Ask, { region, ownerId }: PolicyWorld): boolean {
  if (pattern === '*') return true
  const [, service, regionPattern = '', ownerPattern = '', ...path] = pattern.split(':')
  if (service !== action.split(':')[0]) return false
  const regionFits = ['', region, `oss-${region}`].includes(regionPattern) || matchesWildcards(regionPattern, region)
  const ownerFits = ownerPattern === '' || matchesWildcards(ownerPattern, ownerId)
  return regionFits && ownerFits && matchesWildcards(path.join(':'), resource)
}

/** `*` stands for any characters, slashes included, `?` for one. Linear time, whatever the pattern. */
export function matchesWildcards(pattern: string, text: string): boolean {
  let p = 0
  let t = 0
  let star = -1
  let resume = 0
  while (t < text.length) {
    if (p < pattern.length && pattern[p] !== '*' && (pattern[p] === '?' || pattern[p] === text[t])) {
      p += 1
      t += 1
    } else if (pattern[p] === '*') {
      star = p
      resume = t
      p += 1
    } else if (star >= 0) {
      p = star + 1
      resume += 1
      t = resume
    } else return false
  }
  while (pattern[p] === '*') p += 1
  return p === pattern.length
}

function list(value: string | string[]): string[] {
  return typeof value === 'string' ? [value] : value
}

function textList(value: unknown, what: string): string[] {
  const values = Array.isArray(value) ? value : [value]
  if (values.length === 0 || !values.every((each): each is string => typeof each === 'string' && each !== '')) {
    throw new Error(`Expected text in ${what}, got ${JSON.stringify(value)}`)
  }
  return values
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
