import { defineAction, type OperationOf } from '../grammar/action.ts'
import type { Docs } from '../grammar/docs.ts'
import { integer } from '../grammar/kinds.ts'
import { byDefault } from '../grammar/parameter.ts'

/** @see https://help.aliyun.com/zh/oss/user-guide/brightness */
export const bright = defineAction({
  name: 'bright',
  parameters: { value: byDefault(integer(-100, 100), 0) },
  single: { letter: 'b', canonical: 'bare' },
})

export type Bright = OperationOf<typeof bright>

export const brightDocs: Docs<typeof bright> = {
  about: { en: 'make lighter or darker', zh: '亮度' },
  parameters: { value: '-100 darkest, 0 unchanged, 100 lightest' },
  words: ({ value }) => ({ en: `brightness ${value}`, zh: `亮度 ${value}` }),
}
