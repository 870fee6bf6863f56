import { chooseRung } from '../effort.ts'
import { QUALITY } from '../policy.ts'
import { inOneGo, preparedWithProfile } from '../work.ts'
import type { Encoded, Work } from '../work.ts'

const MAX_SIDE = 16_384

// libaom holds 30 to 45 bytes for every pixel: 870 MB at 24 MP, 1.7 GB at 50 MP.
export const MAX_AVIF_PIXELS = 25_000_000

// Bytes at equal score against plain JPEG: e3 −38 %, e2 −36 %, e1 −33 %, e0 −28 %. e4 gives 3 % more for five times the time.
const RUNGS = [
  { effort: 3, msPerMegapixel: 570, maxMegapixels: 1 },
  { effort: 2, msPerMegapixel: 310, maxMegapixels: 4 },
  { effort: 1, msPerMegapixel: 180 },
  { effort: 0, msPerMegapixel: 100 },
] as const

export function fitsAvif(work: Work): boolean {
  return (
    work.facts.pages === 1 &&
    work.facts.pixels <= MAX_AVIF_PIXELS &&
    Math.max(work.facts.width, work.facts.height) <= MAX_SIDE
  )
}

/** Always 4:4:4: it costs nothing in score on photographs and saves coloured text. */
export async function encodeAvif(work: Work): Promise<Encoded> {
  const { effort } = chooseRung(RUNGS, work)
  const quality = QUALITY[work.quality].avif
  const bytes = await inOneGo(work, () =>
    preparedWithProfile(work).avif({ quality, effort, chromaSubsampling: '4:4:4', bitdepth: 8 }).toBuffer(),
  )
  return { bytes, format: 'avif', settings: `avif q${quality} 4:4:4 e${effort}`, lossy: true }
}
