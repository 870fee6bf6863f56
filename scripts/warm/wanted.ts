// Which keys are to be made from an original.
import { plainKey } from '../../src/freshness/derivatives.ts'
import { keysAhead } from '../../src/freshness/keys-ahead.ts'
import { checkKey, keyBytes, MAX_KEY_BYTES } from '../../src/key/decode.ts'
import { MARKER } from '../../src/key/dialects/marker.ts'
import { KeyFault } from '../../src/key/fault.ts'
import { parseKey } from '../../src/key/parse.ts'
import { readKey } from '../../src/key/read.ts'
import type { KeySettings } from '../../src/key/settings.ts'
import { EXIT, fail } from '../args.ts'
import { isInShard, type Shard } from '../running/shard.ts'

export interface WantedOptions {
  keySettings: KeySettings
  sourcePrefixes: readonly string[]
  /** Without operations, under the original's own name. */
  plain: boolean
  styles: readonly string[]
  shard: Shard
}

export interface Wanted {
  /** Of an original; none where it is another machine's, cannot be asked for, or is a folder. */
  of(sourceKey: string): readonly string[]
  /** Of a line of a key list: an original, or a key with operations, which is wanted as it is. */
  ofAsked(key: string): readonly string[]
}

/** No style and no dot segment can be in such a name. */
const ORDINARY = /^[\w-]+(?:\/[\w-]+){0,20}\.[a-z]{2,5}$/i

export function createWanted(options: WantedOptions): Wanted {
  const { keySettings, sourcePrefixes, plain, styles, shard } = options
  const onlyPlain = plain && styles.length === 0 && !keySettings.dialects.includes('size-prefix')
  const isOurs = (sourceKey: string) =>
    !sourceKey.endsWith('/') &&
    (sourcePrefixes.length === 0 || sourcePrefixes.some((prefix) => sourceKey.startsWith(prefix))) &&
    isInShard(sourceKey, shard)
  const of = (sourceKey: string): readonly string[] => {
    if (!isOurs(sourceKey)) return []
    // Most names by far, of many millions: what could be read in no other way needs no reading.
    if (onlyPlain && ORDINARY.test(sourceKey) && !sourceKey.includes(MARKER)) return [sourceKey]
    if (!isName(sourceKey)) return []
    const keys = keysAhead(sourceKey, styles, keySettings)
    const kept = plain ? keys : keys.filter((key) => key !== plainKey(sourceKey, keySettings))
    return kept.filter((key) => keyBytes(key) <= MAX_KEY_BYTES)
  }
  return {
    of,
    ofAsked(key) {
      if (!isName(key)) return []
      try {
        const { sourceKey, operations } = readKey(key, keySettings)
        if (operations.length === 0) return of(sourceKey)
        return isOurs(sourceKey) ? [key] : []
      } catch (fault) {
        if (fault instanceof KeyFault) return []
        throw fault
      }
    },
  }
}

/** Ends the process with 2 where a style could not be asked for. */
export function checkStyles(styles: readonly string[], settings: KeySettings): void {
  for (const style of styles) {
    const { signing: _unsigned, ...unsigned } = settings
    try {
      const { whenMissing, style: read } = parseKey(`photo.jpg!${style}`, unsigned)
      if (read === style) continue
      fail(EXIT.usage, `${whenMissing?.message ?? `Expected a style, got «${style}»`} (--styles; STYLES, DIALECTS).`)
    } catch (fault) {
      if (fault instanceof KeyFault) fail(EXIT.usage, `${fault.message} (--styles; ALLOW).`)
      throw fault
    }
  }
}

function isName(key: string): boolean {
  try {
    checkKey(key)
    return true
  } catch (fault) {
    if (fault instanceof KeyFault) return false
    throw fault
  }
}
