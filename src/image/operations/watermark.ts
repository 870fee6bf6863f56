import type { Execution } from './action.ts'
import { Impossible } from './impossible.ts'
import { cut, faded, layer, type Picture, tileOf, turned } from './mark-picture.ts'
import { textPicture } from './mark-text.ts'
import type { Drawn, Now, Tools } from './steps.ts'
import type { Place, Watermark } from './types.ts'

const LEFT = new Set<Place>(['nw', 'west', 'sw'])
const RIGHT = new Set<Place>(['ne', 'east', 'se'])
const TOP = new Set<Place>(['nw', 'north', 'ne'])
const BOTTOM = new Set<Place>(['sw', 'south', 'se'])

/** x and y are distances from the nearest edges; the middle column takes no x, the middle row voffset (down) instead of y. */
function placed({ g, x, y, voffset }: Watermark, mark: Picture, now: Now): { left: number; top: number } {
  const across = now.width - mark.width
  const down = now.height - mark.height
  return {
    left: LEFT.has(g) ? x : RIGHT.has(g) ? across - x : Math.floor(across / 2),
    top: TOP.has(g) ? y : BOTTOM.has(g) ? down - y : Math.floor(down / 2) + voffset,
  }
}

/** Picture and text beside each other. */
async function joined(first: Picture, second: Picture, { align, interval }: Watermark): Promise<Picture> {
  const height = Math.max(first.height, second.height)
  // 0 top, 1 middle, 2 bottom
  const top = (part: Picture): number => Math.floor(((height - part.height) * align) / 2)
  return layer(first.width + interval + second.width, height, [
    { picture: first, left: 0, top: top(first) },
    { picture: second, left: first.width + interval, top: top(second) },
  ])
}

async function markOf(mark: Watermark, now: Now, tools: Tools): Promise<Picture> {
  const text =
    mark.text === undefined
      ? undefined
      : await turned(await textPicture(mark, mark.text, tools.fontFile(mark.type)), mark.rotate)
  const image = mark.image === undefined ? undefined : await tools.markPixels(mark.image, now)
  if (image !== undefined && text !== undefined)
    return mark.order === 0 ? joined(image, text, mark) : joined(text, image, mark)
  const only = image ?? text
  if (only === undefined) throw new Impossible('Expected watermark to have text or image, got neither')
  return only
}

/** The mark in its place: cut to the picture, or as a tile of the whole of it. */
async function drawnFor(mark: Watermark, now: Now, tools: Tools): Promise<Drawn> {
  const whole = faded(await markOf(mark, now, tools), mark.t)
  const at = placed(mark, whole, now)
  if (mark.fill === 1) {
    const pitch = { across: whole.width + mark.padx, down: whole.height + mark.pady }
    return { ...tileOf(whole, at, pitch, now), left: 0, top: 0, tile: true }
  }
  const left = Math.max(0, at.left)
  const top = Math.max(0, at.top)
  const width = Math.min(now.width, at.left + whole.width) - left
  const height = Math.min(now.height, at.top + whole.height) - top
  if (width <= 0 || height <= 0)
    throw new Impossible(
      `Expected the watermark of ${whole.width} × ${whole.height} px to lie on the picture of ${now.width} × ${now.height} px, got it at ${at.left}, ${at.top}`,
    )
  return { ...cut(whole, left - at.left, top - at.top, width, height), left, top, tile: false }
}

/**
 * A picture, a text or both, on the picture as it is at this point. What sticks out is cut off.
 * https://help.aliyun.com/zh/oss/user-guide/add-watermarks
 */
export const watermark: Execution<Watermark> = {
  steps: (mark, now) => [{ kind: 'overlay', mask: false, draw: (tools) => drawnFor(mark, now, tools) }],
}
