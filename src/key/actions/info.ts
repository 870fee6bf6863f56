import { defineAction, type OperationOf } from '../grammar/action.ts'
import type { Docs } from '../grammar/docs.ts'

/** @see https://help.aliyun.com/zh/oss/user-guide/query-the-exif-data-of-an-image-4 */
export const info = defineAction({
  name: 'info',
  parameters: {},
  alone: true,
})

export type Info = OperationOf<typeof info>

export const infoDocs: Docs<typeof info> = {
  about: { en: 'facts about the picture as JSON', zh: '图片信息' },
  parameters: {},
  words: () => ({ en: 'answer facts about the picture as JSON', zh: '以 JSON 返回图片信息' }),
}
