import { defineAction, type OperationOf } from '../grammar/action.ts'
import type { Docs } from '../grammar/docs.ts'
import { choice, type Kind } from '../grammar/kinds.ts'
import { required } from '../grammar/parameter.ts'

export const FORMAT_NAMES = ['jpg', 'png', 'webp', 'avif', 'gif', 'tiff', 'bmp', 'auto'] as const

/** What `format` may ask for. `auto` is settled in front of the bucket, or else by the function without the reader. */
export type FormatName = (typeof FORMAT_NAMES)[number]

const known = choice(FORMAT_NAMES, { jpeg: 'jpg' })

const format: Kind<FormatName> = {
  ...known,
  // The patents on HEVC keep its encoder out of the image library's prebuilt form; AVIF is the same container, free.
  hint: (text) => (text === 'heic' || text === 'heif' ? '; nearest is avif' : (known.hint?.(text) ?? '')),
}

/**
 * State of the output, not a step: the last one counts, wherever it stands. Both spellings are in use, OSS's `format,webp`
 * and `format,f_webp` of the keys that older systems stored; the latter is canonical, as `f_auto` is a word of its own.
 * @see https://help.aliyun.com/zh/oss/user-guide/convert-image-formats-2
 */
export const formatAction = defineAction({
  name: 'format',
  parameters: { value: required(format) },
  single: { letter: 'f', canonical: 'named' },
  setting: true,
})

export type Format = OperationOf<typeof formatAction>

export const formatActionDocs: Docs<typeof formatAction> = {
  about: { en: 'format of the result', zh: '格式转换' },
  parameters: { value: 'jpg, png, webp, avif, gif (from GIF only), tiff, bmp, or auto' },
  words: ({ value }) =>
    value === 'auto'
      ? { en: 'the best format the reader takes', zh: '自动选择格式' }
      : { en: `as ${value.toUpperCase()}`, zh: `转为 ${value.toUpperCase()}` },
}
