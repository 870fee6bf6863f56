import { defineAction, type OperationOf } from '../grammar/action.ts'
import type { Docs } from '../grammar/docs.ts'
import { flag } from '../grammar/kinds.ts'
import { required } from '../grammar/parameter.ts'

/**
 * State of the output, not a step; JPEG only.
 * @see https://help.aliyun.com/zh/oss/user-guide/gradual-display
 */
export const interlace = defineAction({
  name: 'interlace',
  parameters: { value: required(flag) },
  single: { letter: 'i', canonical: 'bare' },
  setting: true,
})

export type Interlace = OperationOf<typeof interlace>

export const interlaceDocs: Docs<typeof interlace> = {
  about: { en: 'progressive JPEG', zh: '渐进显示' },
  parameters: { value: '1 progressive, 0 from top to bottom' },
  words: ({ value }) =>
    value === 1
      ? { en: 'progressive if JPEG', zh: 'JPEG 渐进显示' }
      : { en: 'top to bottom if JPEG', zh: 'JPEG 自上而下显示' },
}
