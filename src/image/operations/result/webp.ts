import type { WebpOptions } from 'sharp'
import { chooseRung } from '../../effort.ts'
import { WEBP_LOSSLESS_RUNGS, WEBP_LOSSY_RUNGS } from '../../encode/ladders.ts'
import { MAX_NEARLY_PIXELS, MAX_NEARLY_RATIO, MOST_NEARLY_EFFORT, NEARLY } from '../../encode/nearly-lossless.ts'
import { QUALITY } from '../../policy.ts'
import { toPixels } from '../../png/colours.ts'
import { isGraphic } from '../../probe/flat.ts'
import { needsFullChroma } from '../../probe/hot.ts'
import { type Encoded, image, type Job, playing } from './job.ts'

/** A drawing, text or screen as far as its pixels tell. */
async function looksDrawn(job: Job): Promise<boolean> {
  // A copy: counting clears the colours of what is transparent.
  const rgba = await image(job).ensureAlpha().raw().toBuffer()
  return isGraphic(toPixels(rgba), job.raster.width)
}

/** Drawings without a quality asked for are coded losslessly, which is smaller and perfect there. */
async function isLossless(job: Job): Promise<boolean> {
  if (job.asked !== undefined) return job.asked === 'lossless'
  return job.facts.format !== 'jpeg' && job.raster.pages === 1 && looksDrawn(job)
}

export async function encodeWebp(job: Job): Promise<Encoded> {
  const make = (options: WebpOptions) =>
    image(job)
      .webp({ ...playing(job), ...options })
      .toBuffer()
  const done = (bytes: Buffer, how: string): Encoded => {
    return { bytes, format: 'webp', contentType: 'image/webp', settings: `webp ${how}` }
  }
  if (await isLossless(job)) {
    const { effort } = chooseRung(WEBP_LOSSLESS_RUNGS, job)
    return done(await make({ lossless: true, effort }), `lossless e${effort}`)
  }
  const { effort } = chooseRung(WEBP_LOSSY_RUNGS, job)
  const quality = typeof job.asked === 'number' ? job.asked : QUALITY[job.quality].webp
  const { data, width, height, pages, channels } = job.raster
  const smartSubsample = needsFullChroma({ data, width, height: height * pages, channels })
  const bytes = await make({ quality, effort, smartSubsample })
  const small = pages === 1 && width * height <= MAX_NEARLY_PIXELS
  if (smartSubsample && job.asked === undefined && small && (await looksDrawn(job))) {
    const nearlyEffort = Math.min(MOST_NEARLY_EFFORT, chooseRung(WEBP_LOSSLESS_RUNGS, job).effort)
    const nearly = await make({ ...NEARLY, effort: nearlyEffort })
    if (nearly.length <= bytes.length * MAX_NEARLY_RATIO) return done(nearly, `nearly lossless e${nearlyEffort}`)
  }
  return done(bytes, `q${quality}${smartSubsample ? ' smart' : ''} e${effort}`)
}
