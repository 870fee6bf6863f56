import { defineAction, type OperationOf } from '../grammar/action.ts'
import { integer } from '../grammar/kinds.ts'
import { required } from '../grammar/parameter.ts'

/** @see https://help.aliyun.com/zh/oss/user-guide/sharpen */
export const sharpen = defineAction({
  name: 'sharpen',
  about: { en: 'sharpen', zh: '锐化' },
  parameters: { value: required(integer(50, 399), 'strength; 100 is a good start') },
  single: { letter: 's', canonical: 'bare' },
  words: ({ value }) => ({ en: `sharpen by ${value}`, zh: `锐化 ${value}` }),
})

export type Sharpen = OperationOf<typeof sharpen>
