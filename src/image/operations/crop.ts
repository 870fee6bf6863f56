import { Impossible } from './impossible.ts'
import type { Execution } from './action.ts'
import type { Crop, Place } from './types.ts'

/** 0 at the left or upper edge, ½ in the middle, 1 at the right or lower edge. */
const ALONG: Record<Place, readonly [x: number, y: number]> = {
  nw: [0, 0],
  north: [0.5, 0],
  ne: [1, 0],
  west: [0, 0.5],
  center: [0.5, 0.5],
  east: [1, 0.5],
  sw: [0, 1],
  south: [0.5, 1],
  se: [1, 1],
}

/** Where something of this length begins when it is put at a place; negative where it is longer. Half pixels go down. */
export function originAt(place: Place, room: { x: number; y: number }): { x: number; y: number } {
  const [x, y] = ALONG[place]
  return { x: Math.floor(room.x * x), y: Math.floor(room.y * y) }
}

/**
 * A rectangle at one of nine places, shifted by x and y; what sticks out is cut off.
 * https://help.aliyun.com/zh/oss/user-guide/custom-crop (the current rule, not the ninths of the pages up to 2021)
 */
export const crop: Execution<Crop> = {
  steps(operation, now) {
    const width = operation.w === 0 ? now.width : operation.w
    const height = operation.h === 0 ? now.height : operation.h
    if (operation.g === 'auto') {
      const window = { width: Math.min(width, now.width), height: Math.min(height, now.height) }
      if (window.width === now.width && window.height === now.height) return []
      return [{ kind: 'attention', ...window }]
    }
    const origin = originAt(operation.g, { x: now.width - width, y: now.height - height })
    const left = Math.max(0, origin.x + operation.x)
    const top = Math.max(0, origin.y + operation.y)
    const right = Math.min(now.width, origin.x + operation.x + width)
    const bottom = Math.min(now.height, origin.y + operation.y + height)
    if (left >= right || top >= bottom)
      throw new Impossible(
        `Expected crop to begin inside the picture of ${now.width} × ${now.height} px, got ${origin.x + operation.x}, ${origin.y + operation.y}`,
      )
    if (right - left === now.width && bottom - top === now.height) return []
    return [{ kind: 'crop', left, top, width: right - left, height: bottom - top }]
  },
}
