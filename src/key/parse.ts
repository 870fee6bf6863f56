import { checkKey } from './decode.ts'
import type { KeyFault } from './fault.ts'

/** One step of what a key asks for. */
export interface Operation {
  readonly action: string
}

/** A way of spelling operations in a key that DIALECTS may switch on. */
export type Dialect = 'suffix' | 'style' | 'size-prefix'

/** What a requested key means. */
export interface ParsedKey {
  /** As it was asked for, and as the result is stored. */
  readonly requestedKey: string
  /** The original it is made from. */
  readonly sourceKey: string
  readonly dialect: 'plain' | Dialect
  /** In the order in which they are carried out; empty for a plain key. */
  readonly operations: readonly Operation[]
  /** The one spelling of `sourceKey` plus `operations`. May be longer than an object's name (1,023 bytes). */
  readonly canonicalKey: string
  /** What to answer instead of "no such object" when the original is missing: `photo.jpg!thmb` may be a mistyped style. */
  readonly whenMissing?: KeyFault
}

export interface KeySettings {
  readonly dialects: readonly Dialect[]
  /** Name → `image/…` chain. */
  readonly styles: Readonly<Record<string, string>>
  readonly allow: 'open'
}

/**
 * What a requested key (already decoded) means.
 * @throws KeyFault
 */
export function parseKey(key: string, _settings: KeySettings): ParsedKey {
  checkKey(key)
  return { requestedKey: key, sourceKey: key, dialect: 'plain', operations: [], canonicalKey: key }
}
