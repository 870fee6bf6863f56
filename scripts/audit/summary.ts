import { inCount, inTable, printable } from '../running/words.ts'
import { KINDS, type Kind } from './finding.ts'
import type { Row } from './findings-file.ts'
import type { AuditTally } from './run.ts'

export interface AuditResult {
  ended: 'all' | 'stopped'
  deep: boolean
  tally: AuditTally
  faults: number
  /** State of the compressed bucket's versioning. */
  versioned: string | undefined
  findings: readonly Row[]
  findingsFile: string
  checkpointFile: string
}

const ABOUT: Record<Kind, string> = {
  stale: 'made from an earlier version',
  orphaned: 'nothing they could have been made from',
  missing: 'originals nothing was made from',
  broken: 'the body is not what the key says',
  outdated: 'right, but by an earlier recipe',
}

/** Findings a person reads; the file has the others. */
const MOST_PRINTED = 20

export function summary(result: AuditResult): string {
  const { tally, deep, findings, findingsFile } = result
  const kinds = KINDS.filter((kind) => deep || (kind !== 'broken' && kind !== 'outdated'))
  const rows = kinds.map((kind) => [kind, inCount(tally.found[kind]), ABOUT[kind]])
  if (deep) rows.push(['unknown', inCount(tally.unknown), 'say nothing of themselves: judged by time'])
  const shown = findings.slice(0, MOST_PRINTED)
  const all = KINDS.reduce((sum, kind) => sum + tally.found[kind], 0)
  const notes = [
    ...(all > shown.length ? [`${inCount(all - shown.length)} more in ${findingsFile}.`] : []),
    ...(tally.fixed + tally.notFixed > 0 ? [`${inCount(tally.fixed)} fixed, ${inCount(tally.notFixed)} not.`] : []),
    ...(result.versioned === undefined
      ? []
      : [
          `Versioning is ${result.versioned}: only current versions count here, and what is removed stays as an earlier one.`,
        ]),
    ...(result.ended === 'stopped' ? [`Stopped. The same command goes on from ${result.checkpointFile}.`] : []),
  ]
  const list = shown.map(({ kind, key, reason, fixed }) => [kind, printable(key), reason, fixed])
  return [
    `${inCount(tally.originals)} originals, ${inCount(tally.derivatives)} made from them\n\n`,
    inTable(['audit', 'found', ''], rows, [0, 2]),
    list.length === 0 ? '' : `\n${inTable(['kind', 'key', 'why', 'done'], list, [0, 1, 2, 3])}`,
    notes.length === 0 ? '' : `\n${notes.map((note) => `${note}\n`).join('')}`,
  ].join('')
}
