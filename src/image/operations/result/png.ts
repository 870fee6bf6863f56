import { chooseRung } from '../../effort.ts'
import { PNG_RUNGS } from '../../encode/ladders.ts'
import { writePng } from '../../png/write.ts'
import { COUNT_CAP, colourNeeds, MAX_PALETTE, toPixels } from '../../png/colours.ts'
import { type Encoded, image, type Job } from './job.ts'

// Colours are counted in a copy of four bytes a pixel.
const MAX_COUNTED_PIXELS = 40_000_000

/** Always lossless: quality does not reach PNG. */
export async function encodePng(job: Job): Promise<Encoded> {
  const done = (bytes: Buffer, settings: string): Encoded => ({
    bytes,
    format: 'png',
    contentType: 'image/png',
    settings,
  })
  const { width, height } = job.raster
  if (width * height <= MAX_COUNTED_PIXELS) {
    const rgba = await image(job).ensureAlpha().raw().toBuffer()
    const needs = colourNeeds(rgba, toPixels(rgba))
    if (needs.palette !== undefined && needs.colours <= MAX_PALETTE) {
      const { bytes, settings } = await writePng(rgba, width, { level: 9, filters: ['none', 'adaptive'] })
      return done(bytes, settings)
    }
    return done(...(await trueColour(job, needs.colours > COUNT_CAP, needs.grey, needs.opaque)))
  }
  return done(...(await trueColour(job, true, false, false)))
}

async function trueColour(job: Job, photo: boolean, grey: boolean, opaque: boolean): Promise<[Buffer, string]> {
  const { level } = chooseRung(PNG_RUNGS, job)
  const picture = image(job)
  if (opaque) picture.removeAlpha()
  if (grey) picture.toColourspace('b-w')
  const bytes = await picture.png({ compressionLevel: level, adaptiveFiltering: photo }).toBuffer()
  return [bytes, `png lossless ${grey ? 'grey ' : ''}${photo ? 'adaptive' : 'none'} level${level}`]
}
