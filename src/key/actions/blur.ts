import { defineAction, type OperationOf } from '../grammar/action.ts'
import type { Docs } from '../grammar/docs.ts'
import { integer } from '../grammar/kinds.ts'
import { required } from '../grammar/parameter.ts'

/** @see https://help.aliyun.com/document_detail/44701.html */
export const blur = defineAction({
  name: 'blur',
  parameters: {
    r: required(integer(1, 50)),
    s: required(integer(1, 50)),
  },
})

export type Blur = OperationOf<typeof blur>

export const blurDocs: Docs<typeof blur> = {
  about: { en: 'blur', zh: '模糊' },
  parameters: { r: 'radius in pixels', s: 'standard deviation in pixels' },
  words: ({ r, s }) => ({ en: `blur, radius ${r}, deviation ${s}`, zh: `模糊，半径 ${r}，标准差 ${s}` }),
}
