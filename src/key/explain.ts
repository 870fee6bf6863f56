import { checkAllowed } from './allow.ts'
import { keyBytes, MAX_KEY_BYTES } from './decode.ts'
import { KeyFault, type KeyFaultCode } from './fault.ts'
import { inWords } from './actions/docs.ts'
import type { Words } from './grammar/docs.ts'
import { readKey, type ParsedKey } from './read.ts'
import type { KeySettings } from './settings.ts'
import { checkSignature } from './signature.ts'

export interface ExplainedStep {
  /** As in the canonical key: `resize,w_200`. */
  readonly text: string
  readonly words: Words
}

export interface Refusal {
  readonly code: KeyFaultCode
  /** The sentence for the code. */
  readonly words: Words
  /** «Expected …, got …». */
  readonly message: string
}

/** What a requested key means, for people: printed by `explain`, shown by the playground. Plain data. */
export interface Explanation {
  readonly requestedKey: string
  /** Missing where the key cannot be read at all. */
  readonly reading?: {
    readonly sourceKey: string
    readonly dialect: ParsedKey['dialect']
    readonly style?: string
    readonly steps: readonly ExplainedStep[]
    readonly canonicalKey: string
    readonly canonicalBytes: number
    /** False where the canonical key is too long to be the name of an object. */
    readonly canonicalFits: boolean
    /** Other originals that are read: the pictures of watermarks. */
    readonly alsoReads: readonly string[]
    readonly ignored: readonly string[]
    /** What is answered if the original is missing, where that is more than "missing". */
    readonly whenMissing?: Refusal
  }
  /** Why it is refused, if it is; a key can be readable and still not be allowed. */
  readonly refusal?: Refusal
}

const REFUSALS: Readonly<Record<KeyFaultCode, Words>> = {
  bad_key: { en: 'not a possible object name', zh: '不是合法的对象名' },
  bad_operation: { en: 'not a known operation', zh: '无法识别的图片操作' },
  not_allowed: { en: 'not among the allowed operations', zh: '不在允许的操作范围内' },
  bad_signature: { en: 'not properly signed', zh: '签名缺失或不正确' },
  no_such_style: { en: 'no such style', zh: '样式不存在' },
}

/** Never throws for a key, whatever it is. */
export function explain(requestedKey: string, settings: KeySettings): Explanation {
  let reading: Explanation['reading']
  try {
    const key = readKey(requestedKey, settings)
    const canonicalBytes = keyBytes(key.canonicalKey)
    reading = {
      sourceKey: key.sourceKey,
      dialect: key.dialect,
      ...(key.style === undefined ? {} : { style: key.style }),
      steps: key.operations.map((operation, at) => {
        const text = key.steps[at] ?? operation.action
        return { text, words: inWords(operation, text) }
      }),
      canonicalKey: key.canonicalKey,
      canonicalBytes,
      canonicalFits: canonicalBytes <= MAX_KEY_BYTES,
      alsoReads: markKeys(key),
      ignored: key.ignored,
      ...(key.whenMissing === undefined ? {} : { whenMissing: refusalOf(key.whenMissing) }),
    }
    checkSignature(key, settings)
    checkAllowed(key, settings)
    return { requestedKey, reading }
  } catch (fault) {
    if (!(fault instanceof KeyFault)) throw fault
    return { requestedKey, ...(reading === undefined ? {} : { reading }), refusal: refusalOf(fault) }
  }
}

function refusalOf({ code, message }: KeyFault): Refusal {
  return { code, words: REFUSALS[code], message }
}

/** The originals that the marks of a key are made of; each must pass the same checks as `sourceKey`. */
export function markKeys({ operations }: Pick<ParsedKey, 'operations'>): string[] {
  const keys = operations.flatMap((operation) => {
    return operation.action === 'watermark' && operation.image ? [operation.image.key] : []
  })
  return [...new Set(keys)]
}
