import { setTimeout as sleep } from 'node:timers/promises'

import { backoffMs } from '../running/retried.ts'
import type { Asked, Reader } from './ask.ts'

/** What became of a wanted key. Bytes are those of the answer. */
export type Outcome =
  | { kind: 'made'; bytes: number }
  | { kind: 'there' }
  /** 404: no such original any more, or PASS_THROUGH does not let it out. */
  | { kind: 'nothing'; reason: string }
  | { kind: 'failed'; status: number; reason: string }

export interface MakeOptions {
  reader: Reader
  /** Waits for the next turn to send something that may go to the function. */
  turn(): Promise<void>
  /** Further attempts after one that failed for a reason that may pass. */
  retries: number
  /** Look afterwards whether it was stored. */
  verify: boolean
  /** Called just before the mirror may be asked for the key. */
  started(key: string): void
}

/** Whether an object is there is asked first: of one that is, a GET would send all bytes, a HEAD sends none. */
export async function isThere(key: string, { reader, retries }: MakeOptions): Promise<boolean> {
  const answer = await persist(retries, () => reader.ask('HEAD', key))
  if ('error' in answer) throw answer.error
  if (answer.status === 200) return true
  if (answer.status === 404) return false
  throw new Error(`HEAD answered ${answer.status}`)
}

/** Reads the key as a reader does, to the last byte: an answer that is cut off is aborted behind OSS, and nothing is stored. */
export async function make(key: string, options: MakeOptions): Promise<Outcome> {
  const { reader, turn, retries, verify, started } = options
  started(key)
  const answer = await persist(retries, async () => {
    await turn()
    return reader.ask('GET', key)
  })
  if ('error' in answer) return { kind: 'failed', status: 0, reason: answer.error.message }
  const { status, bytes, reason } = answer
  if (status === 404) return { kind: 'nothing', reason }
  if (status !== 200) return { kind: 'failed', status, reason }
  if (verify && !(await isThere(key, options))) return { kind: 'failed', status, reason: 'answered, but not stored' }
  return { kind: 'made', bytes }
}

/**
 * 424 is what any failure behind the mirror looks like, the passing ones (no time, no instance, quota) and those that stay
 * (operations on what is no picture), so it is tried again, but not often.
 */
const PASSING = new Set([424, 429, 500, 502, 503, 504])
const MOST_WAIT_MS = 30_000

async function persist(retries: number, attempt: () => Promise<Asked>): Promise<Asked | { error: Error }> {
  for (let failed = 0; ; failed++) {
    const answer = await attempt().catch((error: unknown) => ({
      error: error instanceof Error ? error : new Error(String(error)),
    }))
    const passing = 'error' in answer || PASSING.has(answer.status)
    if (!passing || failed >= retries) return answer
    const asked = 'error' in answer ? 0 : (answer.retryAfter ?? 0) * 1000
    await sleep(Math.min(MOST_WAIT_MS, Math.max(asked, backoffMs(failed))))
  }
}
