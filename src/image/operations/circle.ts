import type { Execution } from './action.ts'
import { keepInside } from './mask.ts'
import type { Step } from './steps.ts'
import type { Circle } from './types.ts'

/**
 * A circle around the centre in a square of 2r + 1 pixels. Outside it is transparent, or white where the format has no
 * transparency. https://help.aliyun.com/zh/oss/user-guide/circle-crop
 */
export const circle: Execution<Circle> = {
  steps(operation, now) {
    const r = Math.min(operation.r, Math.floor((Math.min(now.width, now.height) - 1) / 2))
    const side = 2 * r + 1
    const left = Math.floor((now.width - side) / 2)
    const top = Math.floor((now.height - side) / 2)
    const window: Step = { kind: 'crop', left, top, width: side, height: side }
    const cut = side === now.width && side === now.height ? [] : [window]
    return [...cut, keepInside(side / 2, window)]
  },
}
