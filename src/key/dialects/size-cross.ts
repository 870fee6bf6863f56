import type { SuffixKey } from './suffix.ts'

/** The last directory; `AUTO` frees a side. */
const CROSS = /^((?:.*\/)?)(AUTO|[1-9]\d{0,4})x(AUTO|[1-9]\d{0,4})(_max|_min)?\/([^/]+)$/s

/**
 * `dir/150x100/a.jpg`: covers 150 × 100 and cuts from the centre; `_max` fits inside, `_min` around; never enlarged.
 * `AUTOxAUTO` asks for nothing and is a directory like any other.
 * @see https://github.com/sagidM/s3-resizer
 */
export function splitCross(key: string): SuffixKey | undefined {
  const [, directory, w, h, fit, file] = CROSS.exec(key) ?? []
  if (directory === undefined || file === undefined || (w === 'AUTO' && h === 'AUTO')) return undefined
  const mode = w === 'AUTO' || h === 'AUTO' || fit === '_max' ? 'lfit' : fit === '_min' ? 'mfit' : 'fill'
  const sides = `${w === 'AUTO' ? '' : `,w_${w}`}${h === 'AUTO' ? '' : `,h_${h}`}`
  return { sourceKey: directory + file, steps: [`resize,m_${mode}${sides}`] }
}

/** A key that `splitCross` takes, in its one spelling: with a free side, inside and around are the same. */
export function spellCross(key: string): string {
  return key.replace(/(^|\/)(AUTOx\d+|\d+xAUTO)_(?:max|min)(\/[^/]+)$/, '$1$2$3')
}
