import * as fc from 'fast-check'
import { ImageFault } from '../../../src/image/fault.ts'
import { inspect } from '../../../src/image/inspect.ts'
import { plan } from '../../../src/image/plan.ts'
import { anyChain, spell } from '../../key/steps.ts'
import { OPTIONS, operations, run } from './chain.ts'
import { boxFont, LETTERS } from './font.ts'
import { picture, type Wanted } from './pictures.ts'
import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import sharp from 'sharp'

const fontFile = join(mkdtempSync(join(tmpdir(), 'fuzz-')), 'box.ttf')
writeFileSync(fontFile, boxFont('Box Sans', LETTERS))

const limits = { maxSourcePixels: 100_000, maxOutputPixels: 60_000 }
const mark = picture({ format: 'png', width: 20, height: 12, alpha: true })
const options = { ...OPTIONS, limits, fontFile, fetchMark: () => mark }

const source: fc.Arbitrary<Wanted> = fc.record(
  {
    format: fc.constantFrom('jpeg', 'png', 'webp', 'gif', 'tiff'),
    width: fc.integer({ min: 1, max: 90 }),
    height: fc.integer({ min: 1, max: 90 }),
    alpha: fc.boolean(),
    orientation: fc.integer({ min: 1, max: 8 }),
    pages: fc.constantFrom(1, 1, 1, 3),
  },
  { requiredKeys: ['format', 'width', 'height'] },
)

const number = (min: number, max: number): fc.Arbitrary<number> => fc.integer({ min, max })
const size = number(1, 150)
const g = fc.constantFrom('nw', 'north', 'center', 'se', 'auto')
const text = fc.constantFrom('A', 'iA', '水印', 'Ai A').map((each) => Buffer.from(each).toString('base64url'))

/** Steps that mostly can be done to small pictures. */
const smallStep: fc.Arbitrary<string> = fc.oneof(
  fc
    .tuple(fc.constantFrom('lfit', 'mfit', 'fill', 'pad', 'fixed'), size, size, number(0, 1))
    .map(([m, w, h, limit]) => `resize,m_${m},w_${w},h_${h},limit_${limit}`),
  fc.tuple(size, fc.constantFrom('center', 'auto')).map(([w, at]) => `resize,m_fill,w_${w},g_${at}`),
  number(1, 300).map((p) => `resize,p_${p}`),
  fc.tuple(size, size, number(0, 20), g).map(([w, h, x, at]) => `crop,w_${w},h_${h},x_${x},g_${at}`),
  size.map((r) => `circle,r_${r}`),
  size.map((r) => `rounded-corners,r_${r}`),
  fc.tuple(fc.constantFrom('x', 'y'), size, number(0, 3)).map(([axis, n, i]) => `indexcrop,${axis}_${n},i_${i}`),
  fc.constantFrom(0, 90, 180, 270, 45, 1, 359).map((degrees) => `rotate,${degrees}`),
  fc.tuple(number(1, 50), number(1, 50)).map(([r, s]) => `blur,r_${r},s_${s}`),
  number(-100, 100).map((value) => `bright,${value}`),
  number(-100, 100).map((value) => `contrast,${value}`),
  number(50, 399).map((value) => `sharpen,${value}`),
  fc.constantFrom('jpg', 'png', 'webp', 'gif', 'tiff', 'bmp', 'auto').map((format) => `format,${format}`),
  number(1, 100).map((q) => `quality,q_${q}`),
  fc.constantFrom('auto-orient,0', 'auto-orient,1', 'interlace,1'),
  fc
    .tuple(text, number(1, 60), number(0, 1), number(0, 360), fc.constantFrom('nw', 'center', 'se'))
    .map(
      ([each, px, fill, turn, at]) => `watermark,text_${each},size_${px},fill_${fill},rotate_${turn},g_${at},x_0,y_0`,
    ),
  number(0, 1).map((fill) => `watermark,image_${Buffer.from('m').toString('base64url')},g_nw,x_1,y_1,fill_${fill}`),
)

const smallChain = fc
  .array(smallStep, { minLength: 1, maxLength: 5 })
  .filter((steps) => steps.filter((step) => step.includes('image_')).length <= 3)
  .map((steps) => steps.join('/'))

async function expectPlannedOrRefused(wanted: Wanted, chain: string): Promise<void> {
  const bytes = await picture(wanted)
  const made = await run(bytes, chain, options).catch((fault: unknown) => {
    // A fault of the bytes or of the request, with a reason; never the machine's, and nothing else at all.
    if (fault instanceof ImageFault && !fault.passing && fault.message.startsWith('Expected ')) return undefined
    throw fault
  })
  if (made === undefined || made.format === 'json' || made.format === 'text') return
  const { end } = plan(await inspect(bytes, limits), operations(chain), limits)
  expect([made.width, made.height, made.pages]).toEqual([end.width, end.height, end.pages])
  if (made.format === 'bmp') return
  const found = await sharp(made.bytes, { animated: true }).metadata()
  const format = found.mediaType?.slice('image/'.length)
  expect([format, found.width, found.pageHeight ?? found.height]).toEqual([made.format, end.width, end.height])
}

describe('any chain on any picture', () => {
  it('gives the planned size or a reason why not: steps of small sizes', async () => {
    await fc.assert(
      fc.asyncProperty(source, smallChain, (wanted, chain) => expectPlannedOrRefused(wanted, chain)),
      { numRuns: 150 },
    )
  }, 60_000)

  it('gives the planned size or a reason why not: everything a key can say', async () => {
    await fc.assert(
      fc.asyncProperty(source, anyChain, (wanted, steps) => expectPlannedOrRefused(wanted, steps.map(spell).join('/'))),
      { numRuns: 100 },
    )
  }, 60_000)
})
