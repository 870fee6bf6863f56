import { defineAction, type OperationOf } from '../grammar/action.ts'

/** @see https://help.aliyun.com/zh/oss/user-guide/query-the-exif-data-of-an-image-4 */
export const info = defineAction({
  name: 'info',
  about: { en: 'facts about the picture as JSON', zh: '图片信息' },
  parameters: {},
  alone: true,
  words: () => ({ en: 'answer facts about the picture as JSON', zh: '以 JSON 返回图片信息' }),
})

export type Info = OperationOf<typeof info>
