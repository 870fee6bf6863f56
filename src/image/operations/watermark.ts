import type { Execution } from './action.ts'
import type { Watermark } from './types.ts'

export const watermark: Execution<Watermark> = {}
