import type { ImageFacts } from '../types.ts'
import type { Now, Step } from './steps.ts'

/** The formats that operations can lead to. `auto` is settled when both candidates are encoded. */
export type ResultFormat = 'jpeg' | 'png' | 'webp' | 'avif' | 'gif' | 'tiff' | 'bmp'

/** What is asked of the result as a whole: no step of the chain, so it counts wherever it stands, and the last one counts. */
export interface Settings {
  /** Turn upright first, as EXIF says. */
  readonly orient: boolean
  readonly format: ResultFormat
  /** WebP instead of `format` where that is smaller. */
  readonly auto: boolean
  readonly quality?: { readonly relative: boolean; readonly value: number | 'lossless' }
  readonly progressive?: boolean
}

/** What an action knows besides the picture as it is. */
export interface Situation {
  readonly source: ImageFacts
  readonly settings: Settings
}

/**
 * What an action does. It has one of `steps` and `settle`; actions that are answered with text (`info`) have neither.
 * All are pure and quick: nothing has been decoded when they run.
 */
export interface Execution<O> {
  /** Steps on the picture as it is at this point; none where nothing changes. Throws ImageFault (`Impossible`). */
  steps?(operation: O, now: Now, situation: Situation): readonly Step[]
  settle?(operation: O, settings: Settings, source: ImageFacts): Settings
  /** True where this leaves only the first frame of an animation. */
  stills?(operation: O, source: ImageFacts): boolean
}
