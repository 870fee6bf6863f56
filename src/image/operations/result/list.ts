import type { ResultFormat } from '../action.ts'
import { encodeAvif } from './avif.ts'
import { encodeBmp } from './bmp.ts'
import { encodeGif } from './gif.ts'
import type { Encoded, Job } from './job.ts'
import { encodeJpeg } from './jpeg.ts'
import { encodePng } from './png.ts'
import { encodeTiff } from './tiff.ts'
import { encodeWebp } from './webp.ts'

/** How each format is written. */
export const ENCODERS: Readonly<Record<ResultFormat, (job: Job) => Promise<Encoded> | Encoded>> = {
  jpeg: encodeJpeg,
  png: encodePng,
  webp: encodeWebp,
  avif: encodeAvif,
  gif: encodeGif,
  tiff: encodeTiff,
  bmp: encodeBmp,
}
