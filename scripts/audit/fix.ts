// What --fix does about a finding. It is looked at once more first: between listing and fixing the world went on.
import type { KeySettings } from '../../src/key/settings.ts'
import { derivationReader } from '../listing/derivation.ts'
import type { Reader } from '../warm/ask.ts'
import { make } from '../warm/make.ts'
import type { AuditBuckets } from './buckets.ts'
import type { Finding } from './finding.ts'
import { look, type LookOptions } from './look.ts'

export interface FixerOptions {
  buckets: AuditBuckets
  keySettings: KeySettings
  sourcePrefixes: readonly string[]
  look: LookOptions
  reader: Reader
  /** Waits for the next turn to send something that may go to the function. */
  turn(): Promise<void>
  /** Leave it to the next reader to have things made. */
  purgeOnly: boolean
}

const RETRIES = 4

/** @returns never rejects: what cannot be fixed is said. */
export function fixer(options: FixerOptions): (finding: Finding) => Promise<{ done: string; mended: boolean }> {
  const { buckets, reader, turn, purgeOnly, sourcePrefixes } = options
  const derivationOf = derivationReader(options.keySettings)

  const stillHolds = async ({ kind, key, sourceKey }: Finding): Promise<boolean> => {
    const original = await buckets.original(sourceKey)
    if (kind === 'missing') return original !== undefined && (await buckets.stored(key)) === undefined
    const stored = await buckets.stored(key)
    if (stored === undefined) return false
    const derivation = derivationOf(key)
    if (derivation === 'unreadable' || original === undefined) return true
    if (kind === 'orphaned') {
      return sourcePrefixes.length > 0 && !sourcePrefixes.some((prefix) => sourceKey.startsWith(prefix))
    }
    const { bytes, etag, lastModified: modifiedMs } = stored
    const object = { key, bytes, etag, modifiedMs }
    const again = await look(
      { ...derivation, object, original: { key: sourceKey, bytes: 0, ...original } },
      buckets,
      options.look,
    )
    return again.finding !== undefined
  }

  return async (finding) => {
    const { kind, key } = finding
    try {
      if (!(await stillHolds(finding))) return { done: 'not any more', mended: true }
      if (kind !== 'missing') await buckets.remove(key)
      if (kind === 'missing' && purgeOnly) return { done: '', mended: false }
      if (kind === 'orphaned' || purgeOnly) return { done: 'removed', mended: true }
      const made = await make(key, { reader, turn, retries: RETRIES, verify: true, started: () => undefined })
      if (made.kind === 'failed') return { done: `failed: ${made.status} ${made.reason}`, mended: false }
      if (made.kind === 'nothing') return { done: kind === 'missing' ? 'not let out' : 'removed', mended: true }
      return { done: kind === 'missing' ? 'made' : 'made anew', mended: true }
    } catch (error) {
      return { done: `failed: ${error instanceof Error ? error.message : String(error)}`, mended: false }
    }
  }
}
