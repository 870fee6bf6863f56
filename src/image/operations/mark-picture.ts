import sharp from 'sharp'
import { encoding } from '../engine.ts'

/** RGBA, 8 bits a channel, alpha not multiplied in. */
export interface Picture {
  readonly pixels: Buffer
  readonly width: number
  readonly height: number
}

/** Pictures on a transparent canvas, the later ones on top. */
export async function layer(
  width: number,
  height: number,
  parts: readonly { picture: Picture; left: number; top: number }[],
): Promise<Picture> {
  const pixels = await encoding(() =>
    sharp({ create: { width, height, channels: 4, background: { r: 0, g: 0, b: 0, alpha: 0 } } })
      .composite(
        parts.map(({ picture, left, top }) => ({
          input: picture.pixels,
          raw: { width: picture.width, height: picture.height, channels: 4 },
          left,
          top,
        })),
      )
      .raw({ depth: 'uchar' })
      .toBuffer(),
  )
  return { pixels, width, height }
}

/** Turned clockwise on a transparent canvas. */
export async function turned({ pixels, width, height }: Picture, degrees: number): Promise<Picture> {
  if (degrees % 360 === 0) return { pixels, width, height }
  const { data, info } = await encoding(() =>
    sharp(pixels, { raw: { width, height, channels: 4 }, limitInputPixels: false })
      .rotate(degrees, { background: { r: 0, g: 0, b: 0, alpha: 0 } })
      .raw({ depth: 'uchar' })
      .toBuffer({ resolveWithObject: true }),
  )
  return { pixels: data, width: info.width, height: info.height }
}

/** @param percent 100 leaves it as it is. */
export function faded({ pixels, width, height }: Picture, percent: number): Picture {
  if (percent === 100) return { pixels, width, height }
  const copy = Buffer.from(pixels)
  for (let i = 3; i < copy.length; i += 4) copy[i] = Math.round(((copy[i] ?? 0) * percent) / 100)
  return { pixels: copy, width, height }
}

/** The part of a picture in a rectangle that lies within it. */
export function cut(picture: Picture, left: number, top: number, width: number, height: number): Picture {
  if (left === 0 && top === 0 && width === picture.width && height === picture.height) return picture
  const pixels = Buffer.alloc(width * height * 4)
  for (let y = 0; y < height; y++) {
    const from = ((top + y) * picture.width + left) * 4
    picture.pixels.copy(pixels, y * width * 4, from, from + width * 4)
  }
  return { pixels, width, height }
}

/**
 * One tile of a pattern that has the picture at (left, top) and again every `across` and `down` pixels, such that tiles laid
 * out from the corner of the canvas show it. No larger than the canvas.
 */
export function tileOf(
  picture: Picture,
  at: { left: number; top: number },
  pitch: { across: number; down: number },
  canvas: { width: number; height: number },
): Picture {
  const width = Math.min(pitch.across, canvas.width)
  const height = Math.min(pitch.down, canvas.height)
  const pixels = Buffer.alloc(width * height * 4)
  const source = new Uint32Array(picture.pixels.buffer, picture.pixels.byteOffset, picture.pixels.length >> 2)
  const target = new Uint32Array(pixels.buffer, pixels.byteOffset, pixels.length >> 2)
  const wrap = (value: number, length: number): number => ((value % length) + length) % length
  for (let y = 0; y < height; y++) {
    const row = wrap(y - at.top, pitch.down)
    if (row >= picture.height) continue
    for (let x = 0; x < width; x++) {
      const column = wrap(x - at.left, pitch.across)
      if (column < picture.width) target[y * width + x] = source[row * picture.width + column] ?? 0
    }
  }
  return { pixels, width, height }
}
