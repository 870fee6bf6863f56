import sharp from 'sharp'

import { compress } from '../../../src/image/compress.ts'
import { paint, random } from '../draw.ts'
import { run } from '../operations/chain.ts'

const options = {
  quality: 'balanced',
  format: 'webp',
  limits: { maxSourcePixels: 1e8, maxOutputPixels: 1e8 },
  msLeft: 20_000,
} as const

const noise = random(7)
const LETTERS = Array.from({ length: 40 }, () => Array.from({ length: 35 }, () => noise() < 0.45))

/** Lines of small letters, strokes one pixel wide, as far as random dots are letters. */
function isRed(x: number, y: number): boolean {
  const column = x % 8
  const row = y % 24
  if (column >= 5 || row >= 7) return false
  return LETTERS[(Math.floor(x / 8) * 3 + Math.floor(y / 24) * 11) % LETTERS.length]?.[row * 5 + column] === true
}

it.each([
  ['asked for by FORMAT', (source: Buffer) => compress(source, options)],
  ['asked for by the key', (source: Buffer) => run(source, 'format,webp')],
])(
  'a JPEG of saturated thin lines keeps their colour as WebP, which halved chroma would take away: %s',
  async (_, make) => {
    const source = await paint(480, 360, (x, y) => (isRed(x, y) ? [255, 0, 0] : [0, 0, 255]))
      .jpeg({ quality: 94, chromaSubsampling: '4:4:4' })
      .toBuffer()
    const { bytes, format, settings } = await make(source)
    expect({ format, settings }).toMatchObject({
      format: 'webp',
      settings: expect.stringMatching(/^webp nearly lossless/) as string,
    })
    const { data, info } = await sharp(bytes).raw().toBuffer({ resolveWithObject: true })
    let red = 0
    let lines = 0
    for (let y = 0; y < info.height; y++)
      for (let x = 0; x < info.width; x++)
        if (isRed(x, y)) {
          red += (data[(y * info.width + x) * 3] ?? 0) - (data[(y * info.width + x) * 3 + 2] ?? 0)
          lines++
        }
    // With the chroma halved the lines are violet: more blue in them than red.
    expect(red / lines).toBeGreaterThan(150)
  },
)
