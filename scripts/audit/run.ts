// The way of an audit: the joined listings page by page; of each page, in order, what was found and what was done about it.
import type { JoinPage, JoinPosition } from '../listing/join.ts'
import { START } from '../listing/join.ts'
import type { Checkpoint } from '../running/checkpoint.ts'
import type { Progress } from '../running/progress.ts'
import { inCount } from '../running/words.ts'
import { inParallel } from '../running/workers.ts'
import { FAULTS, type Finding, type Kind } from './finding.ts'
import type { FindingsFile, Row } from './findings-file.ts'
import { isOlder, judge, type Judged, type JudgeOptions } from './judge.ts'
import type { Looked, Open } from './look.ts'

export interface AuditTally {
  originals: number
  derivatives: number
  found: Record<Kind, number>
  /** Of all derivatives: they do not say what they were made from. Only counted with --deep. */
  unknown: number
  fixed: number
  notFixed: number
}

export interface AuditState {
  position: JoinPosition
  beganMs: number
  tally: AuditTally
  /** Bytes of the file of findings. */
  written: number
}

export interface AuditRun {
  pages(from: JoinPosition): AsyncIterable<JoinPage>
  judge: Omit<JudgeOptions, 'beganMs'>
  /** Whether asking for the object could say more than the listings do. */
  deep: boolean
  look(open: Open): Promise<Looked>
  /** Undefined: only say. @returns what was done, and whether that mended it. */
  fix: ((finding: Finding) => Promise<{ done: string; mended: boolean }>) | undefined
  /** Kinds that are not reported. */
  ignore: readonly Kind[]
  concurrency: number
  checkpoint: Checkpoint<AuditState>
  findings(keep: number | undefined): FindingsFile
  progress: Progress
  stop: AbortSignal
}

const SAVE_EVERY_MS = 1000

export function newTally(): AuditTally {
  const found = { stale: 0, orphaned: 0, missing: 0, broken: 0, outdated: 0 }
  return { originals: 0, derivatives: 0, found, unknown: 0, fixed: 0, notFixed: 0 }
}

/** @throws OssFault where a bucket cannot be listed or asked; the checkpoint is kept. */
export async function runAudit(run: AuditRun): Promise<{ tally: AuditTally; ended: 'all' | 'stopped' }> {
  const { left } = run.checkpoint
  const tally = left?.tally ?? newTally()
  const beganMs = left?.beganMs ?? Date.now()
  let position = left?.position ?? START
  const findings = run.findings(left?.written)
  const options: JudgeOptions = { ...run.judge, beganMs }
  let lastSave = Date.now()
  const save = () => {
    lastSave = Date.now()
    run.checkpoint.save({ position, beganMs, tally, written: findings.length() })
  }

  try {
    for await (const page of run.pages(position)) {
      const judged: Judged[] = []
      for (const { what } of page.events) {
        if (what.type === 'original') tally.originals++
        else tally.derivatives++
        const one = judge(what, options)
        if (one !== undefined) judged.push(one)
      }
      const found = await lookAt(judged, run, tally)
      const rows = await fixAll(found, run, tally)
      findings.append(rows)
      position = page.position
      show(run.progress, tally)
      if (Date.now() - lastSave >= SAVE_EVERY_MS) save()
      if (run.stop.aborted) return { tally, ended: 'stopped' }
    }
    run.checkpoint.remove()
    return { tally, ended: 'all' }
  } finally {
    if (run.stop.aborted) save()
    findings.close()
    run.progress.end()
  }
}

async function lookAt(judged: readonly Judged[], run: AuditRun, tally: AuditTally): Promise<Finding[]> {
  const found: (Finding | undefined)[] = []
  const asked: { open: Open; at: number }[] = []
  for (const [at, one] of judged.entries()) {
    if ('finding' in one) found[at] = one.finding
    else if (run.deep || needsAsking(one)) asked.push({ open: one, at })
  }
  await inParallel(run.concurrency, asked, async ({ open, at }) => {
    const { finding, unknown } = await run.look(open)
    if (unknown) tally.unknown++
    found[at] = finding
  })
  return found.filter((one) => one !== undefined).filter(({ kind }) => !run.ignore.includes(kind))
}

/** Of most objects the listings say all: they are younger than their originals. */
function needsAsking({ object, original, marks }: Open): boolean {
  return original === undefined || marks.length > 0 || isOlder(object, original)
}

async function fixAll(found: readonly Finding[], run: AuditRun, tally: AuditTally): Promise<Row[]> {
  const rows: Row[] = found.map((finding) => ({ ...finding, fixed: '' }))
  const { fix } = run
  for (const { kind } of rows) tally.found[kind]++
  if (fix === undefined) return rows
  await inParallel(run.concurrency, rows, async (row) => {
    // Right as it is, only of another time.
    if (!FAULTS.includes(row.kind)) return
    const { done, mended } = await fix(row)
    row.fixed = done
    tally[mended ? 'fixed' : 'notFixed']++
  })
  return rows
}

function show(progress: Progress, { originals, derivatives, found }: AuditTally): void {
  const parts = Object.entries(found)
    .filter(([, count]) => count > 0)
    .map(([kind, count]) => `${inCount(count)} ${kind}`)
  progress.update(originals + derivatives, parts.length === 0 ? 'nothing found' : parts.join(', '))
}
