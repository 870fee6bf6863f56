import sharp from 'sharp'
import { run } from './chain.ts'
import { picture, pixelAt, rgba } from './pictures.ts'

const flat = (background: string, channels: 3 | 4 = 3, side = 64) =>
  sharp({ create: { width: side, height: side, channels, background } })

async function expectColour(bytes: Buffer, x: number, y: number, wanted: readonly number[], off = 3): Promise<void> {
  const found = await pixelAt(bytes, x, y)
  const most = Math.max(...wanted.map((value, i) => Math.abs(value - (found[i] ?? 0))))
  if (most > off) throw new Error(`Expected ${wanted.join()} at ${x}, ${y}, got ${found.join()}`)
}

describe('colours', () => {
  const sources: readonly [string, () => Promise<Buffer>, readonly number[]][] = [
    ['a P3 profile', () => flat('#c86432').withIccProfile('p3').png().toBuffer(), [200, 100, 50]],
    [
      '16 bits and a P3 profile',
      () => flat('#c86432').toColourspace('rgb16').withIccProfile('p3').png().toBuffer(),
      [200, 100, 50],
    ],
    ['16 bits', () => flat('#c86432').toColourspace('rgb16').png().toBuffer(), [200, 100, 50]],
    ['grey', () => flat('#646464').toColourspace('b-w').png().toBuffer(), [100, 100, 100]],
    ['16 bits of grey', () => flat('#646464').toColourspace('grey16').png().toBuffer(), [100, 100, 100]],
  ]
  for (const [name, make, colour] of sources)
    describe(`of a picture with ${name}`, () => {
      it('stay as they look', async () => {
        const made = await run(await make(), 'resize,w_32')
        await expectColour(made.bytes, 16, 16, colour)
        expect((await sharp(made.bytes).metadata()).hasProfile).toBe(false)
      })
      it('take a coloured canvas', async () => {
        const made = await run(await make(), 'resize,m_pad,w_32,h_16,color_ff0000')
        await expectColour(made.bytes, 1, 8, [255, 0, 0])
        await expectColour(made.bytes, 16, 8, colour)
      })
      it('are brightened by as much as any other', async () => {
        const made = await run(await make(), 'bright,10')
        await expectColour(
          made.bytes,
          16,
          16,
          colour.map((value) => value + 25.5),
        )
      })
    })

  it('of CMYK become those of the screen', async () => {
    const cmyk = await flat('#c86432').toColourspace('cmyk').withIccProfile('cmyk').jpeg({ quality: 100 }).toBuffer()
    expect((await sharp(cmyk).metadata()).space).toBe('cmyk')
    const made = await run(cmyk, 'resize,m_pad,w_32,h_16,color_0000ff/format,png')
    // Inks cannot print this orange quite.
    await expectColour(made.bytes, 16, 8, [200, 100, 50], 30)
    await expectColour(made.bytes, 1, 8, [0, 0, 255])
  })
})

describe('transparency', () => {
  /** Left half green and opaque, right half red and invisible. */
  async function halves(): Promise<Buffer> {
    const data = Buffer.alloc(64 * 64 * 4)
    for (let i = 0; i < 64 * 64; i++) data.set(i % 64 < 32 ? [0, 255, 0, 255] : [255, 0, 0, 0], 4 * i)
    return sharp(data, { raw: { width: 64, height: 64, channels: 4 } })
      .png()
      .toBuffer()
  }

  for (const chain of ['resize,w_15', 'blur,r_5,s_3', 'rotate,10', 'resize,w_40/blur,r_3,s_2/rotate,33'])
    it(`does not let hidden colours out at its edge: ${chain}`, async () => {
      const { data } = await rgba((await run(await halves(), chain)).bytes)
      for (let i = 0; i < data.length; i += 4) {
        if ((data[i + 3] ?? 0) < 32) continue
        expect([(data[i] ?? 0) < 16, (data[i + 1] ?? 0) > 239]).toEqual([true, true])
      }
    })

  it('is white in a JPEG whatever was done before, also where brightness changed', async () => {
    for (const chain of ['format,jpg', 'bright,-50/format,jpg', 'format,jpg/contrast,-80', 'format,jpg/blur,r_2,s_1']) {
      const made = await run(await halves(), chain)
      await expectColour(made.bytes, 60, 10, [255, 255, 255, 255], 4)
    }
  })

  it('is added by circle, and stays through what follows', async () => {
    const source = await flat('#c86432').jpeg().toBuffer()
    const made = await run(source, 'circle,r_20/resize,w_20/bright,10/format,webp')
    expect((await pixelAt(made.bytes, 0, 0))[3]).toBe(0)
    expect((await pixelAt(made.bytes, 10, 10))[3]).toBe(255)
  })

  it('of a mask takes what was transparent before into account', async () => {
    const made = await run(await halves(), 'circle,r_31')
    expect((await pixelAt(made.bytes, 20, 31))[3]).toBe(255)
    expect((await pixelAt(made.bytes, 50, 31))[3]).toBe(0)
  })
})

describe('orientation', () => {
  for (let orientation = 1; orientation <= 8; orientation++)
    it(`${orientation} comes out upright through any chain`, async () => {
      const source = await picture({ format: 'jpeg', width: 60, height: 40, quality: 95, orientation })
      const upright = await sharp(source).autoOrient().png().toBuffer({ resolveWithObject: true })
      const { width, height } = upright.info
      for (const chain of [
        'crop,w_30,h_30',
        'resize,w_30/crop,w_20,h_20',
        'blur,r_1,s_1/crop,w_30,h_30',
        'rotate,180',
      ]) {
        const made = await run(source, `${chain}/format,png`)
        const expected =
          chain === 'rotate,180'
            ? await pixelAt(upright.data, width - 3, height - 3)
            : await pixelAt(upright.data, 2, 2)
        await expectColour(
          made.bytes,
          chain.startsWith('resize') ? 1 : 2,
          chain.startsWith('resize') ? 1 : 2,
          expected,
          40,
        )
      }
    })
})

describe('a bright or contrasted picture', () => {
  const at = async (chain: string, grey: number): Promise<number> => {
    const hex = grey.toString(16).padStart(2, '0')
    const source = await flat(`#${hex}${hex}${hex}`).png().toBuffer()
    return (await pixelAt((await run(source, chain)).bytes, 5, 5))[0] ?? -1
  }
  it('is black at -100, unchanged at 0, white at 100', async () => {
    expect([await at('bright,-100', 100), await at('bright,0', 100), await at('bright,100', 100)]).toEqual([
      0, 100, 255,
    ])
  })
  it('is middle grey at -100, unchanged at 0, black and white at 100', async () => {
    expect([await at('contrast,-100', 20), await at('contrast,0', 20)]).toEqual([128, 20])
    expect([await at('contrast,100', 120), await at('contrast,100', 135)]).toEqual([0, 255])
  })
})

describe('a sharpened or blurred picture', () => {
  async function edge(chain: string): Promise<number> {
    const data = Buffer.alloc(64 * 64 * 3, 80)
    for (let y = 0; y < 64; y++) for (let x = 32; x < 64; x++) data.fill(170, (y * 64 + x) * 3, (y * 64 + x) * 3 + 3)
    const source = await sharp(data, { raw: { width: 64, height: 64, channels: 3 } })
      .png()
      .toBuffer()
    const { data: made } = await rgba((await run(source, chain)).bytes)
    return (made[(32 * 64 + 32) * 4] ?? 0) - (made[(32 * 64 + 31) * 4] ?? 0)
  }
  it('has steeper edges the larger the number', async () => {
    const steps = [await edge('sharpen,50'), await edge('sharpen,100'), await edge('sharpen,399')]
    expect(steps).toEqual([...steps].sort((a, b) => a - b))
    expect(steps[0]).toBeGreaterThan(90)
    expect(steps[2]).toBeGreaterThan(steps[0] ?? 0)
  })
  it('has flatter edges the larger the deviation, no further than the radius', async () => {
    const steps = [await edge('blur,r_10,s_1'), await edge('blur,r_10,s_3'), await edge('blur,r_10,s_20')]
    expect(steps).toEqual([...steps].sort((a, b) => b - a))
    expect(await edge('blur,r_1,s_50')).toBeGreaterThan(await edge('blur,r_50,s_50'))
  })
})

describe('attention', () => {
  async function busyCorner(): Promise<Buffer> {
    const dot = Buffer.from(
      '<svg width="40" height="40"><circle cx="20" cy="20" r="20" fill="#e84"/><path d="M0 0L40 40M40 0L0 40" stroke="#000"/></svg>',
    )
    return flat('#888', 3, 300)
      .composite([{ input: dot, left: 240, top: 230 }])
      .jpeg({ quality: 95 })
      .toBuffer()
  }
  for (const chain of [
    'crop,w_80,h_80,g_auto',
    'resize,m_fill,w_150,h_60,g_auto',
    'crop,w_280/crop,w_80,h_80,g_auto/rotate,90',
  ])
    it(`keeps what draws it: ${chain}`, async () => {
      const { data } = await rgba((await run(await busyCorner(), `${chain}/format,png`)).bytes)
      let orange = 0
      for (let i = 0; i < data.length; i += 4) if ((data[i] ?? 0) > 200 && (data[i + 2] ?? 0) < 120) orange++
      expect(orange).toBeGreaterThan(chain.startsWith('resize') ? 150 : 700)
    })
})
