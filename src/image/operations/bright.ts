import type { Execution } from './action.ts'
import type { Bright } from './types.ts'

/** Added to every channel: -100 black, 100 white. OSS gives no formula; this is ImageMagick's -brightness-contrast. */
export const bright: Execution<Bright> = {
  steps: ({ value }) => (value === 0 ? [] : [{ kind: 'linear', slope: 1, offset: (255 * value) / 100 }]),
}
