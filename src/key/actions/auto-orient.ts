import { defineAction, type OperationOf } from '../grammar/action.ts'
import type { Docs } from '../grammar/docs.ts'
import { flag } from '../grammar/kinds.ts'
import { byDefault } from '../grammar/parameter.ts'

/**
 * State of the whole request, not a step: orientation is applied before everything else, wherever this stands, and is on
 * unless the last one says 0.
 * @see https://help.aliyun.com/zh/oss/user-guide/auto-orient
 */
export const autoOrient = defineAction({
  name: 'auto-orient',
  parameters: { value: byDefault(flag, 1) },
  single: { letter: 'o', canonical: 'bare' },
  setting: true,
})

export type AutoOrient = OperationOf<typeof autoOrient>

export const autoOrientDocs: Docs<typeof autoOrient> = {
  about: { en: 'apply the orientation that the camera noted', zh: '自适应方向' },
  parameters: { value: '1 turns the picture upright first, 0 takes its pixels as stored' },
  words: ({ value }) =>
    value === 1
      ? { en: 'turn upright first', zh: '先按 EXIF 方向摆正' }
      : { en: 'take the pixels as stored', zh: '不按 EXIF 方向摆正' },
}
