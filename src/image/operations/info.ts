import type { Execution } from './action.ts'
import { answerInfo } from './answer-info.ts'
import type { Info } from './types.ts'

export const info: Execution<Info> = {
  answer: async (source, facts) => ({ text: await answerInfo(source, facts), format: 'json' }),
}
