import { checkAllowed } from './allow.ts'
import { readKey, type ParsedKey } from './read.ts'
import type { KeySettings } from './settings.ts'
import { checkSignature } from './signature.ts'

export type { Operation } from './actions/list.ts'
export type { ParsedKey } from './read.ts'
export type { Dialect, KeySettings } from './settings.ts'

/**
 * What a requested key (already decoded) means, if it may be asked for. Nothing is read for a key that this refuses.
 * @throws KeyFault
 */
export function parseKey(requestedKey: string, settings: KeySettings): ParsedKey {
  const key = readKey(requestedKey, settings)
  checkSignature(key, settings)
  checkAllowed(key, settings)
  return key
}
