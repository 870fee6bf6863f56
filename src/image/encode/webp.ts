import type { WebpOptions } from 'sharp'
import { chooseRung } from '../effort.ts'
import { QUALITY } from '../policy.ts'
import { inOneGo, preparedWithProfile } from '../work.ts'
import type { Encoded, Work } from '../work.ts'
import { WEBP_LOSSLESS_RUNGS, WEBP_LOSSY_RUNGS } from './ladders.ts'

const MAX_SIDE = 16_383

export function fitsWebp(work: Work): boolean {
  return Math.max(work.facts.width, work.facts.height) <= MAX_SIDE
}

/** How the picture is best coded: `lossless` for drawings, `full` where halved chroma would be seen. */
export interface WebpKind {
  lossless: boolean
  fullChroma: boolean
}

/** Still or animated; an animation keeps its frames, delays and loop count (libwebp merges frames that are equal). */
export async function encodeWebp(work: Work, kind: WebpKind): Promise<Encoded> {
  const { effort } = kind.lossless ? chooseRung(WEBP_LOSSLESS_RUNGS, work) : chooseRung(WEBP_LOSSY_RUNGS, work)
  const quality = QUALITY[work.quality].webp
  const options: WebpOptions = kind.lossless
    ? { lossless: true, effort }
    : { quality, effort, smartSubsample: kind.fullChroma }
  const bytes = await inOneGo(work, () => preparedWithProfile(work).webp(options).toBuffer())
  const detail = kind.lossless ? 'lossless' : `q${quality}${kind.fullChroma ? ' smart' : ''}`
  return { bytes, format: 'webp', settings: `webp ${detail} e${effort}`, lossy: !kind.lossless }
}
