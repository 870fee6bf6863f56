import { addExecution } from '../image/operations/list.ts'
import { OWN } from './list.ts'
import type { OwnOperation } from './own.ts'

/** Makes one's own operations executable, once, where pictures are made. @throws RangeError for a name that is taken. */
export function installOwn(operations: readonly OwnOperation[] = OWN): void {
  for (const { action, execution } of operations) addExecution(action.name, execution)
}
