import type { OperationOf } from '../grammar/action.ts'
import { grammarOf, type Grammar } from '../grammar/grammar.ts'
import { autoOrient } from './auto-orient.ts'
import { averageHue } from './average-hue.ts'
import { blur } from './blur.ts'
import { bright } from './bright.ts'
import { circle } from './circle.ts'
import { contrast } from './contrast.ts'
import { crop } from './crop.ts'
import { formatAction } from './format.ts'
import { indexcrop } from './indexcrop.ts'
import { info } from './info.ts'
import { interlace } from './interlace.ts'
import { qualityAction } from './quality.ts'
import { resize } from './resize.ts'
import { rotate } from './rotate.ts'
import { roundedCorners } from './rounded-corners.ts'
import { sharpen } from './sharpen.ts'
import { watermark } from './watermark.ts'

/**
 * Every action that a key may ask for. An action of one's own is one file like `circle.ts` and one line here; the type
 * `Operation` then has a new member, and the compiler points at the place where its execution is missing.
 */
export const ACTIONS = [
  resize,
  crop,
  circle,
  roundedCorners,
  indexcrop,
  rotate,
  autoOrient,
  blur,
  bright,
  contrast,
  sharpen,
  qualityAction,
  formatAction,
  interlace,
  watermark,
  info,
  averageHue,
] as const

/** One step of what a key asks for: `{ action: 'resize', m: 'lfit', w: 200, limit: 1, … }`, told apart by `action`. */
export type Operation = OperationOf<(typeof ACTIONS)[number]>

export type ActionName = Operation['action']

export const grammar: Grammar = grammarOf(ACTIONS)
