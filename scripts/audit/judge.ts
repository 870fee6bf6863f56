// What listings alone say about an object, and what has to be asked. Pure.
import { plainKey } from '../../src/freshness/derivatives.ts'
import type { KeySettings } from '../../src/key/settings.ts'
import type { Joined } from '../listing/join.ts'
import type { Listed } from '../listing/listed.ts'
import type { Finding } from './finding.ts'
import { mayBeLetOut } from './names.ts'

export interface JudgeOptions {
  keySettings: KeySettings
  sourcePrefixes: readonly string[]
  passThrough: 'none' | 'media' | 'all'
  /** What came later than this, ms since 1970, is left to the next audit: a listing is no snapshot. */
  beganMs: number
  /** Beginnings of keys that are not ours to judge. */
  except: readonly string[]
}

/** A finding; or what more has to be known for one. */
export type Judged =
  | { finding: Finding }
  | {
      object: Listed
      original: Listed | undefined
      sourceKey: string
      plain: boolean
      text: boolean
      marks: readonly string[]
    }

/** @returns undefined for what is as it should be. */
export function judge(joined: Joined, options: JudgeOptions): Judged | undefined {
  const { keySettings, sourcePrefixes, beganMs, except } = options
  const isOutside = (key: string) =>
    sourcePrefixes.length > 0 && !sourcePrefixes.some((prefix) => key.startsWith(prefix))
  const isExcepted = (key: string) => except.some((prefix) => key.startsWith(prefix))

  if (joined.type === 'original') {
    const { key, bytes, modifiedMs } = joined.original
    if (joined.made > 0 || bytes === 0 || modifiedMs > beganMs || isOutside(key) || isExcepted(key)) return undefined
    if (!mayBeLetOut(key, options.passThrough)) return undefined
    return found('missing', plainKey(key, keySettings), key, 'nothing was made from it')
  }
  const { object, from, original, elsewhere } = joined
  if (isExcepted(object.key)) return undefined
  if (from === 'unreadable') return found('orphaned', object.key, object.key, 'no request can have made it')
  const { sourceKey, plain, text, marks } = from
  if (isOutside(sourceKey)) return found('orphaned', object.key, sourceKey, 'its original is outside SOURCE_PREFIXES')
  if (original === undefined && !elsewhere) return found('orphaned', object.key, sourceKey, 'no original')
  return { object, original, sourceKey, plain, text, marks }
}

/** By time alone. */
export function isOlder(object: Listed, original: Pick<Listed, 'modifiedMs'>): boolean {
  return object.modifiedMs < original.modifiedMs
}

export function found(kind: Finding['kind'], key: string, sourceKey: string, reason: string): { finding: Finding } {
  return { finding: { kind, key, sourceKey, reason } }
}
