import type { Execution } from './action.ts'
import type { AutoOrient } from './types.ts'

/** On unless the last one says 0; applied before everything else, wherever it stands. */
export const autoOrient: Execution<AutoOrient> = {
  settle: ({ value }, settings) => ({ ...settings, orient: value === 1 }),
}
