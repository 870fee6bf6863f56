import { defineAction, type OperationOf } from '../grammar/action.ts'
import type { Docs } from '../grammar/docs.ts'
import { integer, type Kind } from '../grammar/kinds.ts'
import { byDefault } from '../grammar/parameter.ts'

const circle = integer(0, 360)

/** 360 is 0: one turn, one spelling. */
export const degrees: Kind<number> = {
  ...circle,
  parse(text) {
    const value = circle.parse(text)
    return value === undefined ? undefined : value % 360
  },
}

/** @see https://help.aliyun.com/zh/oss/user-guide/rotate */
export const rotate = defineAction({
  name: 'rotate',
  parameters: { value: byDefault(degrees, 0) },
  single: { letter: 'a', canonical: 'bare' },
})

export type Rotate = OperationOf<typeof rotate>

export const rotateDocs: Docs<typeof rotate> = {
  about: { en: 'turn clockwise', zh: '旋转' },
  parameters: { value: 'degrees clockwise' },
  words: ({ value }) => ({ en: `turn ${value}° clockwise`, zh: `顺时针旋转 ${value}°` }),
}
