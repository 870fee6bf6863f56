import { chooseRung } from '../effort.ts'
import { inOneGo, prepared } from '../work.ts'
import type { Encoded, Work } from '../work.ts'
import { GIF_RUNGS } from './ladders.ts'

/**
 * GIF to GIF: same frames, palettes reused, unchanged areas made transparent. Frames that are equal stay separate, so that
 * their number and delays are those of the original.
 */
export async function encodeGif(work: Work): Promise<Encoded> {
  const { effort } = chooseRung(GIF_RUNGS, work)
  const bytes = await inOneGo(work, () =>
    prepared(work).gif({ effort, dither: 0, keepDuplicateFrames: true }).toBuffer(),
  )
  return { bytes, format: 'gif', settings: `gif e${effort}`, lossy: false }
}
