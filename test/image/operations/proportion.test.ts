import sharp from 'sharp'

import { LIMITS, run } from './chain.ts'

async function rendered(source: Buffer, operations: string) {
  const { bytes } = await run(source, `${operations}/format,png`, { limits: LIMITS })
  return sharp(bytes).raw().toBuffer({ resolveWithObject: true })
}

/** Fine enough that a shift by a tenth of a pixel shows. */
function noise(width: number, height: number, orientation?: number): Promise<Buffer> {
  const picture = sharp({
    create: { width, height, channels: 3, background: '#888', noise: { type: 'gaussian', mean: 128, sigma: 60 } },
  }).jpeg({ quality: 95 })
  return (orientation === undefined ? picture : picture.withMetadata({ orientation })).toBuffer()
}

describe('resized in proportion, a picture is not stretched by the fraction that rounding leaves', () => {
  it.each([
    [1000, 564, undefined, 'resize,w_207', { width: 207 }],
    [1020, 769, undefined, 'resize,w_207', { width: 207 }],
    [640, 428, undefined, 'resize,h_107', { height: 107 }],
    [642, 427, undefined, 'resize,h_301', { height: 301 }],
    [640, 427, undefined, 'resize,w_900,limit_0', { width: 900 }],
    [641, 481, undefined, 'resize,l_320', { width: 320 }],
    [641, 481, 6, 'resize,w_200', { width: 200 }],
    [641, 481, 8, 'resize,h_200', { height: 200 }],
    [1000, 563, undefined, 'resize,m_fill,w_200,h_111', { width: 200, height: 111, fit: 'cover' }],
  ] as const)('%s × %s, orientation %s: %s', async (width, height, orientation, operations, engine) => {
    const source = await noise(width, height, orientation)
    const made = await rendered(source, operations)
    const plain = await sharp(source).autoOrient().resize(engine).raw().toBuffer({ resolveWithObject: true })
    expect([made.info.width, made.info.height]).toEqual([plain.info.width, plain.info.height])
    expect(made.data.equals(plain.data)).toBe(true)
  })

  it('whatever the engine makes of it (it shrinks while decoding, and loses a row), the size is the one that is documented', async () => {
    for (const [width, height, w, expected] of [
      [200, 101, 100, 51],
      [200, 103, 100, 52],
      [300, 7, 150, 4],
      [1000, 1, 10, 1],
      [4000, 3, 100, 1],
      [333, 111, 100, 33],
      [1600, 1067, 160, 107],
      [1023, 769, 100, 75],
    ] as const) {
      const { info } = await rendered(await noise(width, height), `resize,w_${w}`)
      expect([width, height, info.width, info.height]).toEqual([width, height, w, expected])
    }
  })
})
