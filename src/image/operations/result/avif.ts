import { chooseRung } from '../../effort.ts'
import { QUALITY } from '../../policy.ts'
import { type Encoded, image, type Job } from './job.ts'

// As in encode/avif.ts.
const RUNGS = [
  { effort: 3, msPerMegapixel: 570, maxMegapixels: 1 },
  { effort: 2, msPerMegapixel: 310, maxMegapixels: 4 },
  { effort: 1, msPerMegapixel: 180 },
  { effort: 0, msPerMegapixel: 65 },
] as const

/** `quality` does not reach AVIF: OSS documents it for JPEG and WebP only. */
export async function encodeAvif(job: Job): Promise<Encoded> {
  const { effort } = chooseRung(RUNGS, job)
  const quality = QUALITY[job.quality].avif
  const bytes = await image(job).avif({ quality, effort, chromaSubsampling: '4:4:4', bitdepth: 8 }).toBuffer()
  return { bytes, format: 'avif', contentType: 'image/avif', settings: `avif q${quality} 4:4:4 e${effort}` }
}
