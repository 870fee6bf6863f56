import type { Execution } from './action.ts'
import type { AverageHue } from './types.ts'

export const averageHue: Execution<AverageHue> = {}
