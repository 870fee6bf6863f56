import { checkKey } from '../../../../src/key/decode.ts'
import { KeyFault } from '../../../../src/key/fault.ts'
import { readKey, writeKey } from '../../../../src/key/read.ts'
import type { KeySettings } from '../../../../src/key/settings.ts'

/** The key that reads an original as it is: its name, escaped where the name would be read as a request for operations. */
export function plainKeyOf(sourceKey: string, settings: KeySettings): string {
  return writeKey(sourceKey, [], settings)
}

/** Which of these keys were made from the original, its plain version included. */
export function derivativesOf<T extends { key: string }>(
  sourceKey: string,
  stored: readonly T[],
  settings: KeySettings,
): T[] {
  return stored.filter(({ key }) => sourceOf(key, settings) === sourceKey)
}

/** The original of a stored key; undefined for what is no key of ours. */
export function sourceOf(key: string, settings: KeySettings): string | undefined {
  try {
    return readKey(key, settings).sourceKey
  } catch (fault) {
    if (fault instanceof KeyFault) return undefined
    throw fault
  }
}

/** Why this cannot be the name of an original, in the function's words; undefined if it can. */
export function nameFault(key: string): string | undefined {
  try {
    checkKey(key)
    return undefined
  } catch (fault) {
    if (fault instanceof KeyFault) return fault.message
    throw fault
  }
}
