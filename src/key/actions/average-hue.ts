import { defineAction, type OperationOf } from '../grammar/action.ts'
import type { Docs } from '../grammar/docs.ts'

/** @see https://help.aliyun.com/zh/oss/user-guide/query-the-average-tone-of-an-image */
export const averageHue = defineAction({
  name: 'average-hue',
  parameters: {},
  alone: true,
})

export type AverageHue = OperationOf<typeof averageHue>

export const averageHueDocs: Docs<typeof averageHue> = {
  about: { en: 'the main colour as text', zh: '平均色调' },
  parameters: {},
  words: () => ({ en: 'answer the main colour as text', zh: '以文本返回主色调' }),
}
