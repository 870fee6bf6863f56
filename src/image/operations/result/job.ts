import type { Sharp } from 'sharp'
import { fromRaster, type Raster } from '../../render-raster.ts'
import type { ImageFacts, Quality } from '../../types.ts'
import type { ResultFormat } from '../action.ts'

/** Pixels on their way to a file. Encoders here follow what was asked for; they never answer with the source instead. */
export interface Job {
  readonly raster: Raster
  /** The source's, with the result's size and frames. */
  readonly facts: ImageFacts
  readonly quality: Quality
  /** Asked for by the reader, on the encoder's own scale; undefined: what `quality` stands for. */
  readonly asked?: number | 'lossless'
  readonly progressive?: boolean
  /** performance.now() at which the result is wanted: decides effort, never what is answered. */
  readonly wantedAt: number
}

export interface Encoded {
  readonly bytes: Buffer
  readonly format: ResultFormat
  readonly contentType: string
  /** For the log. */
  readonly settings: string
}

/** The picture with its transparency, and its frames' times. */
export function image(job: Job): Sharp {
  return fromRaster(job.raster)
}

/** The picture on white, where a format has no transparency. */
export function onWhite(job: Job): Sharp {
  return job.raster.channels === 4 ? image(job).flatten({ background: '#fff' }) : image(job)
}

/** The largest count that an encoder takes. A file may say one more: 65,535 repetitions after the first time. */
const MOST_LOOPS = 65_535

/** The longest an encoder lets a frame stand. A GIF may say ten times as much. */
const MOST_DELAY_MS = 65_535

/** How an animation plays; nothing for a still picture. */
export function playing({ facts }: Job): { loop?: number; delay?: number[] } {
  if (facts.pages === 1) return {}
  const { loop, delay } = facts
  return {
    ...(loop === undefined ? {} : { loop: Math.min(loop, MOST_LOOPS) }),
    ...(delay === undefined ? {} : { delay: delay.map((ms) => Math.min(ms, MOST_DELAY_MS)) }),
  }
}
