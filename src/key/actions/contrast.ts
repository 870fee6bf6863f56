import { defineAction, type OperationOf } from '../grammar/action.ts'
import type { Docs } from '../grammar/docs.ts'
import { integer } from '../grammar/kinds.ts'
import { byDefault } from '../grammar/parameter.ts'

/** @see https://help.aliyun.com/zh/oss/user-guide/contrast */
export const contrast = defineAction({
  name: 'contrast',
  parameters: { value: byDefault(integer(-100, 100), 0) },
  single: { letter: 'c', canonical: 'bare' },
})

export type Contrast = OperationOf<typeof contrast>

export const contrastDocs: Docs<typeof contrast> = {
  about: { en: 'raise or lower the contrast', zh: '对比度' },
  parameters: { value: '-100 lowest, 0 unchanged, 100 highest' },
  words: ({ value }) => ({ en: `contrast ${value}`, zh: `对比度 ${value}` }),
}
