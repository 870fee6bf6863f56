import * as fc from 'fast-check'
import { grammar, type Operation } from '../../src/key/actions/list.ts'
import { readKey, writeKey, type ReadKey } from '../../src/key/read.ts'
import { ImageFault } from '../../src/image/fault.ts'
import { plan } from '../../src/image/plan.ts'
import type { ImageFacts } from '../../src/image/types.ts'
import { OPEN } from './settings.ts'
import { anyChain, spell, type StepText } from './steps.ts'

const SETTINGS = ['auto-orient', 'format', 'interlace', 'quality']
const LIMITS = { maxSourcePixels: 100_000_000, maxOutputPixels: 16_777_216 }

function read(chain: readonly StepText[]): ReadKey {
  return readKey(writeKey('a.jpg', chain.map(spell), OPEN), OPEN)
}

/** As they stand in the key, each for itself. */
function asWritten(chain: readonly StepText[]): Operation[] {
  return chain.flatMap(({ action, parts }) => {
    const operation = grammar.actions.get(action)?.read(parts).operation
    return operation === undefined ? [] : [operation as Operation]
  })
}

/** All that will be done to a picture (how a mark is drawn is a function, and its operation is not touched), or why it cannot be. */
function planned(facts: ImageFacts, operations: readonly Operation[]): unknown {
  try {
    return JSON.parse(JSON.stringify(plan(facts, operations, LIMITS))) as unknown
  } catch (fault) {
    if (fault instanceof ImageFault) return `${fault.code} ${fault.message}`
    throw fault
  }
}

const anySource: fc.Arbitrary<ImageFacts> = fc
  .record({
    format: fc.constantFrom('jpeg', 'png', 'webp', 'gif', 'tiff', 'avif'),
    width: fc.integer({ min: 1, max: 4000 }),
    height: fc.integer({ min: 1, max: 4000 }),
    pages: fc.constantFrom(1, 1, 3),
    orientation: fc.integer({ min: 1, max: 8 }),
    hasAlpha: fc.boolean(),
    hasProfile: fc.boolean(),
    depth: fc.constantFrom(8, 16),
    space: fc.constantFrom('srgb', 'b-w', 'cmyk'),
  } as const)
  .map((facts) => ({
    ...facts,
    contentType: `image/${facts.format}`,
    pixels: facts.width * facts.height * facts.pages,
  }))

const short = anyChain.filter((chain) => chain.length <= 6 && chain.map(spell).join('').length < 900)

// Thousands of cases: seconds on a free machine, more on a busy one.
jest.setTimeout(180_000)

describe('settings in a chain', () => {
  it('may stand anywhere and be repeated: the plan for any picture is that of the canonical chain', () => {
    fc.assert(
      fc.property(anySource, short, (source, chain) => {
        expect(planned(source, asWritten(chain))).toEqual(planned(source, read(chain).operations))
      }),
      { numRuns: 3000 },
    )
  })

  it('stand last in the canonical key, in one order, each once; steps keep theirs', () => {
    fc.assert(
      fc.property(short, (chain) => {
        const { operations, steps } = read(chain)
        const isSetting = (action: string) => SETTINGS.includes(action)
        const actions = operations.map(({ action }) => action)
        const settings = actions.filter(isSetting)
        expect(actions).toEqual([...actions.filter((action) => !isSetting(action)), ...settings])
        expect(settings).toEqual([...new Set(settings)].sort())
        expect(actions.filter((action) => !isSetting(action))).toEqual(
          chain.map(({ action }) => action).filter((action) => !isSetting(action)),
        )
        expect(steps).toHaveLength(operations.length)
      }),
      { numRuns: 1000 },
    )
  })

  it.each([
    ['interlace,1/format,jpg', 'format,f_jpg/interlace,1'],
    ['format,webp/resize,w_9/quality,Q_80', 'resize,w_9/format,f_webp/quality,Q_80'],
    ['format,png/format,jpg', 'format,f_jpg', 'format,f_png'],
    ['format,auto/resize,w_9/format,jpg', 'resize,w_9/format,f_jpg', 'format,f_auto'],
    ['quality,q_50/quality,Q_60', 'quality,Q_60', 'quality,q_50'],
    ['auto-orient,0/rotate,90/auto-orient,1', 'rotate,90', 'auto-orient,0'],
    ['auto-orient,1/rotate,90/auto-orient,0', 'rotate,90/auto-orient,0', 'auto-orient,1'],
    ['auto-orient,1/auto-orient,1', 'auto-orient,1', 'auto-orient,1'],
    ['resize,w_9/interlace,0', 'resize,w_9/interlace,0'],
    ['resize,w_9/rotate,90', 'resize,w_9/rotate,90'],
    ['rotate,90/resize,w_9', 'rotate,90/resize,w_9'],
  ])('%s is %s', (chain, canonical, ...ignored) => {
    const key = `a.jpg__op__${chain.replaceAll('/', '__op__')}`
    expect(readKey(key, OPEN)).toMatchObject({ steps: canonical.split('/'), ignored })
  })
})
