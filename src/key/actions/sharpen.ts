import { defineAction, type OperationOf } from '../grammar/action.ts'
import type { Docs } from '../grammar/docs.ts'
import { integer } from '../grammar/kinds.ts'
import { required } from '../grammar/parameter.ts'

/** @see https://help.aliyun.com/zh/oss/user-guide/sharpen */
export const sharpen = defineAction({
  name: 'sharpen',
  parameters: { value: required(integer(50, 399)) },
  single: { letter: 's', canonical: 'bare' },
})

export type Sharpen = OperationOf<typeof sharpen>

export const sharpenDocs: Docs<typeof sharpen> = {
  about: { en: 'sharpen', zh: '锐化' },
  parameters: { value: 'strength; 100 is a good start' },
  words: ({ value }) => ({ en: `sharpen by ${value}`, zh: `锐化 ${value}` }),
}
