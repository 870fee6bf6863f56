import { defineAction, type OperationOf } from '../grammar/action.ts'
import type { Docs } from '../grammar/docs.ts'
import { integer } from '../grammar/kinds.ts'
import { byDefault, optional } from '../grammar/parameter.ts'

/** OSS's bound is the picture itself; this is the longest side a source may have. */
const pixels = integer(1, 30_000)

/** @see https://help.aliyun.com/zh/oss/user-guide/indexed-cut-4 */
export const indexcrop = defineAction({
  name: 'indexcrop',
  parameters: {
    x: optional(pixels),
    y: optional(pixels),
    i: byDefault(integer(0, 30_000), 0),
  },
  check: ({ x, y }) =>
    x === undefined && y === undefined ? 'Expected indexcrop to have x or y, got neither' : undefined,
  ignored: ({ y }) => (y === undefined ? [] : ['x']),
})

export type Indexcrop = OperationOf<typeof indexcrop>

export const indexcropDocs: Docs<typeof indexcrop> = {
  about: { en: 'cut into strips and keep one', zh: '索引切割' },
  parameters: {
    x: 'width of a strip in pixels; ignored beside y',
    y: 'height of a strip in pixels',
    i: 'which strip, from 0; beyond the last the picture stays whole',
  },
  words({ x, y, i }) {
    return y === undefined
      ? { en: `keep strip ${i} of those ${x} px wide`, zh: `按宽 ${x} 像素切割，取第 ${i} 块` }
      : { en: `keep strip ${i} of those ${y} px high`, zh: `按高 ${y} 像素切割，取第 ${i} 块` }
  },
}
