import sharp from 'sharp'
import type { Raw, Sharp } from 'sharp'

/** Numbers from 0 to 1 that are the same on every run. */
export function random(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return state / 2 ** 32
  }
}

export type Paint = (x: number, y: number) => readonly number[]

/** Pixels painted one by one, as an input for sharp. */
export function paint(width: number, height: number, colour: Paint, channels: Raw['channels'] = 3): Sharp {
  const data = Buffer.alloc(width * height * channels)
  let at = 0
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const values = colour(x, y)
      for (let c = 0; c < channels; c++) data[at++] = Math.max(0, Math.min(255, Math.round(values[c] ?? 255)))
    }
  return sharp(data, { raw: { width, height, channels } })
}

/** Smooth shapes under fine noise: compresses as a photograph does, and has far more than 10,000 colours from 200×200 on. */
export function photo(width: number, height: number, seed = 1): Sharp {
  const noise = random(seed)
  return paint(width, height, (x, y) => {
    const grain = noise() * 14 - 7
    return [
      128 + 90 * Math.sin(x / 23) + 20 * Math.cos(y / 7) + grain,
      120 + 80 * Math.cos((x + y) / 31) + grain,
      110 + 70 * Math.sin(y / 19 + 1) + 15 * Math.sin(x / 5) + grain,
    ]
  })
}

/** Thin red strokes on blue: what halved chroma destroys. */
export function saturated(width: number, height: number): Sharp {
  return paint(width, height, (x, y) => ((x * 3 + y) % 7 < 1 || (x + y * 5) % 11 < 1 ? [255, 0, 0] : [0, 0, 255]))
}

/** Boxes in few flat colours. */
export function drawing(width: number, height: number, colours = 12): Sharp {
  return paint(width, height, (x, y) => {
    const n = (Math.floor(x / 20) * 7 + Math.floor(y / 16) * 3) % colours
    return [(n * 83) % 256, (n * 47) % 256, (n * 29) % 256]
  })
}

/** Four quarters that tell every orientation apart: red, green / blue, white. */
export function quarters(width: number, height: number): Sharp {
  return paint(width, height, (x, y) => {
    const right = x >= width / 2
    if (y < height / 2) return right ? [0, 200, 0] : [220, 0, 0]
    return right ? [255, 255, 255] : [0, 0, 230]
  })
}

/** An animation as one tall picture of frames; each frame is another grey with a moving bar. */
export async function animation(
  format: 'gif' | 'webp',
  frames: number,
  delay: number[],
  loop: number,
): Promise<Buffer> {
  const width = 48
  const height = 32
  const tall = paint(width, height * frames, (x, y) => {
    const frame = Math.floor(y / height)
    return Math.abs(x - frame * 4) < 3 ? [250, 40, 40] : [20 * frame, 200 - 15 * frame, (x * 5 + (y % height)) % 256]
  })
  const data = await tall.raw().toBuffer()
  const picture = sharp(data, { raw: { width, height: height * frames, channels: 3, pageHeight: height } })
  return format === 'gif'
    ? picture.gif({ delay, loop, effort: 1, reuse: false }).toBuffer()
    : picture.webp({ delay, loop, quality: 100, effort: 0 }).toBuffer()
}
