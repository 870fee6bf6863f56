import { Impossible } from './impossible.ts'
import type { Execution } from './action.ts'
import { keepInside } from './mask.ts'
import type { RoundedCorners } from './types.ts'

/** Corners outside the radius are transparent, or white where the format has no transparency. */
export const roundedCorners: Execution<RoundedCorners> = {
  steps(operation, now, { settings }) {
    if (settings.format === 'gif')
      throw new Impossible('Expected a format other than GIF for rounded-corners, got GIF; format,png can follow it')
    const r = Math.min(operation.r, Math.min(now.width, now.height) / 2)
    return [keepInside(r, now)]
  },
}
