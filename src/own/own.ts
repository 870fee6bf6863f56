import type { Execution } from '../image/operations/action.ts'
import type { Action, OperationOf } from '../key/grammar/action.ts'
import type { ParameterTable } from '../key/grammar/parameter.ts'

/** An operation of one's own: what a key may say, and what is done. */
export interface OwnOperation {
  readonly action: Action
  readonly execution: Execution<never>
}

/**
 * Puts both halves into one file.
 * @param action what a key may say: `defineAction({ name, parameters })` of src/key/grammar/action.ts
 * @param execution what it does to the picture, in the words of src/image/operations/steps.ts
 */
export function own<N extends string, P extends ParameterTable>(
  action: Action<N, P>,
  execution: Execution<OperationOf<Action<N, P>>>,
): OwnOperation {
  return { action: action, execution: execution }
}
