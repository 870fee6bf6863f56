import sharp from 'sharp'
import { run } from './chain.ts'
import { DELAYS, picture, pixelAt, rgba } from './pictures.ts'

const COLOURS = [
  [255, 0, 0],
  [0, 255, 0],
  [0, 0, 255],
]
const delays = DELAYS.slice(0, 3)

async function expectFrames(
  bytes: Buffer,
  width: number,
  height: number,
  at: [number, number] = [5, 5],
): Promise<void> {
  const found = await sharp(bytes, { animated: true }).metadata()
  expect([found.width, found.pageHeight, found.pages, found.loop]).toEqual([width, height, 3, 2])
  expect(found.delay).toEqual(delays)
  for (const [page, colour] of COLOURS.entries()) {
    const frame = await sharp(bytes, { page }).png().toBuffer()
    const pixel = await pixelAt(frame, ...at)
    for (const [i, value] of colour.entries()) expect(Math.abs((pixel[i] ?? 0) - value)).toBeLessThan(40)
  }
}

const chains: readonly [string, number, number][] = [
  ['resize,w_50', 50, 40],
  ['resize,m_fill,w_40,h_40', 40, 40],
  ['crop,w_60,h_50,g_se', 60, 50],
  ['resize,w_50/crop,w_20,h_20', 20, 20],
  ['crop,w_60,h_60/resize,w_30', 30, 30],
  ['indexcrop,x_50,i_1', 50, 80],
  ['resize,m_pad,w_60,h_60', 60, 60],
  ['blur,r_3,s_2', 100, 80],
  ['sharpen,100/resize,w_50', 50, 40],
  ['bright,5', 100, 80],
  ['crop,w_50,h_50,g_auto', 50, 50],
  ['resize,m_fill,w_30,h_40,g_auto', 30, 40],
  ['auto-orient,1', 100, 80],
  ['quality,Q_80', 100, 80],
]

describe('an animation', () => {
  for (const source of ['gif', 'webp'] as const)
    for (const target of ['gif', 'webp'] as const) {
      if (source === 'webp' && target === 'gif') continue
      for (const [chain, width, height] of chains)
        it(`keeps its frames and delays: ${source}, ${chain}, ${target}`, async () => {
          const bytes = await picture({ format: source, width: 100, height: 80, pages: 3 })
          const made = await run(bytes, `${chain}/format,${target}`)
          expect([made.format, made.pages]).toEqual([target, 3])
          const padded = chain.startsWith('resize,m_pad')
          await expectFrames(made.bytes, width, height, padded ? [30, 30] : [5, 5])
        })
    }

  it('of WebP turns, and is cut to circles, frame by frame', async () => {
    const bytes = await picture({ format: 'webp', width: 100, height: 80, pages: 3 })
    await expectFrames((await run(bytes, 'rotate,90')).bytes, 80, 100)
    await expectFrames((await run(bytes, 'rotate,45')).bytes, 127, 127, [63, 63])
    const circle = (await run(bytes, 'circle,r_20')).bytes
    await expectFrames(circle, 41, 41, [20, 20])
    for (const page of [0, 1, 2])
      expect((await pixelAt(await sharp(circle, { page }).png().toBuffer(), 0, 0))[3]).toBe(0)
  })

  it('of GIF stands still once it is turned or resized by a percentage', async () => {
    const bytes = await picture({ format: 'gif', width: 100, height: 80, pages: 3 })
    for (const chain of ['rotate,90', 'resize,p_50', 'crop,w_50/rotate,180'])
      expect((await run(bytes, chain)).pages).toBe(1)
    expect((await run(bytes, 'rotate,0')).pages).toBe(3)
  })

  it('is its first frame in formats that stand still', async () => {
    const bytes = await picture({ format: 'gif', width: 100, height: 80, pages: 3 })
    for (const format of ['jpg', 'png', 'tiff']) {
      const made = await run(bytes, `resize,w_50/format,${format}`)
      expect([made.pages, made.width, made.height]).toEqual([1, 50, 40])
      expect((await pixelAt(made.bytes, 5, 5))[0]).toBeGreaterThan(240)
    }
  })

  it('is cut to one window, where the first frame draws attention', async () => {
    const dot = Buffer.from(
      '<svg width="40" height="40"><circle cx="20" cy="20" r="20" fill="#e84"/><path d="M0 0L40 40M40 0L0 40" stroke="#000"/></svg>',
    )
    const frame = (left: number, top: number): Promise<Buffer> =>
      sharp({ create: { width: 200, height: 200, channels: 3, background: '#888' } })
        .composite([{ input: dot, left, top }])
        .removeAlpha()
        .raw()
        .toBuffer()
    const source = await sharp(Buffer.concat([await frame(150, 150), await frame(10, 10)]), {
      raw: { width: 200, height: 400, channels: 3, pageHeight: 200 },
    })
      .webp({ lossless: true, delay: [100, 100] })
      .toBuffer()
    const made = await run(source, 'crop,w_60,h_60,g_auto/quality,q_lossless')
    const orange = async (page: number): Promise<number> => {
      const { data } = await rgba(await sharp(made.bytes, { page }).png().toBuffer())
      let found = 0
      for (let i = 0; i < data.length; i += 4) if ((data[i] ?? 0) > 200 && (data[i + 2] ?? 0) < 120) found++
      return found
    }
    expect(made.pages).toBe(2)
    expect(await orange(0)).toBeGreaterThan(700)
    expect(await orange(1)).toBe(0)
  })

  it('plays as often as an encoder can say, where its file says more', async () => {
    const bytes = await picture({ format: 'gif', width: 20, height: 10, pages: 3 })
    const count = bytes.indexOf('NETSCAPE2.0') + 'NETSCAPE2.0'.length + 2
    bytes.writeUInt16LE(65_535, count)
    expect((await sharp(bytes, { animated: true }).metadata()).loop).toBe(65_536)
    for (const format of ['gif', 'webp']) {
      const made = await run(bytes, `resize,w_10/format,${format}`)
      expect((await sharp(made.bytes, { animated: true }).metadata()).loop).toBe(65_535)
    }
  })

  it('shows a frame for a minute at most where the file says ten: encoders take no more', async () => {
    const bytes = await picture({ format: 'gif', width: 20, height: 10, pages: 3 })
    const control = bytes.indexOf(Buffer.from([0x21, 0xf9, 0x04]))
    bytes.writeUInt16LE(65_535, control + 4)
    expect((await sharp(bytes, { animated: true }).metadata()).delay?.[0]).toBe(655_350)
    for (const target of ['gif', 'webp']) {
      const made = await run(bytes, `resize,w_10/format,${target}`)
      const [first = 0, ...rest] = (await sharp(made.bytes, { animated: true }).metadata()).delay ?? []
      expect(first).toBeGreaterThan(65_000)
      expect(rest).toEqual(delays.slice(1))
    }
  })

  it('is limited by all its frames together', async () => {
    const bytes = await picture({ format: 'gif', width: 100, height: 80, pages: 3 })
    const limits = { maxSourcePixels: 50_000, maxOutputPixels: 23_999 }
    await expect(run(bytes, 'bright,5', { limits })).rejects.toMatchObject({ code: 'result_too_large' })
    await expect(run(bytes, 'format,png', { limits })).resolves.toMatchObject({ pages: 1 })
    await expect(run(bytes, 'bright,5', { limits: { ...limits, maxSourcePixels: 23_999 } })).rejects.toMatchObject({
      code: 'source_too_large',
    })
  })

  it('with an orientation is set upright frame by frame', async () => {
    const top = Buffer.alloc(40 * 60 * 3)
    // Two frames of 60 × 40 whose left third is white.
    const frame = (colour: number[]): Buffer => {
      const data = Buffer.from(top)
      for (let i = 0; i < 40 * 60; i++) data.set(i % 60 < 20 ? [255, 255, 255] : colour, 3 * i)
      return data
    }
    for (const [orientation, white, coloured] of [
      [6, [20, 5], [20, 50]],
      [8, [20, 55], [20, 10]],
      [3, [55, 20], [10, 20]],
      [2, [55, 20], [10, 20]],
      [5, [20, 5], [20, 50]],
      [7, [20, 55], [20, 10]],
      [4, [5, 20], [50, 20]],
    ] as const) {
      const source = await sharp(Buffer.concat([frame([255, 0, 0]), frame([0, 0, 255])]), {
        raw: { width: 60, height: 80, channels: 3, pageHeight: 40 },
      })
        .withMetadata({ orientation })
        .webp({ lossless: true, delay: [100, 100] })
        .toBuffer()
      const made = await run(source, 'bright,0/quality,Q_95')
      const sideways = orientation >= 5
      expect([made.width, made.height, made.pages]).toEqual(sideways ? [40, 60, 2] : [60, 40, 2])
      const second = await sharp(made.bytes, { page: 1 }).png().toBuffer()
      expect((await pixelAt(second, white[0], white[1]))[0]).toBeGreaterThan(230)
      expect((await pixelAt(second, coloured[0], coloured[1]))[0]).toBeLessThan(40)
    }
  })
})

describe('pages that are no animation', () => {
  it('are the first one', async () => {
    const source = await sharp(Buffer.alloc(20 * 40 * 3, 90), {
      raw: { width: 20, height: 40, channels: 3, pageHeight: 20 },
    })
      .tiff()
      .toBuffer()
    const made = await run(source, 'resize,w_10')
    expect([made.format, made.width, made.height, made.pages]).toEqual(['tiff', 10, 10, 1])
  })
})
