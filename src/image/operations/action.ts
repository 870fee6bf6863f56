import type { ImageFacts, Limits } from '../types.ts'
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
  readonly limits: Limits
}

/** An answer that is no picture. */
export interface TextAnswer {
  readonly text: string
  readonly format: 'json' | 'text'
}

/**
 * What an action does: `steps` on the picture, a word about the result (`settle`), or an `answer` of its own. The first two
 * are pure and quick: nothing has been decoded when they run.
 */
export interface Execution<O> {
  /** Steps on the picture as it is at this point; none where nothing changes. Throws ImageFault (`Impossible`). */
  steps?(operation: O, now: Now, situation: Situation): readonly Step[]
  settle?(operation: O, settings: Settings, source: ImageFacts): Settings
  /** True where this leaves only the first frame of an animation. */
  stills?(operation: O, source: ImageFacts): boolean
  /** The whole request, answered with text; the action stands alone. Throws ImageFault. */
  answer?(source: Buffer, facts: ImageFacts, operation: O): Promise<TextAnswer>
}
