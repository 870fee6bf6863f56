import type { Execution } from './action.ts'
import type { Contrast } from './types.ts'

// A slope of infinity at 100 would be no number; this turns all but the very middle to black or white.
const STEEPEST = 1000

/**
 * Steeper or flatter around middle grey: -100 leaves only that grey. OSS gives no formula; this is ImageMagick's
 * -brightness-contrast, where 0 is a slope of 1 (45°) and ±100 are 90° and 0°.
 */
export const contrast: Execution<Contrast> = {
  steps({ value }) {
    if (value === 0) return []
    const slope = value === -100 ? 0 : Math.min(STEEPEST, Math.tan(((value / 100 + 1) * Math.PI) / 4))
    return [{ kind: 'linear', slope, offset: 127.5 * (1 - slope) }]
  },
}
