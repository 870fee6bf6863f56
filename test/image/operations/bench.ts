// Not a test: `node --import tsx test/image/operations/bench.ts [rounds]`. Prints JSON.
import { performance } from 'node:perf_hooks'
import sharp from 'sharp'
import { QUALITY } from '../../../src/image/policy.ts'
import { parseKey } from '../../../src/key/parse.ts'
import { inspect } from '../../../src/image/inspect.ts'
import { plan } from '../../../src/image/plan.ts'
import { LIMITS, operations, OPTIONS } from './chain.ts'
import { render } from '../../../src/image/render.ts'
import { cameraJpeg } from '../../support/pictures.ts'

const rounds = Number(process.argv[2] ?? 15)
const median = (values: number[]): number => [...values].sort((a, b) => a - b)[values.length >> 1] ?? Number.NaN

/** What a hand would write for the same result. */
function bare(source: Buffer): Promise<Buffer> {
  return sharp(source).autoOrient().resize(800).jpeg({ mozjpeg: true, quality: QUALITY.balanced.jpeg }).toBuffer()
}

/** Wall clock, and time on a processor: the latter holds still on a busy machine. */
async function timed(run: () => Promise<unknown>): Promise<{ wall: number; cpu: number }> {
  const before = process.cpuUsage()
  const started = performance.now()
  await run()
  const wall = performance.now() - started
  const { user, system } = process.cpuUsage(before)
  return { wall, cpu: (user + system) / 1000 }
}

async function main(): Promise<void> {
  const source = await cameraJpeg(4000, 3000)
  const chain = operations('resize,w_800')
  const ours = (): Promise<unknown> => render(source, chain, OPTIONS)
  await ours()
  await bare(source)
  const pairs: { ours: Awaited<ReturnType<typeof timed>>; bare: Awaited<ReturnType<typeof timed>> }[] = []
  for (let i = 0; i < rounds; i++) {
    // In turn first, so that a slow moment of the machine does not fall on one of the two.
    if (i % 2 === 0) pairs.push({ ours: await timed(ours), bare: await timed(() => bare(source)) })
    else {
      const other = await timed(() => bare(source))
      pairs.push({ ours: await timed(ours), bare: other })
    }
  }
  const facts = await inspect(source, LIMITS)
  const settings = { dialects: ['suffix'] as const, styles: {}, allow: 'open' as const }
  const keys = [
    'trip/photo.jpg__op__resize,w_800',
    'trip/photo.jpg__op__resize,m_fill,w_200,h_200__op__quality,q_80__op__format,f_webp',
    'trip/photo.jpg__op__crop,w_400,h_300,g_center__op__rotate,90__op__blur,r_3,s_2__op__format,f_png',
  ]
  const perKey: number[] = []
  for (let round = 0; round < 40; round++) {
    const started = performance.now()
    for (let i = 0; i < 300; i++) for (const key of keys) plan(facts, parseKey(key, settings).operations, LIMITS)
    perKey.push(((performance.now() - started) * 1000) / (300 * keys.length))
  }
  const figures = {
    oursMs: median(pairs.map(({ ours }) => ours.wall)),
    bareMs: median(pairs.map(({ bare }) => bare.wall)),
    ratio: median(pairs.map(({ ours, bare }) => ours.wall / bare.wall)),
    cpuRatio: median(pairs.map(({ ours, bare }) => ours.cpu / bare.cpu)),
    parseAndPlanUs: median(perKey),
  }
  process.stdout.write(`${JSON.stringify(figures)}\n`)
}

void main()
