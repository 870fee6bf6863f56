import * as fc from 'fast-check'
import sharp from 'sharp'
import { cutMetadata } from '../../../src/image/metadata/cut.ts'
import { findPersonalMetadata } from './left.ts'
import { personalAvif, personalGif, personalJpeg, personalPng, personalWebp, segment } from './samples.ts'

/** Pixels as far as libvips gets, or undefined where it gets nowhere. */
async function decoded(bytes: Buffer): Promise<Buffer | undefined> {
  try {
    return await sharp(bytes, { animated: true, failOn: 'none', limitInputPixels: 1_000_000 }).raw().toBuffer()
  } catch {
    return undefined
  }
}

const SAMPLES: readonly [string, () => Promise<Buffer>][] = [
  ['jpeg', () => personalJpeg()],
  ['jpeg', () => personalJpeg({ progressive: true })],
  ['png', () => personalPng()],
  ['webp', () => personalWebp()],
  ['gif', personalGif],
  ['heif', personalAvif],
]

describe('damaged files', () => {
  it.each(SAMPLES)('are handed back or keep their pixels (%s %#)', async (format, make) => {
    const sample = await make()
    const damage = fc.record({
      flips: fc.array(fc.record({ at: fc.nat(sample.length - 1), bits: fc.integer({ min: 1, max: 255 }) }), {
        maxLength: 4,
      }),
      length: fc.oneof({ weight: 3, arbitrary: fc.constant(sample.length) }, fc.nat(sample.length)),
    })
    await fc.assert(
      fc.asyncProperty(damage, async ({ flips, length }) => {
        const source = Buffer.from(sample)
        for (const { at, bits } of flips) source.writeUInt8(source.readUInt8(at) ^ bits, at)
        const short = source.subarray(0, length)
        const { bytes, changed, removed, understood } = cutMetadata(short, format)
        findPersonalMetadata(short)
        if (!changed) {
          expect(bytes).toBe(short)
          expect(removed).toEqual([])
          return
        }
        expect(understood).toBe(true)
        expect(removed).not.toEqual([])
        const before = await decoded(short)
        if (before !== undefined) expect((await decoded(bytes))?.equals(before)).toBe(true)
        const again = cutMetadata(bytes, format)
        expect(again).toMatchObject({ changed: false, understood: true })
      }),
      { numRuns: 100 },
    )
  })

  it('are never a reason to throw, whatever the bytes', () => {
    const starts = [
      '\xff\xd8\xff',
      '\x89PNG\r\n\x1a\n\0\0\0\rIHDR',
      'RIFF\x40\0\0\0WEBPVP8X',
      'GIF89a',
      '\0\0\0\x14ftypavif',
      '',
    ]
    fc.assert(
      fc.property(fc.constantFrom(...starts), fc.uint8Array({ maxLength: 120 }), (start, rest) => {
        const source = Buffer.concat([Buffer.from(start, 'latin1'), rest])
        for (const format of ['jpeg', 'png', 'webp', 'gif', 'heif']) {
          const { bytes, changed } = cutMetadata(source, format)
          expect(changed || bytes === source).toBe(true)
        }
      }),
      { numRuns: 2000 },
    )
  })
})

describe('files made to cost', () => {
  const COUNT = 500_000
  const repeat = (part: Buffer): Buffer => Buffer.alloc(part.length * COUNT, part)

  it('take memory in the order of their length: half a million segments to keep and to cut', async () => {
    const plain = await sharp({ create: { width: 8, height: 8, channels: 3, background: '#fff' } })
      .jpeg()
      .toBuffer()
    const many = repeat(Buffer.concat([segment(0xdb, ''), segment(0xfe, '')]))
    const source = Buffer.concat([plain.subarray(0, 2), many, plain.subarray(2)])
    const { bytes, removed } = cutMetadata(source, 'jpeg')
    expect(removed).toEqual(['comment'])
    expect(bytes).toHaveLength(plain.length + many.length / 2)
    expect(bytes.buffer.byteLength).toBeLessThan(source.length + 65_536)
  })

  it('take one look at each byte: coded data of nothing but stuffed zeros, blocks, chunks and boxes of no size', () => {
    const gif = Buffer.concat([Buffer.from('GIF89a\x01\0\x01\0\0\0\0', 'latin1'), repeat(Buffer.from([0x21, 0xfe, 0]))])
    expect(cutMetadata(gif, 'gif').understood).toBe(false)
    const webp = Buffer.concat([
      Buffer.from('RIFF\0\0\0\0WEBP', 'latin1'),
      repeat(Buffer.from('VP8 \0\0\0\0', 'latin1')),
    ])
    webp.writeUInt32LE(webp.length - 8, 4)
    expect(cutMetadata(webp, 'webp')).toMatchObject({ changed: false })
    const heif = Buffer.concat([
      Buffer.from('\0\0\0\x0cftypavif', 'latin1'),
      repeat(Buffer.from('\0\0\0\x08free', 'latin1')),
    ])
    expect(cutMetadata(heif, 'heif').understood).toBe(false)
    const frame = Buffer.from(
      '\xff\xd8\xff\xc0\0\x0b\x08\0\x08\0\x08\x01\x01\x11\0\xff\xda\0\x08\x01\x01\0\0\x3f\0',
      'latin1',
    )
    expect(cutMetadata(Buffer.concat([frame, repeat(Buffer.from([0xff, 0]))]), 'jpeg').understood).toBe(false)
    expect(cutMetadata(Buffer.concat([frame.subarray(0, 2), repeat(Buffer.from([0xff]))]), 'jpeg').understood).toBe(
      false,
    )
  })
})
