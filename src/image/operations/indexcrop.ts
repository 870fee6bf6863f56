import type { Execution } from './action.ts'
import type { Indexcrop } from './types.ts'

/** One strip of those the picture falls into; the last may be short, and beyond it the picture stays whole. */
export const indexcrop: Execution<Indexcrop> = {
  steps({ x, y, i }, now) {
    const side = y === undefined ? now.width : now.height
    const length = y ?? x ?? side
    const start = i * length
    if (start >= side || length >= side) return []
    const kept = Math.min(length, side - start)
    return y === undefined
      ? [{ kind: 'crop', left: start, top: 0, width: kept, height: now.height }]
      : [{ kind: 'crop', left: 0, top: start, width: now.width, height: kept }]
  },
}
