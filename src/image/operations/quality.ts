import type { Execution, Settings } from './action.ts'
import type { QualityOperation } from './types.ts'

/** The last one counts, and Q wins over q. */
export const quality: Execution<QualityOperation> = {
  settle({ q, Q }, settings): Settings {
    const value = Q ?? q
    return value === undefined ? settings : { ...settings, quality: { relative: Q === undefined, value } }
  },
}

/**
 * The encoder's quality for an asked-for one.
 * @param sourceQuality of a JPEG source whose result is JPEG, 1 to 100; undefined elsewhere: then q means Q.
 */
export function encoderQuality(
  asked: { readonly relative: boolean; readonly value: number },
  sourceQuality: number | undefined,
): number {
  if (sourceQuality === undefined) return asked.value
  const wanted = asked.relative ? Math.round((sourceQuality * asked.value) / 100) : asked.value
  return Math.max(1, Math.min(sourceQuality, wanted))
}
