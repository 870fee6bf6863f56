import type { Execution } from './action.ts'
import type { Sharpen } from './types.ts'

/** Unsharp mask on lightness; 100, the advised value, is the engine's own default of 1 for flat and 2 for jagged areas. */
export const sharpen: Execution<Sharpen> = {
  steps: ({ value }) => [{ kind: 'sharpen', sigma: 1, flat: value / 100, jagged: (2 * value) / 100 }],
}
