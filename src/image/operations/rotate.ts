import { Impossible } from './impossible.ts'
import type { Execution } from './action.ts'
import type { Rotate } from './types.ts'

/** OSS's bound for what reaches the action. https://help.aliyun.com/zh/oss/support/0040-00000216 */
const MAX_SIDE = 4096

/** A quarter turn keeps every pixel; other angles enlarge the canvas. An animated GIF becomes static (documented). */
export const rotate: Execution<Rotate> = {
  steps({ value }, now) {
    if (value % 360 === 0) return []
    if (now.width > MAX_SIDE || now.height > MAX_SIDE)
      throw new Impossible(
        `Expected sides of at most ${MAX_SIDE} px for rotate, got ${now.width} × ${now.height}; a resize before it helps`,
      )
    if (value === 90 || value === 180 || value === 270) return [{ kind: 'turn', degrees: value }]
    return [{ kind: 'spin', degrees: value }]
  },
  stills: ({ value }, source) => value % 360 !== 0 && source.format === 'gif',
}
