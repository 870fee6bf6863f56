import { defineAction, type OperationOf } from '../grammar/action.ts'
import type { Docs } from '../grammar/docs.ts'
import { integer, type Kind } from '../grammar/kinds.ts'
import { optional } from '../grammar/parameter.ts'

const percent = integer(1, 100)

const quality: Kind<number | 'lossless'> = {
  expected: `${percent.expected} or lossless`,
  parse: (text) => (text === 'lossless' ? text : percent.parse(text)),
  print: String,
}

/**
 * State of the output, not a step: JPEG and WebP use it, the other formats take no notice.
 * @see https://help.aliyun.com/en/oss/user-guide/image-quality-adjustment
 */
export const qualityAction = defineAction({
  name: 'quality',
  parameters: {
    q: optional(quality),
    Q: optional(quality),
  },
  setting: true,
  check: ({ q, Q }) =>
    q === undefined && Q === undefined ? 'Expected quality to have q or Q, got neither' : undefined,
  ignored: ({ Q }) => (Q === undefined ? [] : ['q']),
})

export type Quality = OperationOf<typeof qualityAction>

export const qualityActionDocs: Docs<typeof qualityAction> = {
  about: { en: 'quality of JPEG and WebP', zh: '质量变换' },
  parameters: {
    q: "relative: percent of the JPEG source's own quality (absolute for WebP); lossless: WebP only",
    Q: "absolute, never above the source's own quality; wins over q; lossless: WebP only",
  },
  words({ q, Q }) {
    if ((Q ?? q) === 'lossless') return { en: 'lossless where the format is WebP', zh: 'WebP 无损' }
    return Q === undefined
      ? { en: `${q} % of the source's quality`, zh: `相对质量 ${q}%` }
      : { en: `quality ${Q}, at most the source's`, zh: `绝对质量 ${Q}，不高于原图` }
  },
}
