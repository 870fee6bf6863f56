import { chooseRung } from '../../effort.ts'
import { AVIF_RUNGS } from '../../encode/ladders.ts'
import { QUALITY } from '../../policy.ts'
import { type Encoded, image, type Job } from './job.ts'

/** `quality` does not reach AVIF: OSS documents it for JPEG and WebP only. */
export async function encodeAvif(job: Job): Promise<Encoded> {
  const { effort } = chooseRung(AVIF_RUNGS, job)
  const quality = QUALITY[job.quality].avif
  const bytes = await image(job).avif({ quality, effort, chromaSubsampling: '4:4:4', bitdepth: 8 }).toBuffer()
  return { bytes, format: 'avif', contentType: 'image/avif', settings: `avif q${quality} 4:4:4 e${effort}` }
}
