import { joinStyle } from '../key/dialects/style.ts'
import type { KeySettings } from '../key/settings.ts'
import { signKey } from '../key/signature.ts'
import { plainKey, sourceOf } from './derivatives.ts'

/**
 * The keys to make before anybody asks: the compressed version, and the styles in PREGENERATE, spelled and signed as readers ask
 * for them. A name that no key can have together with the style is left out.
 */
export function keysAhead(sourceKey: string, styles: readonly string[], settings: KeySettings): string[] {
  const { signing } = settings
  const keys = styles
    .map((style) => joinStyle({ sourceKey, style }))
    .filter((key) => sourceOf(key, settings) === sourceKey)
    .map((key) => (signing === undefined ? key : signKey(key, { ...settings, signing })))
  return [plainKey(sourceKey, settings), ...keys].filter((key) => sourceOf(key, settings) === sourceKey)
}
