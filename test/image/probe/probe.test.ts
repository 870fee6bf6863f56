import type { Sharp } from 'sharp'
import { readJpeg } from '../../../src/image/container/jpeg.ts'
import { requality } from '../../../src/image/policy.ts'
import { isGraphic } from '../../../src/image/probe/flat.ts'
import { needsFullChroma } from '../../../src/image/probe/hot.ts'
import { jpegQuality } from '../../../src/image/probe/jpeg-quality.ts'
import { looksTheSame, paletteError } from '../../../src/image/probe/palette-error.ts'
import { drawing, paint, photo, saturated } from '../draw.ts'

async function qualityOf(bytes: Buffer): Promise<number> {
  return jpegQuality(readJpeg(bytes)?.tables.get(0) ?? [])
}

describe('jpegQuality', () => {
  it.each([35, 50, 65, 75, 80, 85, 90, 95])('reads %i back from a file of that quality', async (quality) => {
    const found = await qualityOf(await photo(16, 16).jpeg({ quality }).toBuffer())
    expect(Math.abs(found - quality)).toBeLessThanOrEqual(1)
  })

  it('reads other tables as what they are worth', async () => {
    const found = await qualityOf(await photo(16, 16).jpeg({ quality: 85, mozjpeg: true }).toBuffer())
    expect(found).toBeGreaterThanOrEqual(76)
    expect(found).toBeLessThanOrEqual(83)
  })

  it('takes the finest table for 100 and an absurd one for 1', () => {
    expect(jpegQuality(Array.from({ length: 64 }, () => 1))).toBeGreaterThanOrEqual(99)
    expect(jpegQuality(Array.from({ length: 64 }, () => 65_535))).toBe(1)
  })
})

describe('requality', () => {
  it('leaves a source alone that is no better, is careful with one that is a little, and free with the rest', () => {
    expect(requality(80, 80)).toBeUndefined()
    expect(requality(81, 80)).toBe(82)
    expect(requality(88, 80)).toBe(80)
    expect(requality(100, 80)).toBe(80)
  })
})

describe('needsFullChroma', () => {
  const ask = async (picture: Sharp): Promise<boolean> => {
    const { data, info } = await picture.raw().toBuffer({ resolveWithObject: true })
    return needsFullChroma({ data, width: info.width, height: info.height, channels: info.channels })
  }

  it('sees saturated strokes', async () => expect(await ask(saturated(200, 100))).toBe(true))
  it('sees a few coloured words on a large white page', async () => {
    const page = paint(600, 400, (x, y) => (x < 40 && y < 20 && x % 3 === 0 ? [200, 0, 0] : [255, 255, 255]))
    expect(await ask(page)).toBe(true)
  })
  describe.each([
    ['one that is looked at in every second block', 800],
    ['one that is looked at in every fourth block', 2002],
  ])('a thin red line in a large picture, %s', (_, side) => {
    it.each<[string, (at: number) => [number, number]]>([
      ['across', (at) => [at, 101]],
      ['down', (at) => [103, at]],
      ['down, two pixels on', (at) => [105, at]],
      ['falling', (at) => [at, at]],
      ['rising', (at) => [at, side - 1 - at]],
    ])('is seen: %s', (_direction, point) => {
      const data = new Uint8Array(side * side * 3).fill(255)
      for (let at = 0; at < side; at++) {
        const [x, y] = point(at)
        data.set([255, 0, 0], (y * side + x) * 3)
      }
      expect(needsFullChroma({ data, width: side, height: side, channels: 3 })).toBe(true)
    })
  })
  it('does not mind black on white', async () => {
    expect(await ask(paint(200, 100, (x, y) => ((x * y) % 3 === 0 ? [0, 0, 0] : [255, 255, 255])))).toBe(false)
  })
  it('does not mind a photograph', async () => expect(await ask(photo(200, 150))).toBe(false))
  it('has nothing to say of grey', () => {
    expect(needsFullChroma({ data: new Uint8Array(4), width: 2, height: 2, channels: 1 })).toBe(false)
  })
})

describe('isGraphic', () => {
  const ask = async (picture: Sharp): Promise<boolean> => {
    const { data, info } = await picture.ensureAlpha().raw().toBuffer({ resolveWithObject: true })
    return isGraphic(new Uint32Array(data.buffer, data.byteOffset, data.length / 4), info.width)
  }

  it('tells a drawing from a photograph', async () => {
    expect(await ask(drawing(200, 100))).toBe(true)
    expect(await ask(photo(200, 100))).toBe(false)
  })
})

describe('paletteError', () => {
  const flat = (value: number, alpha = 255): Uint8Array =>
    Uint8Array.from({ length: 32 * 32 * 4 }, (_, i) => (i % 4 === 3 ? alpha : value))

  it('is zero for the same picture', () => {
    const error = paletteError(flat(90), flat(90), 32, 32)
    expect(error).toEqual({ medianRms: 0, highRms: 0, highShift: 0, maxShift: 0 })
    expect(looksTheSame(error)).toBe(true)
  })

  it('sees a tone that moves, as banding does', () => {
    expect(paletteError(flat(90), flat(92), 32, 32)).toMatchObject({ highShift: 2, maxShift: 2 })
    expect(looksTheSame(paletteError(flat(90), flat(92), 32, 32))).toBe(false)
  })

  it('sees noise whose mean is right, as dithering makes', () => {
    const noisy = flat(90).map((v, i) => (i % 4 === 3 ? v : v + (i % 8 < 4 ? 6 : -6)))
    const error = paletteError(flat(90), noisy, 32, 32)
    expect(error.highShift).toBeLessThan(0.01)
    expect(looksTheSame(error)).toBe(false)
  })

  it('sees alpha that moves, and no colour where nothing is seen', () => {
    expect(looksTheSame(paletteError(flat(90, 200), flat(90, 204), 32, 32))).toBe(false)
    expect(looksTheSame(paletteError(flat(90, 0), flat(20, 0), 32, 32))).toBe(true)
  })
})
