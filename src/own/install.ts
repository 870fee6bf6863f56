import { addExecution } from '../image/operations/list.ts'
import { ACTIONS } from '../key/actions/list.ts'
import { type Grammar, grammarOf } from '../key/grammar/grammar.ts'
import { OWN } from './list.ts'
import type { OwnOperation } from './own.ts'

/** The grammar of keys with one's own operations; undefined where there are none. */
export function ownGrammar(operations: readonly OwnOperation[] = OWN): Grammar | undefined {
  if (operations.length === 0) return undefined
  return grammarOf([...ACTIONS, ...operations.map(({ action }) => action)])
}

/** Makes them executable, once, where pictures are made. @throws RangeError for a name that is taken. */
export function installOwn(operations: readonly OwnOperation[] = OWN): void {
  for (const { action, execution } of operations) addExecution(action.name, execution)
}
