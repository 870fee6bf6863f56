import { defineAction, type OperationOf } from '../grammar/action.ts'
import type { Docs } from '../grammar/docs.ts'
import { integer } from '../grammar/kinds.ts'
import { required } from '../grammar/parameter.ts'

/** @see https://help.aliyun.com/zh/oss/user-guide/rounded-rectangle-4 */
export const roundedCorners = defineAction({
  name: 'rounded-corners',
  parameters: { r: required(integer(1, 4096)) },
})

export type RoundedCorners = OperationOf<typeof roundedCorners>

export const roundedCornersDocs: Docs<typeof roundedCorners> = {
  about: { en: 'round the corners', zh: '圆角矩形' },
  parameters: { r: 'radius in pixels, at most half the short side' },
  words: ({ r }) => ({ en: `round the corners by ${r} px`, zh: `圆角半径 ${r} 像素` }),
}
