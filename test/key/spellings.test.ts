import * as fc from 'fast-check'
import type { Allow } from '../../src/key/allow.ts'
import { edgeKey } from '../../src/key/edge-key.ts'
import { explain } from '../../src/key/explain.ts'
import { KeyFault } from '../../src/key/fault.ts'
import { parseKey } from '../../src/key/parse.ts'
import { readKey } from '../../src/key/read.ts'
import { readAllow } from '../../src/key/settings-text.ts'
import { spellingOf } from '../../src/key/spelling.ts'
import type { KeySettings } from '../../src/key/settings.ts'
import { anyKey } from './any-key.ts'
import { faultOf, OPEN } from './settings.ts'
import { anyName } from './steps.ts'

function under(allow: string): KeySettings {
  return { ...OPEN, allow: readAllow(allow) }
}

const LIST = 'sizes=320,640x480;formats=auto,jpg;qualities=80;styles=small,hero'
const ANY = under(LIST)
const CANONICAL = under(`${LIST};spellings=canonical`)

function isTaken(key: string, settings: KeySettings): boolean {
  try {
    parseKey(key, settings)
    return true
  } catch (fault) {
    if (fault instanceof KeyFault) return false
    throw fault
  }
}

function permutations<T>(items: readonly T[]): T[][] {
  if (items.length < 2) return [[...items]]
  return items.flatMap((item, at) => permutations(items.toSpliced(at, 1)).map((rest) => [item, ...rest]))
}

/** Every choice of one from each list. */
function choices<T>(lists: readonly (readonly T[])[]): T[][] {
  return lists.reduce<T[][]>((sets, list) => sets.flatMap((set) => list.map((item) => [...set, item])), [[]])
}

const given = (parts: readonly string[]) => parts.filter((part) => part !== '')

/** What the one size can be asked with: all words, all orders, defaults spelled out or not. */
const RESIZES = choices([
  ['w_320'],
  ['', 'm_lfit', 'm_mfit', 'm_fill', 'm_pad', 'm_fixed'],
  ['', 'limit_0', 'limit_1'],
  ['', 'color_ffffff', 'color_FFFFFF'],
  ['', 'g_center', 'g_auto'],
]).flatMap((parts) => permutations(given(parts)).map((order) => ['resize', ...order].join(',')))

const SETTINGS = [
  ['', 'format,jpg', 'format,f_jpg', 'format,jpeg'],
  ['', 'quality,q_80', 'quality,Q_80'],
  ['', 'interlace,0', 'interlace,1', 'interlace,i_1'],
  ['', 'auto-orient,0', 'auto-orient,1'],
] as const

function taken(keys: Iterable<string>, settings: KeySettings): Set<string> {
  return new Set([...keys].filter((key) => isTaken(key, settings)))
}

describe('how many names there are for one size, one format and one quality', () => {
  const one = 'sizes=320;formats=jpg;qualities=80'

  it('a size of one side has 10: five modes (two of them the same), fill also by attention, enlarged or not', () => {
    const keys = RESIZES.map((resize) => `a.jpg__op__${resize}`)
    expect(taken(keys, under(one)).size).toBeGreaterThan(4000)
    expect([...taken(keys, under(`${one};spellings=canonical`))].sort()).toEqual(
      ['', ',limit_0']
        .flatMap((limit) => [
          `resize${limit},w_320`,
          `resize${limit},m_fill,w_320`,
          `resize,g_auto${limit},m_fill,w_320`,
          `resize${limit},m_fixed,w_320`,
          `resize${limit},m_pad,w_320`,
        ])
        .map((step) => `a.jpg__op__${step}`)
        .sort(),
    )
  })

  it('396 in all: 10 resizes or none × jpg or none × q, Q or none × 3 of interlace × 2 orientations', () => {
    const canonical = new Set(
      RESIZES.map((resize) => readKey(`a.jpg__op__${resize}`, OPEN).steps[0] ?? '').filter((step) =>
        isTaken(`a.jpg__op__${step}`, under(one)),
      ),
    )
    const chains = choices([['', ...canonical], ...SETTINGS]).map(given)
    const keys = chains
      .filter((steps) => steps.length > 0)
      .flatMap((steps) => permutations(steps).map((order) => ['a.jpg', ...order].join('__op__')))
    expect(taken(keys, under(one)).size).toBeGreaterThan(60_000)
    // One of them all asks for nothing and is the plain key; instead the default orientation alone is a key.
    expect(taken(keys, under(`${one};spellings=canonical`)).size).toBe(11 * 2 * 3 * 3 * 2)
  })
})

describe('under spellings=canonical', () => {
  it.each([
    'a.jpg',
    'a.jpg__op__info__op__',
    'a.jpg__op__resize,w_320',
    'a.jpg__op__resize,h_480,m_fill,w_640__op__format,f_auto__op__quality,Q_80',
    'a__op__info__op____op__resize,w_320',
    'a.jpg!small',
    'a.jpg@@!small',
    'a.jpg!nosuch',
    '640*480/a.jpg',
    'd/640x480_max/a.jpg',
    'd/320xAUTO/a.jpg',
  ])('%s is taken', (key) => {
    expect(parseKey(key, CANONICAL).requestedKey).toBe(key)
  })

  it.each([
    ['a.jpg__op__resize,m_lfit,w_320', 'a.jpg__op__resize,w_320'],
    ['a.jpg__op__resize,w_640,h_480', 'a.jpg__op__resize,h_480,w_640'],
    ['a.jpg__op__resize,w_320,color_FFFFFF', 'a.jpg__op__resize,w_320'],
    ['a.jpg__op__format,jpg', 'a.jpg__op__format,f_jpg'],
    ['a.jpg__op__format,f_jpg__op__resize,w_320', 'a.jpg__op__resize,w_320__op__format,f_jpg'],
    ['a.jpg__op__resize,w_320__op__auto-orient,1', 'a.jpg__op__resize,w_320'],
    ['a.jpg__op____op__resize,w_320', 'a.jpg__op__resize,w_320'],
    ['a.jpg__op__', 'a.jpg'],
    ['a.jpg!nosuch__op__', 'a.jpg!nosuch'],
    ['a.jpg@!small', 'a.jpg!small'],
    ['d/320xAUTO_max/a.jpg', 'd/320xAUTO/a.jpg'],
    ['d/320xAUTO_min/a.jpg', 'd/320xAUTO/a.jpg'],
    [`${'d/'.repeat(200)}a.jpg__op__resize,w_320,limit_1`, `${'d/'.repeat(200)}a.jpg__op__resize,w_320`],
  ])('%s is refused and sent to %s', (key, spelling) => {
    expect(isTaken(key, ANY)).toBe(true)
    const fault = faultOf(() => parseKey(key, CANONICAL))
    expect(fault.code).toBe('not_allowed')
    expect(fault.message).toBe(`Expected the canonical key ${JSON.stringify(spelling)}, got another spelling of it`)
    expect(parseKey(spelling, CANONICAL)).toMatchObject({ requestedKey: spelling })
    expect(explain(key, CANONICAL)).toMatchObject({ reading: {}, refusal: { message: fault.message } })
  })

  it('what is not allowed in any spelling is refused for that', () => {
    expect(faultOf(() => parseKey('a.jpg__op__resize,m_lfit,w_333', CANONICAL)).message).toContain('nearest is w_320')
  })

  it('whatever is taken in some spelling is taken in one, and in that one by the edge', () => {
    const sized = fc
      .tuple(anyName, fc.constantFrom(...RESIZES), fc.constantFrom(...SETTINGS.flat()), fc.boolean())
      .map(([name, resize, setting, first]) =>
        [name, ...given(first ? [setting, resize] : [resize, setting])].join('__op__'),
      )
    const framed = fc
      .tuple(anyName, fc.constantFrom('!small', '@!small', '!hero', '__op__', '@!hero'))
      .map(([name, end]) => name + end)
    let tried = 0
    fc.assert(
      fc.property(fc.oneof(sized, framed, anyKey), fc.constantFrom('avif', 'webp', 'source'), (key, format) => {
        if (!isTaken(key, ANY)) return
        tried++
        const spelling = spellingOf(readKey(key, ANY))
        expect(isTaken(key, CANONICAL)).toBe(key === spelling)
        expect(parseKey(spelling, CANONICAL).operations).toEqual(parseKey(key, ANY).operations)
        const forwarded = edgeKey(key, '', format, CANONICAL).key
        expect(parseKey(forwarded, CANONICAL).requestedKey).toBe(forwarded)
      }),
      { numRuns: 3000 },
    )
    expect(tried).toBeGreaterThan(500)
  })
})

describe('the setting', () => {
  it.each<[string, Partial<Exclude<Allow, 'open'>>]>([
    ['sizes=320;spellings=canonical', { spellings: 'canonical', styles: 'all' }],
    ['styles;spellings=canonical', { spellings: 'canonical', styles: 'all', sizes: [] }],
    ['styles=;spellings=canonical', { spellings: 'canonical', styles: [] }],
  ])('%s', (text, allow) => {
    expect(readAllow(text)).toMatchObject(allow)
  })

  it('is any where it is left out', () => {
    expect(readAllow('sizes=320;spellings=any')).toEqual(readAllow('sizes=320'))
    expect(readAllow('sizes=320')).not.toHaveProperty('spellings')
  })

  it.each([
    ['sizes=320;spellings=canonicle', 'got "canonicle" (did you mean "canonical"?)'],
    ['sizes=320;spellings=', 'Expected spellings to be any or canonical, got ""'],
    ['sizes=320;spelling=canonical', '(did you mean "spellings"?)'],
    ['open;spellings=canonical', 'got "open"'],
    ['styles;styles=small', 'Expected styles once, got it twice'],
  ])('refuses %s', (text, message) => {
    expect(() => readAllow(text)).toThrow(message)
  })
})
