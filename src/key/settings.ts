import type { Allow } from './allow.ts'
import type { Grammar } from './grammar/grammar.ts'
import type { Signing } from './signature.ts'

export const DIALECTS = ['suffix', 'style', 'size-prefix'] as const

/** A way of spelling operations in a key that can be switched on. */
export type Dialect = (typeof DIALECTS)[number]

/** What the operator has decided about keys. One object for the life of the process: what follows from it is kept with it. */
export interface KeySettings {
  readonly dialects: readonly Dialect[]
  /** Name → chain in OSS's spelling, `image/resize,w_200/format,webp`. */
  readonly styles: Readonly<Record<string, string>>
  readonly allow: Allow
  /** When present, every key that asks for operations must be signed, whatever its dialect. */
  readonly signing?: Signing
  /** Other actions than the built-in ones. */
  readonly grammar?: Grammar
}
