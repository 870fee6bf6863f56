import sharp from 'sharp'
import type { Sharp } from 'sharp'
import { run } from './chain.ts'

const WIDTH = 160
const HEIGHT = 120

/** Noise with structure in it, so that every order of two steps shows; with alpha on request. */
async function noise(alpha = false): Promise<Buffer> {
  const channels = alpha ? 4 : 3
  const data = Buffer.alloc(WIDTH * HEIGHT * channels)
  let seed = 7
  for (let y = 0; y < HEIGHT; y++)
    for (let x = 0; x < WIDTH; x++)
      for (let c = 0; c < channels; c++) {
        seed = (Math.imul(seed, 1_103_515_245) + 12_345) & 0x7fffffff
        const base = c === 0 ? x * 1.2 : c === 1 ? y * 1.6 : (x >> 3) % 2 === (y >> 3) % 2 ? 160 : 60
        data[(y * WIDTH + x) * channels + c] = c === 3 ? (x > 120 ? 0 : 255) : Math.min(255, base + ((seed >> 16) & 63))
      }
  return sharp(data, { raw: { width: WIDTH, height: HEIGHT, channels } })
    .png()
    .toBuffer()
}

const MARK = sharp({ create: { width: 24, height: 16, channels: 4, background: '#ff00ff80' } })
  .png()
  .toBuffer()

interface Reference {
  /** As in a key. */
  readonly spelled: string
  /** The same with the engine alone, for a picture of this size. */
  apply(image: Sharp, width: number, height: number): Sharp | Promise<Sharp>
}

const name = Buffer.from('mark.png').toString('base64url')

/** One step each, written out in numbers, without the planner. */
const STEPS: Readonly<Record<string, Reference>> = {
  resize: {
    spelled: 'resize,p_50',
    apply: (image, width, height) => image.resize(Math.round(width / 2), Math.round(height / 2), { fit: 'fill' }),
  },
  fixed: {
    spelled: 'resize,m_fixed,w_70,h_90,limit_0',
    apply: (image) => image.resize(70, 90, { fit: 'fill' }),
  },
  pad: {
    spelled: 'resize,m_pad,w_200,h_180,color_00ff00,limit_0',
    async apply(image, width, height) {
      const scale = Math.min(200 / width, 180 / height)
      const [w, h] = [Math.round(width * scale), Math.round(height * scale)]
      const left = Math.floor((200 - w) / 2)
      const top = Math.floor((180 - h) / 2)
      // In proportion: the other side follows.
      const by = 200 / width <= 180 / height ? { width: w } : { height: h }
      const inside = sharp(await image.resize(by).png().toBuffer())
      return inside.extend({ left, top, right: 200 - w - left, bottom: 180 - h - top, background: '#00ff00' })
    },
  },
  crop: {
    spelled: 'crop,x_7,y_5,w_60,h_50',
    apply: (image, width, height) =>
      image.extract({ left: 7, top: 5, width: Math.min(60, width - 7), height: Math.min(50, height - 5) }),
  },
  turn: { spelled: 'rotate,90', apply: (image) => image.rotate(90) },
  spin: { spelled: 'rotate,30', apply: (image) => image.rotate(30, { background: '#00000000' }) },
  blur: {
    spelled: 'blur,r_4,s_2',
    apply: (image) => image.blur({ sigma: 2, minAmplitude: Math.exp(-(4.5 ** 2) / 8) }),
  },
  sharpen: { spelled: 'sharpen,200', apply: (image) => image.sharpen({ sigma: 1, m1: 2, m2: 4 }) },
  bright: { spelled: 'bright,20', apply: (image) => image.linear(1, 51) },
  contrast: {
    spelled: 'contrast,-30',
    apply: (image) => image.linear(Math.tan((0.7 * Math.PI) / 4), 127.5 * (1 - Math.tan((0.7 * Math.PI) / 4))),
  },
  mark: {
    spelled: `watermark,image_${name},g_nw,x_10,y_8`,
    apply: async (image) => image.composite([{ input: await MARK, left: 10, top: 8 }]),
  },
}

async function stepwise(source: Buffer, steps: readonly Reference[]): Promise<Buffer> {
  let bytes = source
  for (const step of steps) {
    const { width, height } = await sharp(bytes).metadata()
    bytes = await (await step.apply(sharp(bytes), width, height)).png({ compressionLevel: 1 }).toBuffer()
  }
  return bytes
}

async function shown(bytes: Buffer): Promise<{ data: Buffer; size: string }> {
  const { data, info } = await sharp(bytes).ensureAlpha().raw().toBuffer({ resolveWithObject: true })
  // A colour counts as far as it can be seen.
  for (let i = 0; i < data.length; i++) {
    if (i % 4 !== 3) data[i] = Math.round(((data[i] ?? 0) * (data[i - (i % 4) + 3] ?? 0)) / 255)
  }
  return { data, size: `${info.width} × ${info.height}` }
}

/** Share of samples that differ by more than rounding between passes can explain. */
async function differing(one: Buffer, other: Buffer): Promise<number> {
  const [a, b] = await Promise.all([shown(one), shown(other)])
  expect(a.size).toBe(b.size)
  let off = 0
  for (let i = 0; i < a.data.length; i++) if (Math.abs((a.data[i] ?? 0) - (b.data[i] ?? 0)) > 4) off++
  return off / a.data.length
}

const options = { fetchMark: () => MARK }

async function expectLikeStepwise(source: Buffer, names: readonly string[]): Promise<void> {
  const steps = names.map((each) => STEPS[each]).filter((each) => each !== undefined)
  const made = await run(source, `${steps.map(({ spelled }) => spelled).join('/')}/format,png`, options)
  expect(await differing(made.bytes, await stepwise(source, steps))).toBeLessThan(0.002)
}

describe('two steps in either order', () => {
  for (const first of Object.keys(STEPS))
    for (const second of Object.keys(STEPS))
      it(`${first}, then ${second}: the same as one by one`, async () => {
        await expectLikeStepwise(await noise(), [first, second])
        await expectLikeStepwise(await noise(true), [first, second])
      })
})

describe('longer chains', () => {
  const chains = [
    ['crop', 'turn', 'crop'],
    ['turn', 'crop', 'turn', 'crop'],
    ['crop', 'spin', 'crop'],
    ['turn', 'crop', 'crop'],
    ['crop', 'crop', 'turn', 'crop'],
    ['turn', 'resize', 'crop'],
    ['crop', 'turn', 'resize', 'blur'],
    ['blur', 'resize', 'sharpen', 'mark', 'bright'],
    ['mark', 'mark', 'resize', 'mark'],
    ['spin', 'crop', 'mark', 'contrast', 'bright'],
    ['crop', 'resize', 'crop', 'resize'],
    ['resize', 'turn', 'spin', 'crop', 'blur'],
    ['pad', 'crop', 'pad', 'blur'],
  ]
  for (const names of chains)
    it(`${names.join(', ')}: the same as one by one`, async () => {
      await expectLikeStepwise(await noise(), names)
    })

  it('are the same one by one with transparency', async () => {
    const source = await noise(true)
    for (const names of [
      ['resize', 'blur', 'mark', 'bright'],
      ['blur', 'crop', 'resize'],
      ['bright', 'spin', 'mark'],
    ])
      await expectLikeStepwise(source, names)
  })
})

describe('steps whose order shows', () => {
  const different: readonly [string, string][] = [
    ['blur', 'resize'],
    ['sharpen', 'resize'],
    ['sharpen', 'blur'],
    ['mark', 'resize'],
    ['mark', 'crop'],
    ['mark', 'blur'],
    ['bright', 'mark'],
  ]
  for (const [first, second] of different)
    it(`${first} and ${second} give two different pictures`, async () => {
      const source = await noise()
      const chain = (...names: string[]): string =>
        `${names.map((each) => STEPS[each]?.spelled ?? '').join('/')}/format,png`
      const one = await shown((await run(source, chain(first, second), options)).bytes)
      const other = await shown((await run(source, chain(second, first), options)).bytes)
      expect(one.data.equals(other.data)).toBe(false)
    })
})
