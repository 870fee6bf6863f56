import { readFileSync } from 'node:fs'
import { basename } from 'node:path'

import * as fc from 'fast-check'
import sharp from 'sharp'

import { compress } from '../../../src/image/compress.ts'
import { avifSize, inProportion } from '../../../src/image/container/avif-size.ts'
import { inspect } from '../../../src/image/inspect.ts'
import { look } from '../../../src/workers/look.ts'
import { avifFile, box, coded, type Coded, type File, grid, type Item } from '../../support/avif.ts'
import { corpusFiles } from '../../support/corpus.ts'

const LIMITS = { maxSourcePixels: 1e8, maxOutputPixels: 16_777_216 }

let small: Coded
let large: Coded
let tile: Coded
beforeAll(async () => {
  small = await coded(128, 96)
  large = await coded(1600, 1200)
  tile = await coded(64, 64)
})

const picture = (of: Coded, sizes: Item['sizes'], more: Partial<Item> = {}): Item => ({
  id: 1,
  type: 'av01',
  sizes,
  ...of,
  ...more,
})
const gridOf = (size: [number, number], data: Buffer): Item => ({ id: 9, type: 'grid', sizes: [size], data })
const tiles = (of: Coded, size: [number, number], count: number) =>
  Array.from({ length: count }, (_, index) => picture(of, [size], { id: index + 1, hidden: true }))

/** What the engine makes of it: the size it decodes, or nothing. */
async function decoded(bytes: Buffer): Promise<[number, number] | undefined> {
  const { info } = await sharp(bytes, { failOn: 'warning' })
    .raw()
    .toBuffer({ resolveWithObject: true })
    .catch(() => ({ info: undefined }))
  return info && [info.width, info.height]
}

describe('the size of what can be decoded', () => {
  const files: [string, () => File, [number, number], number][] = [
    ['one picture', () => ({ primary: 1, items: [picture(small, [[128, 96]])] }), [128, 96], 128 * 96],
    [
      'the primary of two',
      () => ({ primary: 2, items: [picture(large, [[1600, 1200]]), picture(small, [[128, 96]], { id: 2 })] }),
      [128, 96],
      128 * 96,
    ],
    [
      'sizes that belong to nothing',
      () => ({
        primary: 1,
        decoys: [
          [1, 1],
          [60_000, 60_000],
        ],
        items: [picture(small, [[128, 96]])],
      }),
      [128, 96],
      128 * 96,
    ],
    [
      'behind its data, which is in pieces',
      () => ({ primary: 1, dataFirst: true, items: [picture(small, [[128, 96]], { parts: 9 })] }),
      [128, 96],
      128 * 96,
    ],
    [
      'a grid',
      () => ({
        primary: 9,
        items: [gridOf([100, 120], grid(2, 2, 100, 120)), ...tiles(tile, [64, 64], 4)],
        references: [{ type: 'dimg', from: 9, to: [1, 2, 3, 4] }],
      }),
      [100, 120],
      4 * 64 * 64,
    ],
    [
      'a thumbnail',
      () => ({
        primary: 1,
        items: [picture(small, [[128, 96]]), picture(large, [[1600, 1200]], { id: 3 })],
        references: [{ type: 'thmb', from: 3, to: [1] }],
      }),
      [128, 96],
      128 * 96,
    ],
  ]
  it.each(files)('%s', async (_, file, [width, height], codedPixels) => {
    const bytes = avifFile(file())
    expect(avifSize(bytes)).toEqual({ width, height, codedPixels })
    expect(await decoded(bytes)).toEqual([width, height])
    expect(await inspect(bytes, LIMITS)).toMatchObject({ width, height })
    expect(look(bytes)).toMatchObject({ width, height, pixels: width * height })
    expect(look(bytes).undecodable).toBeUndefined()
  })

  it('of every AVIF the engine writes, and behind one anything may follow', async () => {
    for (const [width, height] of [
      [1, 1],
      [37, 1001],
      [640, 480],
    ] as const) {
      for (const channels of [3, 4] as const) {
        const bytes = await sharp({ create: { width, height, channels, background: '#88442280' } })
          .avif({ effort: 0 })
          .toBuffer()
        const seen = avifSize(Buffer.concat([bytes, Buffer.from('anything at all')]))
        expect(seen).toEqual({ width, height, codedPixels: width * height * (channels - 2) })
      }
    }
  })

  it('of every AVIF of the corpus that the engine decodes', async () => {
    const wrong: unknown[] = []
    for (const path of corpusFiles('').filter((each) => each.endsWith('.avif'))) {
      const bytes = readFileSync(path)
      // Whether a larger one can be decoded takes seconds to tell.
      if (bytes.length > 200_000) continue
      const is = await decoded(bytes)
      const size = avifSize(bytes)
      const pixels = size === undefined ? 0 : size.width * size.height
      if (is !== undefined && !(size !== undefined && inProportion(size) && pixels >= is[0] * is[1]))
        wrong.push([basename(path), is, size])
    }
    expect(wrong).toEqual([])
  })
})

describe('a file that does not hold what it says', () => {
  const liars: [string, () => File][] = [
    ['says 64 × 64, holds 1600 × 1200', () => ({ primary: 1, items: [picture(large, [[64, 64]])] })],
    [
      'says two sizes',
      () => ({
        primary: 1,
        items: [
          picture(large, [
            [1600, 1200],
            [64, 64],
          ]),
        ],
      }),
    ],
    ['says nothing', () => ({ primary: 1, decoys: [[1600, 1200]], items: [picture(large, [])] })],
    ['has another picture for its primary', () => ({ primary: 7, items: [picture(large, [[1600, 1200]])] })],
    [
      'hides the large one behind a small one, in pieces',
      () => ({
        primary: 1,
        items: [{ ...picture({ ...small, data: Buffer.concat([small.data, large.data]) }, [[128, 96]]), parts: 3 }],
      }),
    ],
    [
      'hides the large one in its header',
      () => ({
        primary: 1,
        items: [picture({ ...small, av1C: Buffer.concat([small.av1C.subarray(0, 4), large.data]) }, [[128, 96]])],
      }),
    ],
    [
      'has large transparency',
      () => ({
        primary: 1,
        items: [picture(small, [[128, 96]]), picture(large, [[128, 96]], { id: 2 })],
        references: [{ type: 'auxl', from: 2, to: [1] }],
      }),
    ],
    [
      'is a grid of large tiles',
      () => ({
        primary: 9,
        items: [gridOf([128, 64], grid(2, 1, 128, 64)), ...tiles(large, [64, 64], 2)],
        references: [{ type: 'dimg', from: 9, to: [1, 2] }],
      }),
    ],
    [
      'is a large grid that says it is small',
      () => ({
        primary: 9,
        items: [gridOf([128, 64], grid(2, 1, 30_000, 30_000)), ...tiles(tile, [64, 64], 2)],
        references: [{ type: 'dimg', from: 9, to: [1, 2] }],
      }),
    ],
    [
      'is a grid of one tile many times over',
      () => ({
        primary: 9,
        items: [gridOf([64, 64], grid(250, 250, 64, 64)), ...tiles(tile, [64, 64], 1)],
        references: [{ type: 'dimg', from: 9, to: Array.from({ length: 62_500 }, () => 1) }],
      }),
    ],
    [
      'is a grid of itself',
      () => ({
        primary: 9,
        items: [gridOf([128, 64], grid(2, 1, 128, 64))],
        references: [{ type: 'dimg', from: 9, to: [9, 9] }],
      }),
    ],
  ]
  it.each(liars)('%s: is not decoded', async (_, file) => {
    const bytes = avifFile(file())
    const size = avifSize(bytes)
    expect(size === undefined || !inProportion(size)).toBe(true)
    expect(look(bytes).undecodable).toBe(true)
    await expect(inspect(bytes, LIMITS)).rejects.toMatchObject({ code: 'undecodable' })
    const options = { quality: 'balanced', format: 'keep', limits: LIMITS, msLeft: 20_000 } as const
    expect(await compress(bytes, options)).toMatchObject({ outcome: 'original', reason: 'undecodable' })
  })
})

describe('whatever the boxes are', () => {
  const TYPES = ['ftyp', 'meta', 'pitm', 'iinf', 'infe', 'iloc', 'iprp', 'ipco', 'ipma', 'ispe', 'av1C', 'iref', 'dimg']
  const leaf = fc
    .tuple(fc.constantFrom(...TYPES, 'auxl', 'idat', 'mdat'), fc.uint8Array({ maxLength: 40 }))
    .map(([type, data]) => box(type, Buffer.from(data)))
  const { tree } = fc.letrec<{ tree: Buffer }>((tie) => ({
    tree: fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      leaf,
      fc
        .tuple(fc.constantFrom(...TYPES), fc.boolean(), fc.array(tie('tree'), { maxLength: 6 }))
        .map(([type, full, inner]) => box(type, Buffer.alloc(full ? 4 : 0), ...inner)),
    ),
  }))
  const plain = (bytes: Buffer) => {
    const size = avifSize(bytes)
    return size === undefined || (size.width > 0 && size.height > 0 && size.codedPixels > 0)
  }

  it('trees of boxes are followed or not, without an error', () => {
    const head = box('ftyp', Buffer.from('avif\0\0\0\0avifmif1miaf', 'latin1'))
    const files = fc.array(tree, { maxLength: 4 }).map((trees) => Buffer.concat([head, ...trees]))
    fc.assert(
      fc.property(files, (bytes) => plain(bytes) && look(bytes).pixels > 0),
      { numRuns: 2000 },
    )
  })

  it('and so is any file with some bytes changed', () => {
    const file = avifFile({
      primary: 9,
      items: [gridOf([100, 120], grid(2, 2, 100, 120)), ...tiles(tile, [64, 64], 4)],
      references: [{ type: 'dimg', from: 9, to: [1, 2, 3, 4] }],
    })
    const change = fc.tuple(fc.nat(file.length - 1), fc.integer({ min: 0, max: 255 }))
    fc.assert(
      fc.property(fc.array(change, { minLength: 1, maxLength: 6 }), fc.nat(file.length), (changes, end) => {
        const bytes = Buffer.from(file)
        for (const [at, value] of changes) bytes[at] = value
        return plain(bytes) && plain(bytes.subarray(0, end)) && look(bytes).pixels > 0
      }),
      { numRuns: 2000 },
    )
  })
})
