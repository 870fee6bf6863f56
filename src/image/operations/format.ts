import type { ImageFacts } from '../types.ts'
import type { Execution, ResultFormat, Settings } from './action.ts'
import { Impossible } from './impossible.ts'
import type { Format } from './types.ts'

const WRITABLE = new Set<string>(['jpeg', 'png', 'webp', 'avif', 'gif', 'tiff', 'bmp'])

/** The format of the source, which the result keeps unless something else is asked for. */
export function sourceFormat({ format }: Pick<ImageFacts, 'format'>): ResultFormat {
  if (WRITABLE.has(format)) return format as ResultFormat
  throw new Impossible(`Expected a format that can be written, got ${format}; format,png or format,jpg helps`)
}

/** The last one counts. GIF only from GIF: otherwise the source's format stays (documented). */
export const format: Execution<Format> = {
  settle({ value }, settings, source): Settings {
    if (value === 'auto') return { ...settings, auto: true, format: sourceFormat(source) }
    if (value === 'gif' && source.format !== 'gif') return { ...settings, auto: false, format: sourceFormat(source) }
    return { ...settings, auto: false, format: value === 'jpg' ? 'jpeg' : value }
  },
}
