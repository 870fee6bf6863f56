import { chooseRung } from '../effort.ts'
import { QUALITY } from '../policy.ts'
import { inOneGo, preparedWithProfile } from '../work.ts'
import type { Encoded, Work } from '../work.ts'
import { AVIF_RUNGS } from './ladders.ts'

const MAX_SIDE = 16_384

// libaom holds 30 to 45 bytes for every pixel: 870 MB at 24 MP, 1.7 GB at 50 MP.
export const MAX_AVIF_PIXELS = 25_000_000

export function fitsAvif(work: Work): boolean {
  return (
    work.facts.pages === 1 &&
    work.facts.pixels <= MAX_AVIF_PIXELS &&
    Math.max(work.facts.width, work.facts.height) <= MAX_SIDE
  )
}

/** Always 4:4:4: it costs nothing in score on photographs and saves coloured text. */
export async function encodeAvif(work: Work): Promise<Encoded> {
  const { effort } = chooseRung(AVIF_RUNGS, work)
  const quality = QUALITY[work.quality].avif
  const bytes = await inOneGo(work, () =>
    preparedWithProfile(work).avif({ quality, effort, chromaSubsampling: '4:4:4', bitdepth: 8 }).toBuffer(),
  )
  return { bytes, format: 'avif', settings: `avif q${quality} 4:4:4 e${effort}`, lossy: true }
}
