import { chooseRung } from '../../effort.ts'
import { WEBP_LOSSLESS_RUNGS, WEBP_LOSSY_RUNGS } from '../../encode/ladders.ts'
import { QUALITY } from '../../policy.ts'
import { toPixels } from '../../png/colours.ts'
import { isGraphic } from '../../probe/flat.ts'
import { needsFullChroma } from '../../probe/hot.ts'
import { type Encoded, image, type Job, playing } from './job.ts'

/** Drawings without a quality asked for are coded losslessly, which is smaller and perfect there. */
async function isDrawing(job: Job): Promise<boolean> {
  if (job.asked !== undefined) return job.asked === 'lossless'
  if (job.facts.format === 'jpeg' || job.raster.pages > 1) return false
  // A copy: counting clears the colours of what is transparent.
  const rgba = await image(job).ensureAlpha().raw().toBuffer()
  return isGraphic(toPixels(rgba), job.raster.width)
}

export async function encodeWebp(job: Job): Promise<Encoded> {
  const lossless = await isDrawing(job)
  const { effort } = lossless ? chooseRung(WEBP_LOSSLESS_RUNGS, job) : chooseRung(WEBP_LOSSY_RUNGS, job)
  const done = (bytes: Buffer, how: string): Encoded => {
    return { bytes, format: 'webp', contentType: 'image/webp', settings: `webp ${how} e${effort}` }
  }
  if (lossless) {
    const bytes = await image(job)
      .webp({ ...playing(job), lossless, effort })
      .toBuffer()
    return done(bytes, 'lossless')
  }
  const quality = typeof job.asked === 'number' ? job.asked : QUALITY[job.quality].webp
  const { data, width, height, pages, channels } = job.raster
  const smartSubsample = needsFullChroma({ data, width, height: height * pages, channels })
  const bytes = await image(job)
    .webp({ ...playing(job), quality, effort, smartSubsample })
    .toBuffer()
  return done(bytes, `q${quality}${smartSubsample ? ' smart' : ''}`)
}
