import type { IncomingHttpHeaders } from 'node:http'
import type { IncludeHeader, RoutingRule } from '../website/types.ts'

/** The key as rules and the store see it: OSS drops the leading slashes of a name. */
export function withoutLeadingSlashes(key: string): string {
  return key.replace(/^\/+/, '')
}

/**
 * The rule that a request for a missing object executes: the first in ascending order of which every condition holds.
 * Whether the origin has the object plays no part.
 * https://www.alibabacloud.com/help/en/oss/back-to-origin-rules-overview
 */
export function chooseRule(
  rules: readonly RoutingRule[],
  request: { key: string; headers: IncomingHttpHeaders; status: number },
): RoutingRule | undefined {
  const key = withoutLeadingSlashes(request.key)
  return rules.find(
    ({ condition }) =>
      key.startsWith(condition.keyPrefixEquals) &&
      key.endsWith(condition.keySuffixEquals) &&
      (condition.httpErrorCodeReturnedEquals ?? request.status) === request.status &&
      condition.includeHeaders.every((header) => headerHolds(header, request.headers)),
  )
}

function headerHolds(condition: IncludeHeader, headers: IncomingHttpHeaders): boolean {
  const found = headers[condition.key.toLowerCase()]
  if (found === undefined) return false
  const value = Array.isArray(found) ? found.join(', ') : found
  return (
    (condition.equals === undefined || value === condition.equals) &&
    (condition.startsWith === undefined || value.startsWith(condition.startsWith)) &&
    (condition.endsWith === undefined || value.endsWith(condition.endsWith))
  )
}
