import type { Action, OperationOf } from './action.ts'

/** One sentence in the two languages of the project. */
export interface Words {
  readonly en: string
  readonly zh: string
}

/**
 * What people read about an action. Apart from the action itself, because the edge reads keys but explains none, and its
 * bundle has a limit: what is not imported is not in it.
 */
export interface Docs<A extends Action> {
  /** What the action is for. */
  readonly about: Words
  /** One line for each parameter. */
  readonly parameters: { readonly [K in keyof A['parameters']]: string }
  /** One operation as a sentence. */
  words(operation: OperationOf<A>): Words
}
