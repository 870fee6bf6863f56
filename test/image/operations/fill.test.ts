import sharp from 'sharp'

import { inspect } from '../../../src/image/inspect.ts'
import { plan } from '../../../src/image/plan.ts'
import { LIMITS, operations, run } from './chain.ts'
import { DELAYS, picture, rgba, waves } from './pictures.ts'

/** The largest and the mean difference of all samples. */
async function difference(one: Buffer, other: Buffer): Promise<{ most: number; mean: number }> {
  const [a, b] = await Promise.all([rgba(one), rgba(other)])
  expect([a.width, a.height]).toEqual([b.width, b.height])
  let most = 0
  let sum = 0
  for (let at = 0; at < a.data.length; at++) {
    const off = Math.abs((a.data[at] ?? 0) - (b.data[at] ?? 0))
    most = Math.max(most, off)
    sum += off
  }
  return { most, mean: sum / a.data.length }
}

describe('a picture far taller or wider than what it has to fill', () => {
  it.each([
    [10, 20_000, 300, 300],
    [20_000, 11, 300, 301],
    [3, 50_000, 250, 250],
    [1, 60_000, 4096, 4],
    [60_000, 7, 40, 500],
  ])('%i × %i fills %i × %i with its middle', async (width, height, w, h) => {
    const source = await picture({ format: 'png', width, height }, waves)
    const limits = { ...LIMITS, maxOutputPixels: w * h }
    const made = await run(source, `resize,m_fill,w_${w},h_${h},limit_0/format,png`, { limits })
    expect([made.width, made.height]).toEqual([w, h])
    // A generous part around the middle, enlarged whole.
    const scale = Math.max(w / width, h / height)
    const part = (side: number, length: number) => Math.min(side, 2 * Math.ceil(length / scale / 2) + 16 + (side % 2))
    const [partWidth, partHeight] = [part(width, w), part(height, h)]
    const around = sharp(source).extract({
      left: (width - partWidth) >> 1,
      top: (height - partHeight) >> 1,
      width: partWidth,
      height: partHeight,
    })
    const large = { width: Math.round(partWidth * scale), height: Math.round(partHeight * scale) }
    // Only the rows and columns that stay are ever computed.
    const expected = await sharp(await around.png().toBuffer())
      .resize({ ...large, fit: 'fill' })
      .extract({ left: (large.width - w) >> 1, top: (large.height - h) >> 1, width: w, height: h })
      .png()
      .toBuffer()
    const { most, mean } = await difference(made.bytes, expected)
    expect([most < 16, mean < 1]).toEqual([true, true])
  })

  it('nothing larger than the result is held', async () => {
    const source = await picture({ format: 'png', width: 10, height: 20_000 })
    const planned = plan(
      await inspect(source, LIMITS),
      operations('resize,m_fill,w_1000,h_1000,limit_0/blur,r_2,s_2'),
      LIMITS,
    )
    expect(planned.heldBytes).toBe(4 * 1000 * 1000)
  })

  it('keeps what draws attention where that is asked for', async () => {
    const mark = await picture({ format: 'png', width: 100, height: 200 })
    const source = await sharp({ create: { width: 100, height: 2000, channels: 3, background: '#808080' } })
      .composite([{ input: mark, left: 0, top: 400 }])
      .png()
      .toBuffer()
    const limits = { ...LIMITS, maxOutputPixels: 300 * 300 }
    const { bytes } = await run(source, 'resize,m_fill,w_300,h_300,limit_0,g_auto/format,png', { limits })
    const { data, info } = await sharp(bytes).raw().toBuffer({ resolveWithObject: true })
    expect([info.width, info.height]).toEqual([300, 300])
    // The grey beside the mark is nowhere, or nearly so.
    let grey = 0
    for (let at = 0; at < data.length; at += 3) if (data[at] === 128 && data[at + 1] === 128) grey++
    expect(grey).toBeLessThan((300 * 300) / 4)
  })

  it('keeps the frames of an animation', async () => {
    const source = await picture({ format: 'webp', width: 4, height: 4000, pages: 3 })
    const limits = { ...LIMITS, maxOutputPixels: 3 * 200 * 200 }
    const { bytes } = await run(source, 'resize,m_fill,w_200,h_200,limit_0', { limits })
    expect(await sharp(bytes, { animated: true }).metadata()).toMatchObject({
      width: 200,
      pageHeight: 200,
      pages: 3,
      delay: DELAYS.slice(0, 3),
    })
  })

  it('is refused still where the result itself is too large', async () => {
    const source = await picture({ format: 'png', width: 10, height: 20_000 })
    for (const chain of ['resize,m_fill,w_4097,h_4096,limit_0', 'resize,m_mfit,w_1000,h_1000,limit_0'])
      await expect(run(source, chain)).rejects.toMatchObject({ code: 'result_too_large' })
  })
})

// Ordinary shapes go through all of it where the limit is low, and lead to the same as without one.
it.each([
  [200, 100, 150, 150],
  [123, 77, 125, 125],
  [90, 160, 151, 103],
  [77, 123, 78, 79],
  [64, 200, 250, 200],
])('%i × %i to %i × %i: cut before it is enlarged, or after', async (width, height, w, h) => {
  const source = await picture({ format: 'png', width, height }, waves)
  const chain = `resize,m_fill,w_${w},h_${h},limit_0/format,png`
  const plain = await run(source, chain)
  const limits = { ...LIMITS, maxOutputPixels: w * h }
  const facts = await inspect(source, limits)
  const kinds = plan(facts, operations(chain), limits).passes.flatMap(({ steps }) => steps.map(({ kind }) => kind))
  expect(kinds).toEqual(['crop', 'resize', 'crop'])
  const { most, mean } = await difference((await run(source, chain, { limits })).bytes, plain.bytes)
  expect([most < 20, mean < 1]).toEqual([true, true])
})
