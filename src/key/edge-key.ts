import { grammar as builtIn } from './actions/list.ts'
import { settleAuto, type SettledFormat } from './auto.ts'
import { keyBytes, MAX_KEY_BYTES } from './decode.ts'
import { joinSigned } from './dialects/signed.ts'
import { joinStyle } from './dialects/style.ts'
import { printSteps } from './grammar/grammar.ts'
import { keyFromQuery } from './query/key-from-query.ts'
import { readKey, writeKey } from './read.ts'
import type { KeySettings } from './settings.ts'

/** What the edge asks the bucket for. */
export interface EdgeKey {
  /** The key to forward; its query is gone. */
  readonly key: string
  /** Whether `Accept` had a say, so that the answer must carry `Vary: Accept`. */
  readonly negotiated: boolean
}

/**
 * The key that the edge forwards: the query turned into a key, `f_auto` settled, spelled canonically, so that the bucket
 * holds each picture once. A style keeps its name unless it contains `f_auto`. Permissions are not checked here: the
 * function does that, and its secrets have no place at the edge.
 *
 * @param key decoded. @param search see `keyFromQuery`. @param format what the reader takes, see `pickFormat`.
 * @throws KeyFault for what the function would refuse, too.
 */
export function edgeKey(key: string, search: string, format: SettledFormat, settings: KeySettings): EdgeKey {
  const asked = readKey(keyFromQuery(key, search, settings), settings)
  const { sourceKey, style, signature } = asked
  const negotiated = asked.operations.some(({ action, value }: { action: string; value?: unknown }) => {
    return action === 'format' && value === 'auto'
  })
  // Without the suffix dialect nobody could read the canonical key.
  if (!settings.dialects.includes('suffix')) return { key: asked.requestedKey, negotiated: false }
  if (style !== undefined && !negotiated) {
    return { key: joinSigned({ key: joinStyle({ sourceKey, style }), signature }), negotiated }
  }
  const steps = printSteps(settleAuto(asked.operations, format), settings.grammar ?? builtIn)
  // What has lost all its steps is a plain key, and plain keys carry no signature.
  const settled = writeKey(sourceKey, steps, settings)
  const forwarded = steps.length === 0 ? settled : joinSigned({ key: settled, signature })
  // The canonical spelling is sometimes the longer one, and then may be too long for a name.
  return { key: keyBytes(forwarded) <= MAX_KEY_BYTES ? forwarded : asked.requestedKey, negotiated }
}
