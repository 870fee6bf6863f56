import { KeyFault } from '../../src/key/fault.ts'
import { readKey } from '../../src/key/read.ts'
import type { KeySettings } from '../../src/key/settings.ts'
import { markKeys } from '../../src/key/explain.ts'

/** What a key of the compressed bucket says about where its object comes from. */
export type Derivation =
  /** `plain`: without operations. `marks`: originals of its watermark pictures. `text`: the answer is no picture. */
  | { sourceKey: string; plain: boolean; text: boolean; style?: string; marks: readonly string[] }
  /** No request could have made it; somebody put it there. */
  | 'unreadable'

/** Whether it is allowed (ALLOW, signatures) is not asked: what was made under other settings is still a derivative. */
export function derivationReader(settings: KeySettings): (key: string) => Derivation {
  // What nine keys of ten are costs no parsing.
  const mayBePlain = settings.dialects.includes('size-prefix') ? /[!/]|__op__/ : /!|__op__/
  // oxlint-disable-next-line no-control-regex -- such names are refused, and `readKey` says so
  const control = /[\u0000-\u001f\u007f-\u009f\\]|^\/|(?:^|\/)\.\.?(?:$|\/)|\p{Surrogate}/u
  return (key) => {
    if (!mayBePlain.test(key) && !control.test(key)) return { sourceKey: key, plain: true, text: false, marks: NONE }
    try {
      const read = readKey(key, settings)
      return {
        sourceKey: read.sourceKey,
        plain: read.operations.length === 0,
        text: read.operations.some(({ action }) => action === 'info' || action === 'average-hue'),
        ...(read.style === undefined ? {} : { style: read.style }),
        marks: read.operations.length === 0 ? NONE : markKeys(read),
      }
    } catch (fault) {
      if (fault instanceof KeyFault) return 'unreadable'
      throw fault
    }
  }
}

const NONE: readonly string[] = []
