// Where the stored versions of an original can be: pure.
import { keyBytes, MAX_KEY_BYTES } from '../key/decode.ts'
import { MARKER } from '../key/dialects/marker.ts'
import type { KeySettings } from '../key/settings.ts'

/**
 * Beginnings of the keys that are spelled behind the original's name: chains and escapes, styles, and styles in OSS's older
 * form. `photo.jpg2` begins with none of those of `photo.jpg`. They are searched whatever DIALECTS and STYLES say now:
 * what was stored under other settings is read all the same.
 */
export function spelledBehind(sourceKey: string): string[] {
  return [sourceKey + MARKER, `${sourceKey}!`, `${sourceKey}@!`].filter(canBeKey)
}

/**
 * Keys with a size in front of the name (or, for a prefix of names, the beginnings of such keys): of the sizes that ALLOW
 * lists, which the dialect cannot be without.
 */
export function sizesInFront(sourceKey: string, { dialects, allow }: KeySettings): string[] {
  if (!dialects.includes('size-prefix') || allow === 'open') return []
  const slash = sourceKey.lastIndexOf('/') + 1
  const [directory, file] = [sourceKey.slice(0, slash), sourceKey.slice(slash)]
  const keys = allow.sizes.flatMap(({ w, h, l, s }) => {
    if (l !== undefined || s !== undefined) return []
    const cross = ['', '_max', '_min'].map((fit) => `${directory}${w ?? 'AUTO'}x${h ?? 'AUTO'}${fit}/${file}`)
    return w === undefined || h === undefined ? cross : [`${w}*${h}/${sourceKey}`, ...cross]
  })
  return keys.filter(canBeKey)
}

function canBeKey(key: string): boolean {
  return keyBytes(key) <= MAX_KEY_BYTES
}
