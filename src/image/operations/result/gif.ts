import { type Encoded, image, type Job, playing } from './job.ts'

/** Every frame stays, also where two are equal. */
export async function encodeGif(job: Job): Promise<Encoded> {
  const bytes = await image(job)
    .gif({ ...playing(job), effort: 7, keepDuplicateFrames: true })
    .toBuffer()
  return { bytes, format: 'gif', contentType: 'image/gif', settings: 'gif e7' }
}
