// What keys may say, with one's own operations. Apart from what they do: who reads keys need not load the engine.
import { ACTIONS } from '../key/actions/list.ts'
import { type Grammar, grammarOf } from '../key/grammar/grammar.ts'
import { OWN } from './list.ts'
import type { OwnOperation } from './own.ts'

/** The grammar of keys with one's own operations; undefined where there are none. */
export function ownGrammar(operations: readonly OwnOperation[] = OWN): Grammar | undefined {
  if (operations.length === 0) return undefined
  return grammarOf([...ACTIONS, ...operations.map(({ action }) => action)])
}
