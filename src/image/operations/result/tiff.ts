import { type Encoded, image, type Job } from './job.ts'

/** Lossless, in strips, which every reader of TIFF 6.0 with its Deflate supplement takes. */
export async function encodeTiff(job: Job): Promise<Encoded> {
  const bytes = await image(job).tiff({ compression: 'deflate', predictor: 'horizontal' }).toBuffer()
  return { bytes, format: 'tiff', contentType: 'image/tiff', settings: 'tiff deflate' }
}
