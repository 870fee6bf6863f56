import type { Execution } from './action.ts'
import { answerHue } from './answer-hue.ts'
import type { AverageHue } from './types.ts'

export const averageHue: Execution<AverageHue> = {
  answer: async (source, facts) => ({ text: await answerHue(source, facts), format: 'text' }),
}
