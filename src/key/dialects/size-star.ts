import type { SuffixKey } from './suffix.ts'

/** A whole first segment, no leading zeros, so that one size has one spelling. */
const STAR = /^([1-9]\d{0,4})\*([1-9]\d{0,4})\/(.+)$/s

/**
 * `100*80/dir/a.jpg`: covers 100 × 80 and cuts from the centre, enlarging if needed.
 * @see https://github.com/ChanDaoH/serverless-image-on-the-fly (which takes no directories and sizes without bound)
 */
export function splitStar(key: string): SuffixKey | undefined {
  const [, w, h, sourceKey] = STAR.exec(key) ?? []
  return sourceKey === undefined ? undefined : { sourceKey, steps: [`resize,m_fill,w_${w},h_${h},limit_0`] }
}
