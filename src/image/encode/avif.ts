import { chooseRung } from '../effort.ts'
import { QUALITY } from '../policy.ts'
import { inOneGo, preparedWithProfile } from '../work.ts'
import type { Encoded, Work } from '../work.ts'
import { AVIF_RUNGS } from './ladders.ts'

/** Always 4:4:4: it costs nothing in score on photographs and saves coloured text. */
export async function encodeAvif(work: Work): Promise<Encoded> {
  const { effort } = chooseRung(AVIF_RUNGS, work)
  const quality = QUALITY[work.quality].avif
  const bytes = await inOneGo(work, () =>
    preparedWithProfile(work).avif({ quality, effort, chromaSubsampling: '4:4:4', bitdepth: 8 }).toBuffer(),
  )
  return { bytes, format: 'avif', settings: `avif q${quality} 4:4:4 e${effort}`, lossy: true }
}
