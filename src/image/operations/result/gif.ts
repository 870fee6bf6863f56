import { chooseRung } from '../../effort.ts'
import { GIF_RUNGS } from '../../encode/ladders.ts'
import { type Encoded, image, type Job, playing } from './job.ts'

/** Every frame stays, also where two are equal. */
export async function encodeGif(job: Job): Promise<Encoded> {
  const { effort } = chooseRung(GIF_RUNGS, job)
  const bytes = await image(job)
    .gif({ ...playing(job), effort, keepDuplicateFrames: true })
    .toBuffer()
  return { bytes, format: 'gif', contentType: 'image/gif', settings: `gif e${effort}` }
}
