import sharp from 'sharp'

import { compress } from '../../src/image/compress.ts'
import { render } from '../../src/image/render.ts'
import { photo } from '../image/draw.ts'

const LIMITS = { maxSourcePixels: 1e8, maxOutputPixels: 1e8 }
const OPTIONS = { quality: 'balanced', limits: LIMITS, msLeft: 20_000 } as const

/** What is damaged only near its end, where a look at a few rows would not find it. */
async function damaged(orientation: number): Promise<Buffer> {
  const whole = await photo(120, 400).withMetadata({ orientation }).jpeg({ quality: 92 }).toBuffer()
  // The last hundredth of the coded data is nothing; the marker that ends the picture stays.
  const from = whole.length - 2 - Math.floor(whole.length / 100)
  return Buffer.concat([whole.subarray(0, from), whole.subarray(-2)])
}

it.each([1, 6])(
  'a JPEG damaged in its last rows, orientation %i: the original, never a 503 for ever',
  async (orientation) => {
    const source = await damaged(orientation)
    await expect(sharp(source, { failOn: 'warning' }).raw().toBuffer()).rejects.toThrow()
    expect(await compress(source, { ...OPTIONS, format: 'keep' })).toMatchObject({
      outcome: 'original',
      reason: 'undecodable',
    })
  },
)

it.each([1, 6])('a crop of the sound part of it, orientation %i, is refused all the same', async (orientation) => {
  const crop = { action: 'crop', w: 20, h: 20, x: 0, y: 0, g: 'nw', p: 100 } as const
  const fetchMark = () => Promise.reject(new Error('none'))
  const made = render(await damaged(orientation), [crop], { ...OPTIONS, fetchMark })
  await expect(made).rejects.toMatchObject({ code: 'undecodable' })
})

it('an AVIF that claims more than any file may is undecodable, not a lack of memory', async () => {
  const source = await photo(64, 48).avif({ effort: 0 }).toBuffer()
  // The count of extents of the first item (ISO/IEC 14496-12, ItemLocationBox): 1 becomes 257.
  const box = source.indexOf('iloc')
  const baseOffsetBytes = (source[box + 9] ?? 0) >> 4
  const at = box + 16 + (source[box + 4] === 0 ? 0 : 2) + baseOffsetBytes
  expect(source.readUInt16BE(at)).toBe(1)
  source.writeUInt16BE(257, at)
  expect(await compress(source, { ...OPTIONS, format: 'keep' })).toMatchObject({ reason: 'undecodable' })
})
