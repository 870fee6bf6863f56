import sharp, { type Sharp } from 'sharp'

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

describe('where a turn or a crop of the same pass would hide how the engine rounds, the size is certain', () => {
  const turned = (picture: Sharp) => picture.rotate(90)
  it.each([
    [400, 300, 1, 'rotate,90/resize,w_90/crop,w_50,h_50,x_10,y_10', [90, 120], [10, 10, 50, 50]],
    [300, 400, 6, 'rotate,90/resize,w_90/crop,w_50,h_50,x_10,y_10', [90, 120], [10, 10, 50, 50]],
    [400, 300, 1, 'rotate,90/resize,m_fill,w_60,h_30', [60, 80], [0, 25, 60, 30]],
    [400, 300, 1, 'rotate,90/resize,m_fill,w_60,h_60', [60, 80], [0, 10, 60, 60]],
  ] as const)('%s × %s, orientation %s: %s', async (width, height, orientation, operations, [w, h], window) => {
    const made = await rendered(await gradient(width, height, orientation), operations)
    // One by one, each with pixels in between.
    const upright = await sharp(await gradient(width, height, orientation))
      .autoOrient()
      .png()
      .toBuffer()
    const turnedPicture = await turned(sharp(upright)).png().toBuffer()
    const small = await sharp(turnedPicture).resize(w, h, { fit: 'fill' }).png().toBuffer()
    const [left, top, wide, high] = window
    const plain = await sharp(small).extract({ left, top, width: wide, height: high }).removeAlpha().raw().toBuffer()
    expect([made.info.width, made.info.height]).toEqual([wide, high])
    expect(largestDifference(made.data, plain)).toBeLessThan(6)
  })

  it.each([
    [265, 339, 'resize,w_45/crop,w_45,h_20,g_south', [45, 20]],
    [346, 406, 'resize,w_38/crop,w_20,h_20,g_se', [20, 20]],
  ] as const)('%s × %s: %s is not refused', async (width, height, operations, size) => {
    const { info } = await rendered(await gradient(width, height, 1), operations)
    expect([info.width, info.height]).toEqual(size)
  })
})

/** Red grows to the right, green downwards: a shift or a turn shows, a resizer's rounding does not. */
function gradient(width: number, height: number, orientation: number): Promise<Buffer> {
  const data = Buffer.alloc(width * height * 3)
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      data[3 * (y * width + x)] = Math.round((255 * x) / width)
      data[3 * (y * width + x) + 1] = Math.round((255 * y) / height)
    }
  return sharp(data, { raw: { width, height, channels: 3 } })
    .jpeg({ quality: 98, chromaSubsampling: '4:4:4' })
    .withMetadata({ orientation })
    .toBuffer()
}

function largestDifference(one: Buffer, other: Buffer): number {
  expect(one.length).toBe(other.length)
  return one.reduce((most, value, at) => Math.max(most, Math.abs(value - (other[at] ?? 0))), 0)
}
