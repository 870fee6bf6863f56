import { array, assert, asyncProperty, constantFrom, integer, record, boolean, tuple } from 'fast-check'
import sharp from 'sharp'
import { colourNeeds, toPixels } from '../../../src/image/png/colours.ts'
import { adaptive, unfiltered } from '../../../src/image/png/filter.ts'
import { writePng } from '../../../src/image/png/write.ts'

const effort = { level: 6, filters: ['none', 'adaptive'] } as const

/** Width, height and RGBA bytes drawn from few colours, some of them see-through. */
const pictures = record({
  width: integer({ min: 1, max: 19 }),
  height: integer({ min: 1, max: 7 }),
  palette: array(tuple(...Array.from({ length: 4 }, () => constantFrom(0, 17, 85, 128, 170, 254, 255))), {
    minLength: 1,
    maxLength: 300,
  }),
  seed: integer(),
  grey: boolean(),
}).map(({ width, height, palette, seed, grey }) => {
  const rgba = new Uint8Array(width * height * 4)
  for (let i = 0; i < width * height; i++) {
    const [r = 0, g = 0, b = 0, a = 0] = palette[Math.abs(Math.imul(i + 1, seed)) % palette.length] ?? []
    rgba.set(grey ? [r, r, r, a] : [r, g, b, a], i * 4)
  }
  return { width, rgba }
})

describe('writePng', () => {
  it('gives back every pixel that can be seen, whatever it was', async () => {
    await assert(
      asyncProperty(pictures, async ({ width, rgba }) => {
        const wanted = Uint8Array.from(rgba)
        const { bytes } = await writePng(rgba, width, effort)
        const found = await sharp(bytes, { failOn: 'warning' }).toColourspace('srgb').ensureAlpha().raw().toBuffer()
        for (let i = 0; i < wanted.length; i += 4) if (wanted[i + 3] === 0) wanted.fill(0, i, i + 4)
        expect([...found]).toEqual([...wanted])
      }),
      { numRuns: 150 },
    )
  })

  it.each([
    [2, 1],
    [3, 2],
    [4, 2],
    [16, 4],
    [17, 8],
    [256, 8],
  ])('numbers %i colours in %i bits', async (colours, bits) => {
    const rgba = new Uint8Array(colours * 4)
    for (let i = 0; i < colours; i++) rgba.set([i, 255 - i, 7, 255], i * 4)
    const { bytes, settings } = await writePng(rgba, colours, effort)
    expect(settings).toContain(`palette${bits}`)
    expect(bytes[24]).toBe(bits)
  })

  it('takes grey as grey, in as few bits as its steps allow', async () => {
    const of = async (...levels: number[]): Promise<string> =>
      (await writePng(Uint8Array.from(levels.flatMap((v) => [v, v, v, 255])), levels.length, effort)).settings
    expect(await of(0, 255)).toContain('grey1')
    expect(await of(0, 85, 170, 255)).toContain('grey2')
    expect(await of(...Array.from({ length: 16 }, (_, i) => i * 17))).toContain('grey4')
    expect(await of(...Array.from({ length: 200 }, (_, i) => i))).toContain('grey8')
    // Two greys that are not black and white fit into one bit with a palette, and not without.
    expect(await of(3, 9)).toContain('palette1')
  })

  it('keeps the transparency chunk as short as the colours that need it', async () => {
    const rgba = Uint8Array.from([1, 2, 3, 255, 4, 5, 6, 255, 7, 8, 9, 128])
    const { bytes } = await writePng(rgba, 3, effort)
    const at = bytes.indexOf('tRNS')
    expect(bytes.readUInt32BE(at - 4)).toBe(1)
  })
})

describe('colourNeeds', () => {
  it('stops counting where only photographs are', () => {
    const rgba = new Uint8Array(200 * 200 * 4)
    for (let i = 0; i < rgba.length; i += 4) rgba.set([i & 255, (i >> 8) & 255, (i >> 16) & 255, 255], i)
    const needs = colourNeeds(rgba, toPixels(rgba))
    expect(needs.colours).toBe(10_001)
    expect(needs.palette).toBeUndefined()
  })
})

describe('filters', () => {
  it('put one byte in front of every row', () => {
    const rows = Uint8Array.from([1, 2, 3, 4, 5, 6])
    expect([...unfiltered(rows, 3)]).toEqual([0, 1, 2, 3, 0, 4, 5, 6])
    expect(adaptive(rows, 3, 1)).toHaveLength(8)
  })
})
