import { inBytes, inCount, inPercent, inTable, inTime } from '../running/words.ts'
import type { WarmResult } from './run.ts'

export interface SummaryPlaces {
  dryRun: boolean
  failuresFile: string
  checkpointFile: string
}

/** What a warm-up came to, for people. */
export function summary({ tally, ended }: WarmResult, { dryRun, failuresFile, checkpointFile }: SummaryPlaces): string {
  const { made, there, nothing, failed, stale, bytesBefore, bytesAfter, bytesMade, unknownBefore, seconds } = tally
  const rows = [
    [dryRun ? 'would be made' : 'made', inCount(made), dryRun ? '' : `${inBytes(bytesMade)} read`],
    ['there already', inCount(there), ''],
    [
      'nothing to make',
      inCount(nothing),
      nothing === 0 ? '' : '404: no original any more, or not let out (PASS_THROUGH)',
    ],
    ['failed', inCount(failed), failed === 0 ? '' : failuresFile],
  ]
  if (!dryRun) {
    const known = unknownBefore === 0 ? '' : ` (of ${inCount(made - unknownBefore)} whose original's size is known)`
    rows.push(
      ['saved', inBytes(bytesBefore - bytesAfter), `${inPercent(bytesBefore, bytesAfter)}${known}`],
      ['time', inTime(seconds), `${(made / Math.max(seconds, 0.001)).toFixed(1)} made a second`],
    )
  }
  const notes = [
    ...(stale === 0 ? [] : [`${inCount(stale)} are older than their original: npm run audit -- --fix renews them.`]),
    ...(ended === 'stopped' ? [`Stopped. The same command goes on from ${checkpointFile}.`] : []),
    ...(ended === 'too many failures'
      ? [
          `Given up after too many failures in a row: npm run doctor says more. What failed last is tried again by the same command (${checkpointFile}).`,
        ]
      : []),
  ]
  return `${inTable(['warm', 'keys', ''], rows, [0, 2])}${notes.map((note) => `${note}\n`).join('')}`
}
