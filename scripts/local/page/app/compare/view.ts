// Where in a picture one looks, and how close. All in CSS pixels of the window; a scale of 1 shows one pixel of the
// picture as one CSS pixel.
import type { Pixels } from '../photos/size-of.ts'

export interface Look {
  /** 'fit', or how many pixels of the screen a pixel of the picture takes. */
  zoom: 'fit' | 1 | 2 | 4
  /** The point of the picture in the middle of the window, as shares of its sides. */
  x: number
  y: number
}

export interface Placement {
  left: number
  top: number
  width: number
  height: number
}

export const WHOLE: Look = { zoom: 'fit', x: 0.5, y: 0.5 }

/** Where the picture lies in a window of this size. */
export function placed(look: Look, picture: Pixels, room: Pixels, dotsPerPixel: number): Placement {
  const fit = Math.min(room.width / picture.width, room.height / picture.height)
  const scale = look.zoom === 'fit' ? Math.min(fit, 1) : look.zoom / dotsPerPixel
  const [width, height] = [picture.width * scale, picture.height * scale]
  return {
    width,
    height,
    left: along(look.x, width, room.width),
    top: along(look.y, height, room.height),
  }
}

/** What is smaller than the window lies in its middle; what is larger leaves no gap. */
function along(share: number, length: number, room: number): number {
  if (length <= room) return (room - length) / 2
  return Math.min(0, Math.max(room - length, room / 2 - share * length))
}

/** The same look moved by so many CSS pixels; never beyond the edge of the picture. */
export function moved(look: Look, picture: Pixels, room: Pixels, dotsPerPixel: number, dx: number, dy: number): Look {
  const { width, height, left, top } = placed(look, picture, room, dotsPerPixel)
  return {
    ...look,
    x: width <= room.width ? 0.5 : (room.width / 2 - clamp(left + dx, room.width - width, 0)) / width,
    y: height <= room.height ? 0.5 : (room.height / 2 - clamp(top + dy, room.height - height, 0)) / height,
  }
}

function clamp(value: number, least: number, most: number): number {
  return Math.min(most, Math.max(least, value))
}
