import type { FontName, Mark } from './types.ts'

/** The picture at one point of a chain. */
export interface Now {
  /** Pixels of one frame. */
  readonly width: number
  readonly height: number
  readonly pages: number
  readonly alpha: boolean
}

/** Something to be laid over the picture: RGBA, 8 bits a channel, alpha not multiplied in. */
export interface Drawn {
  readonly pixels: Buffer
  readonly width: number
  readonly height: number
  readonly left: number
  readonly top: number
  /** Repeated over the whole picture from its top left corner. */
  readonly tile: boolean
}

/** What drawing something may need from outside the picture. */
export interface Tools {
  /** Pixels of the picture of a mark, upright, after its own operations. Throws ImageFault, and what fetching throws. */
  readonly markPixels: (mark: Mark, marked: Now) => Promise<Pick<Drawn, 'pixels' | 'width' | 'height'>>
  /** Path of the font file for a name; undefined where there is none. */
  readonly fontFile: (name: FontName) => string | undefined
}

/**
 * What one pass of the engine can be asked to do. Every action is written in these words; sizes are exact, no word leaves the
 * engine a choice.
 */
export type Step =
  | {
      readonly kind: 'crop'
      readonly left: number
      readonly top: number
      readonly width: number
      readonly height: number
    }
  /** A window of this size, placed where attention goes. */
  | { readonly kind: 'attention'; readonly width: number; readonly height: number }
  /**
   * To exactly this size. `by`: both sides by the factor of this one, the other is what rounding makes of it, so that nothing
   * is stretched by a fraction of a pixel; without it each side by its own.
   */
  | { readonly kind: 'resize'; readonly width: number; readonly height: number; readonly by?: 'width' | 'height' }
  /** Left and right change places. */
  | { readonly kind: 'mirror' }
  /** Clockwise. */
  | { readonly kind: 'turn'; readonly degrees: 90 | 180 | 270 }
  /** Clockwise by any angle, on a canvas as large as needed, transparent where nothing is. */
  | { readonly kind: 'spin'; readonly degrees: number }
  | {
      readonly kind: 'extend'
      readonly left: number
      readonly top: number
      readonly right: number
      readonly bottom: number
      /** RRGGBB */
      readonly color: string
    }
  | { readonly kind: 'blur'; readonly sigma: number; readonly minAmplitude: number }
  | { readonly kind: 'sharpen'; readonly sigma: number; readonly flat: number; readonly jagged: number }
  /** Laid over the picture, or (`mask`) the picture is kept only where the drawing is opaque. */
  | { readonly kind: 'overlay'; readonly mask: boolean; readonly draw: (tools: Tools) => Promise<Drawn> }
  /** Every channel but alpha becomes value × slope + offset, of 255. */
  | { readonly kind: 'linear'; readonly slope: number; readonly offset: number }

export type StepKind = Step['kind']

/** Pixels along each side of a picture that was turned by any angle: the box around it, rounded as libvips does. */
export function spunSize(width: number, height: number, degrees: number): { width: number; height: number } {
  const angle = (degrees * Math.PI) / 180
  const cos = Math.abs(Math.cos(angle))
  const sin = Math.abs(Math.sin(angle))
  return { width: Math.round(width * cos + height * sin), height: Math.round(width * sin + height * cos) }
}

/** The picture after a step. */
export function after(step: Step, now: Now): Now {
  switch (step.kind) {
    case 'crop':
    case 'attention':
    case 'resize':
      return { ...now, width: step.width, height: step.height }
    case 'turn':
      return step.degrees === 180 ? now : { ...now, width: now.height, height: now.width }
    case 'spin':
      return { ...now, ...spunSize(now.width, now.height, step.degrees), alpha: true }
    case 'extend':
      return { ...now, width: now.width + step.left + step.right, height: now.height + step.top + step.bottom }
    case 'overlay':
      return step.mask ? { ...now, alpha: true } : now
    case 'mirror':
    case 'blur':
    case 'sharpen':
    case 'linear':
      return now
    default:
      return step satisfies never
  }
}
