import type { Kind } from './kinds.ts'

export type Presence = 'required' | 'optional' | 'default'

/** One parameter of an action. */
export interface Parameter<T, P extends Presence = Presence> {
  readonly kind: Kind<T>
  readonly presence: P
  /** The value that counts when none is given, and that the canonical form leaves out. Only with presence `default`. */
  readonly fallback: T | undefined
}

export function required<T>(kind: Kind<T>): Parameter<T, 'required'> {
  return { kind, presence: 'required', fallback: undefined }
}

/** May be left out, and then means something that no value of its own expresses. */
export function optional<T>(kind: Kind<T>): Parameter<T, 'optional'> {
  return { kind, presence: 'optional', fallback: undefined }
}

export function byDefault<T>(kind: Kind<T>, fallback: NoInfer<T>): Parameter<T, 'default'> {
  return { kind, presence: 'default', fallback }
}

export type ParameterTable = Readonly<Record<string, Parameter<unknown>>>

type ValueOf<P> = P extends Parameter<infer T> ? T : never

/** The values of a parameter table after parsing: defaults filled in, optional ones absent or present. */
export type Values<P extends ParameterTable> = {
  readonly [K in keyof P as P[K]['presence'] extends 'optional' ? never : K]: ValueOf<P[K]>
} & { readonly [K in keyof P as P[K]['presence'] extends 'optional' ? K : never]?: ValueOf<P[K]> }
