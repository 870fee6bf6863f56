import type { Execution } from './action.ts'
import { autoOrient } from './auto-orient.ts'
import { averageHue } from './average-hue.ts'
import { blur } from './blur.ts'
import { bright } from './bright.ts'
import { circle } from './circle.ts'
import { contrast } from './contrast.ts'
import { crop } from './crop.ts'
import { format } from './format.ts'
import { indexcrop } from './indexcrop.ts'
import { info } from './info.ts'
import { interlace } from './interlace.ts'
import { quality } from './quality.ts'
import { resize } from './resize.ts'
import { rotate } from './rotate.ts'
import { roundedCorners } from './rounded-corners.ts'
import { sharpen } from './sharpen.ts'
import type { ActionName, Operation } from './types.ts'
import { watermark } from './watermark.ts'

/** What every action does. An action without a line here does not compile. */
export const EXECUTIONS: { readonly [A in ActionName]: Execution<Extract<Operation, { action: A }>> } = {
  'auto-orient': autoOrient,
  'average-hue': averageHue,
  blur,
  bright,
  circle,
  contrast,
  crop,
  format,
  indexcrop,
  info,
  interlace,
  quality,
  resize,
  rotate,
  'rounded-corners': roundedCorners,
  sharpen,
  watermark,
}

const added = new Map<string, Execution<never>>()

/** Adds what an action does that OSS does not have; at the start of a process. @throws RangeError for a name that is taken. */
export function addExecution(action: string, execution: Execution<never>): void {
  if (Object.hasOwn(EXECUTIONS, action) || added.has(action)) {
    throw new RangeError(`Expected an action that is not there yet, got ${action}.`)
  }
  added.set(action, execution)
}

/** The execution of an operation. */
export function executionOf(operation: Operation): Execution<Operation> {
  // Looked up by the operation's own action, so the execution does take this operation.
  return added.get(operation.action) ?? EXECUTIONS[operation.action]
}
