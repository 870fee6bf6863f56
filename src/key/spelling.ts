import { spellCross } from './dialects/size-cross.ts'
import { splitStar } from './dialects/size-star.ts'
import { joinStyle } from './dialects/style.ts'
import type { ReadKey } from './read.ts'

/** The key, without signature, in the one spelling of its dialect: for chains and names that is the canonical key. */
export function spellingOf({ dialect, style, sourceKey, canonicalKey, unsignedKey }: ReadKey): string {
  if (style !== undefined) return joinStyle({ sourceKey, style })
  if (dialect !== 'size-prefix') return canonicalKey
  return splitStar(unsignedKey) ? unsignedKey : spellCross(unsignedKey)
}
