import { defineAction, type OperationOf } from '../grammar/action.ts'
import type { Docs } from '../grammar/docs.ts'
import { integer } from '../grammar/kinds.ts'
import { required } from '../grammar/parameter.ts'

/** @see https://help.aliyun.com/zh/oss/user-guide/circle-crop */
export const circle = defineAction({
  name: 'circle',
  parameters: { r: required(integer(1, 4096)) },
})

export type Circle = OperationOf<typeof circle>

export const circleDocs: Docs<typeof circle> = {
  about: { en: 'cut out a circle around the centre', zh: '内切圆' },
  parameters: { r: 'radius in pixels, at most what fits into the picture' },
  words: ({ r }) => ({ en: `cut a circle of radius ${r} px`, zh: `裁剪半径 ${r} 像素的圆` }),
}
