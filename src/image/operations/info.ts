import type { Execution } from './action.ts'
import type { Info } from './types.ts'

/** Answered with text, see `answerInfo`. */
export const info: Execution<Info> = {}
