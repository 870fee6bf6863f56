import type { Execution } from './action.ts'
import type { Blur } from './types.ts'

/**
 * Gaussian of standard deviation s, cut off at r pixels. The engine cuts where the curve falls below an amplitude: the one
 * half way between the last pixel that counts and the first that does not.
 */
export const blur: Execution<Blur> = {
  steps({ r, s }) {
    const amplitude = Math.exp(-((r + 0.5) ** 2) / (2 * s * s))
    return [{ kind: 'blur', sigma: s, minAmplitude: Math.max(0.001, amplitude) }]
  },
}
