import { defineAction, type OperationOf } from '../grammar/action.ts'

/** @see https://help.aliyun.com/zh/oss/user-guide/query-the-average-tone-of-an-image */
export const averageHue = defineAction({
  name: 'average-hue',
  about: { en: 'the main colour as text', zh: '平均色调' },
  parameters: {},
  alone: true,
  words: () => ({ en: 'answer the main colour as text', zh: '以文本返回主色调' }),
})

export type AverageHue = OperationOf<typeof averageHue>
