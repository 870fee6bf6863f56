// A report from the function's own lines, as Function Compute collects them: what readers caused to be made.
import { inCount } from '../running/words.ts'
import type { ReportFacts } from './facts.ts'
import { createPlainTally, endingOf } from './plain.ts'
import { add, createGroups, createTimes, newSum } from './tally.ts'

/** The fields of a line (src/log.ts) that are looked at; a log may hold anything. */
interface Line {
  requestedKey: string
  sourceKey: string
  method: string
  status: number
  outcome: string
  reason?: string
  bytesIn?: number
  bytesOut?: number
  format?: string
  joined?: boolean
  aborted?: boolean
  ms?: { total?: number }
}

export async function reportFromLog(
  lines: AsyncIterable<string>,
  { about, stop }: { about: string; stop: AbortSignal },
): Promise<ReportFacts> {
  const plain = createPlainTally()
  const derived = newSum()
  const formats = createGroups()
  const reasons = createGroups()
  const times = createTimes()
  const failures = new Map<string, number>()
  let shared = 0
  let strange = 0
  for await (const text of lines) {
    if (stop.aborted) break
    const line = lineIn(text)
    if (line === undefined) {
      if (text.trim() !== '') strange++
      continue
    }
    if (line.method !== 'GET') continue
    if (line.status !== 200) {
      // Codes are ours, but the file may be anybody's.
      const code = `${line.status} ${line.outcome.slice(0, 40)}`
      if (failures.has(code) || failures.size < 100) failures.set(code, (failures.get(code) ?? 0) + 1)
      continue
    }
    if (line.joined === true || line.aborted === true) {
      shared++
      continue
    }
    const { bytesIn, bytesOut, sourceKey, requestedKey } = line
    if (typeof line.ms?.total === 'number') times.add(line.ms.total)
    if (typeof bytesIn !== 'number' || typeof bytesOut !== 'number') continue
    if (line.outcome === 'transformed') {
      add(derived, bytesIn, bytesOut)
      continue
    }
    plain.add({ key: requestedKey, before: bytesIn, after: bytesOut }, endingOf(sourceKey))
    formats.add(line.format ?? 'passed through', bytesIn, bytesOut)
    reasons.add([line.outcome, line.reason].filter(Boolean).join(': ').replaceAll('_', ' '), bytesIn, bytesOut)
  }
  const all = `all ${inCount(plain.sum.count)}`
  const { endings, ...facts } = plain.facts(all)
  return {
    source: 'log',
    about,
    made: new Date().toISOString(),
    partial: stop.aborted,
    unit: 'answers',
    ...facts,
    derived,
    groupings: [formats.grouping('By format of the answer', all), reasons.grouping('By outcome', all), endings],
    times: times.bins(),
    failures: [...failures]
      .map(([name, count]) => ({ name, count }))
      .sort((a, b) => b.count - a.count)
      .slice(0, 20),
    notes: [
      ...(shared === 0
        ? []
        : [`${inCount(shared)} more were answered together with another one, or broken off by the reader.`]),
      ...(strange === 0 ? [] : [`${inCount(strange)} lines are none of requests.`]),
    ],
  }
}

/**
 * A line as the function writes it; also behind what a log service puts before it, and as text inside its own JSON.
 * @returns undefined for anything else.
 */
export function lineIn(text: string, depth = 0): Line | undefined {
  const start = text.indexOf('{')
  if (start < 0) return undefined
  let value: unknown
  try {
    value = JSON.parse(text.slice(start))
  } catch {
    return undefined
  }
  if (isLine(value)) return value
  if (depth > 2 || typeof value !== 'object' || value === null) return undefined
  for (const inner of Object.values(value)) {
    const line = typeof inner === 'string' && inner.includes('"outcome"') ? lineIn(inner, depth + 1) : undefined
    if (line !== undefined) return line
  }
  return undefined
}

function isLine(value: unknown): value is Line {
  const { method, status, outcome, requestedKey, sourceKey } = (value ?? {}) as Partial<Record<keyof Line, unknown>>
  if (typeof method !== 'string' || typeof status !== 'number' || typeof outcome !== 'string') return false
  return status !== 200 || (typeof requestedKey === 'string' && typeof sourceKey === 'string')
}
