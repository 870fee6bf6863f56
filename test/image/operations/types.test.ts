import type { Operation as KeyOperation } from '../../../src/key/actions/list.ts'
import type { MarkOperation as KeyMarkOperation } from '../../../src/key/actions/watermark.ts'
import { ACTIONS } from '../../../src/key/actions/list.ts'
import { EXECUTIONS } from '../../../src/image/operations/list.ts'
import type { MarkOperation, Operation } from '../../../src/image/operations/types.ts'

/** Compiles only where every T is an U. */
type Fits<T extends U, U> = T

// What a key may ask for can be carried out: a new action of the key room fails here until it has an execution.
export type FromKey = Fits<KeyOperation, Operation>
export type MarksFromKey = Fits<KeyMarkOperation, MarkOperation>
// And nothing is carried out that no key can ask for.
export type ToKey = Fits<Operation, KeyOperation>
export type MarksToKey = Fits<MarkOperation, KeyMarkOperation>

describe('the operations of keys and those of pictures', () => {
  it('are the same actions', () => {
    expect(Object.keys(EXECUTIONS).sort()).toEqual(ACTIONS.map(({ name }) => name).sort())
  })
})
