import type { Execution } from './action.ts'
import type { Interlace } from './types.ts'

/** JPEG only; the last one counts. Without it the encoder does what is smaller. */
export const interlace: Execution<Interlace> = {
  settle: ({ value }, settings) => ({ ...settings, progressive: value === 1 }),
}
