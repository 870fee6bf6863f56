import { Impossible } from '../../src/image/operations/impossible.ts'
import { plan } from '../../src/image/plan.ts'
import type { ImageFacts } from '../../src/image/types.ts'
import { LIMITS, operations } from './operations/chain.ts'

const FACTS: ImageFacts = {
  format: 'jpeg',
  contentType: 'image/jpeg',
  width: 400,
  height: 300,
  pages: 1,
  pixels: 120_000,
  orientation: 1,
  hasAlpha: false,
  hasProfile: false,
  depth: 8,
  space: 'srgb',
}

/** The kinds of steps of each pass. */
function passes(chain: string, facts: Partial<ImageFacts> = {}): string[][] {
  return plan({ ...FACTS, ...facts }, operations(chain), LIMITS).passes.map(({ steps }) =>
    steps.map(({ kind }) => kind),
  )
}

function end(chain: string, facts: Partial<ImageFacts> = {}): { width: number; height: number; alpha: boolean } {
  const { width, height, alpha } = plan({ ...FACTS, ...facts }, operations(chain), LIMITS).end
  return { width, height, alpha }
}

describe('a plan', () => {
  const fused: readonly [string, string[][]][] = [
    ['resize,w_200', [['resize']]],
    ['resize,w_200/blur,r_3,s_2/sharpen,100', [['resize', 'blur', 'sharpen']]],
    ['resize,w_200/crop,w_50/rotate,45', [['resize', 'crop'], ['spin']]],
    ['crop,w_300/resize,w_200/crop,w_100', [['crop', 'resize', 'crop']]],
    ['crop,w_300/crop,w_200/crop,w_100', [['crop', 'crop'], ['crop']]],
    ['resize,m_pad,w_100,h_100/blur,r_3,s_2', [['resize', 'extend', 'blur']]],
    ['resize,w_200/rotate,90/crop,w_50', [['resize', 'turn', 'crop']]],
    ['rotate,90/resize,w_200', [['resize', 'turn']]],
    ['rotate,90/resize,w_600,limit_0', [['turn'], ['resize']]],
    ['rotate,90/rotate,90', [['turn'], ['turn']]],
    ['crop,w_200/rotate,90/crop,w_100', [['crop', 'turn', 'crop']]],
    ['blur,r_3,s_2/resize,w_200', [['blur'], ['resize']]],
    ['sharpen,100/blur,r_3,s_2', [['sharpen'], ['blur']]],
    ['resize,w_300/resize,w_200', [['resize'], ['resize']]],
    ['bright,10/contrast,10', [['linear'], ['linear']]],
    ['circle,r_50/rounded-corners,r_10', [['crop', 'overlay', 'overlay']]],
    ['watermark,text_QQ/watermark,text_QQ/bright,5', [['overlay', 'overlay', 'linear']]],
    ['bright,5/watermark,text_QQ', [['linear'], ['overlay']]],
    ['format,webp', [[]]],
    ['bright,0/contrast,0/rotate,0/crop,w_900/resize,w_400', [[]]],
    ['resize,m_fill,w_100,h_100,g_auto/blur,r_1,s_1', [['resize'], ['attention', 'blur']]],
  ]
  for (const [chain, expected] of fused)
    it(`does in one pass what may share one: ${chain}`, () => {
      expect(passes(chain)).toEqual(expected)
    })

  it('begins with the resize wherever it is the first step, so that it shrinks while decoding', () => {
    expect(passes('resize,w_200/circle,r_20/bright,5')[0]?.[0]).toBe('resize')
    expect(passes('auto-orient,0/resize,w_200/rotate,45')[0]).toEqual(['resize', 'spin'])
  })

  it('keeps what counts on 8-bit sRGB out of the pass that reads anything else', () => {
    const grey = { space: 'b-w' }
    expect(passes('resize,w_200/bright,5', grey)).toEqual([['resize'], ['linear']])
    expect(passes('bright,5', { space: 'rgb16', depth: 16 })).toEqual([[], ['linear']])
    expect(passes('resize,m_pad,w_9,h_9', { space: 'cmyk' })).toEqual([['resize'], ['extend']])
    expect(passes('resize,w_200/blur,r_1,s_1', grey)).toEqual([['resize', 'blur']])
  })

  it('lets frames through one by one only where a step mixes neighbours', () => {
    const moving = { format: 'gif' as const, pages: 3, pixels: 360_000 }
    const planned = plan({ ...FACTS, ...moving }, operations('resize,w_200/blur,r_1,s_1/bright,5'), LIMITS)
    expect(planned.passes.map(({ steps, framewise }) => [steps.map(({ kind }) => kind), framewise])).toEqual([
      [['resize'], false],
      [['blur'], true],
      [['linear'], false],
    ])
  })

  it('computes the size from that of the step before', () => {
    expect(end('resize,w_100/rotate,90/resize,w_50')).toEqual({ width: 50, height: 67, alpha: false })
    expect(end('crop,w_200,h_200/circle,r_90/format,png')).toEqual({ width: 181, height: 181, alpha: true })
    expect(end('auto-orient,0', { orientation: 6 })).toEqual({ width: 300, height: 400, alpha: false })
  })

  it('takes the last word on format, quality and interlace wherever it stands', () => {
    const { settings } = plan(
      FACTS,
      operations('format,png/quality,q_50/interlace,1/resize,w_10/quality,Q_70/interlace,0/format,webp'),
      LIMITS,
    )
    expect(settings).toEqual({
      orient: true,
      auto: false,
      format: 'webp',
      quality: { relative: false, value: 70 },
      progressive: false,
    })
  })

  it('says how much of it is in memory at once', () => {
    expect(plan(FACTS, operations('resize,w_200'), LIMITS).heldBytes).toBe(200 * 150 * 4)
    expect(plan(FACTS, operations('blur,r_1,s_1/resize,w_200'), LIMITS).heldBytes).toBe((400 * 300 + 200 * 150) * 4)
  })

  it('refuses a step that grows beyond the limit, also where a later one would shrink it', () => {
    expect(() => plan(FACTS, operations('resize,w_16384,limit_0/resize,w_10'), LIMITS)).toThrow(
      'Expected a result of at most 16777216 pixels, got 16384 × 12288',
    )
    const large = { width: 6000, height: 6000, pixels: 36_000_000 }
    expect(plan({ ...FACTS, ...large }, operations('crop,w_5900/resize,w_100'), LIMITS).end.width).toBe(100)
    expect(() => plan({ ...FACTS, ...large }, operations('crop,w_5900'), LIMITS)).toThrow('got 5900 × 6000')
  })

  it('refuses sides that a format cannot hold', () => {
    const long = { width: 16_384, height: 10, pixels: 163_840 }
    expect(() => plan({ ...FACTS, ...long }, operations('format,webp'), LIMITS)).toThrow(
      'Expected sides of at most 16383 px for webp, got 16384 × 10',
    )
    expect(plan({ ...FACTS, ...long }, operations('format,avif'), LIMITS).formats).toEqual(['avif'])
    // What is offered beside the source's format only goes where it fits.
    expect(plan({ ...FACTS, ...long }, operations('format,f_auto'), LIMITS).formats).toEqual(['jpeg'])
    expect(() => plan({ ...FACTS, ...long, width: 16_385 }, operations('quality,Q_50'), LIMITS)).toThrow('16385 × 10')
  })

  it('refuses with messages that say what was expected and what was given', () => {
    for (const chain of ['crop,x_400,w_10,h_10', 'crop,y_300'])
      expect(() => plan(FACTS, operations(chain), LIMITS)).toThrow(/^Expected crop to begin inside .*, got /)
    expect(() => plan({ ...FACTS, width: 4097 }, operations('rotate,90'), LIMITS)).toThrow(Impossible)
    expect(plan({ ...FACTS, width: 4096 }, operations('rotate,90'), LIMITS).end.height).toBe(4096)
  })
})
