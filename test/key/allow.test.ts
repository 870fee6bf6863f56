import type { AllowList } from '../../src/key/allow.ts'
import { parseKey } from '../../src/key/parse.ts'
import { faultOf, OPEN } from './settings.ts'

const LIST: AllowList = {
  styles: ['small', 'hero'],
  sizes: [{ w: 320 }, { w: 640, h: 480 }, { l: 1600 }],
  formats: ['auto', 'jpg'],
  qualities: [60, 80],
}
const LISTED = { ...OPEN, allow: LIST }
const STYLES_ONLY = { ...OPEN, allow: { styles: 'all', sizes: [], formats: [], qualities: [] } } as const

describe('a list of what is allowed', () => {
  it.each([
    'a.jpg',
    'a.jpg__op__info__op__',
    'a.jpg!nosuch',
    'a.jpg!small',
    'a.jpg__op__resize,w_320',
    'a.jpg__op__resize,m_fixed,w_640,h_480,limit_0',
    'a.jpg__op__resize,l_1600__op__format,f_webp__op__quality,q_80',
    'a.jpg__op__resize,w_320__op__format,f_auto',
    'a.jpg__op__resize,w_320__op__format,f_avif',
    'a.jpg__op__format,jpg__op__interlace,1__op__auto-orient,0',
    'a.jpg__op__quality,Q_60',
    'd/640x480/a.jpg',
    'd/320xAUTO/a.jpg',
    '640*480/a.jpg',
    // Chains that are a listed style, also as the edge settles its format.
    'a.jpg__op__resize,w_100',
    'a.jpg__op__resize,m_fill,w_1200,h_400__op__format,f_auto',
    'a.jpg__op__resize,m_fill,w_1200,h_400__op__format,f_avif',
    'a.jpg__op__resize,m_fill,w_1200,h_400',
  ])('takes %s', (key) => {
    expect(parseKey(key, LISTED).requestedKey).toBe(key)
  })

  it.each([
    ['a.jpg__op__resize,w_333', 'Expected a listed size, got w_333 (nearest is w_320)'],
    ['a.jpg__op__resize,w_640,h_500', 'Expected a listed size, got w_640,h_500 (nearest is w_640,h_480)'],
    ['a.jpg__op__resize,w_640', 'Expected a listed size, got w_640 (nearest is w_320)'],
    ['a.jpg__op__resize,l_1500', 'got l_1500 (nearest is l_1600)'],
    ['a.jpg__op__resize,p_50', 'Expected a listed size, got p_50'],
    ['a.jpg__op__resize,m_pad,w_320,color_123456', 'Expected color_ffffff, got color_123456'],
    ['a.jpg__op__format,png', 'Expected a format among auto, jpg, got png'],
    ['a.jpg__op__quality,q_79', 'Expected a quality among 60, 80, got 79 (nearest is 80)'],
    ['a.jpg__op__quality,q_lossless', 'Expected a quality among 60, 80, got lossless'],
    ['a.jpg__op__rotate,90', 'Expected resize, format, quality, auto-orient, interlace or a style among small, hero'],
    ['a.jpg__op__info', 'got info'],
    ['a.jpg__op__resize,w_320__op__resize,w_320', 'Expected resize once, got it twice'],
    ['a.jpg__op__resize,w_320,l_7', 'Expected only what has an effect, got resize l'],
    ['a.jpg__op__resize,w_100,l_7', 'Expected only what has an effect, got resize l'],
    ['a.jpg__op__format,jpg__op__format,webp', 'Expected only what has an effect, got format,f_jpg'],
    ['a.jpg__op__auto-orient,1__op__auto-orient,1', 'Expected only what has an effect, got auto-orient,1'],
    ['a.jpg!thumb-1.x', 'Expected a style among small, hero, got "thumb-1.x"'],
    ['a.jpg__op__resize,m_fill,w_1200,h_400__op__format,f_png', 'Expected a listed size'],
    ['a.jpg__op__resize,s_80__op__quality,Q_60', 'Expected a listed size'],
    ['d/640x481/a.jpg', 'got w_640,h_481 (nearest is w_640,h_480)'],
  ])('refuses %s', (key, message) => {
    const fault = faultOf(() => parseKey(key, LISTED))
    expect(fault.code).toBe('not_allowed')
    expect(fault.message).toContain(message)
  })

  it('without auto takes only the formats it names', () => {
    const settings = { ...OPEN, allow: { ...LIST, formats: ['webp'] } } as const
    expect(parseKey('a.jpg__op__format,webp', settings).operations).toHaveLength(1)
    for (const format of ['avif', 'auto']) {
      expect(faultOf(() => parseKey(`a.jpg__op__format,${format}`, settings)).code).toBe('not_allowed')
    }
  })

  it('of styles only takes every style and no other chain', () => {
    expect(parseKey('a.jpg!thumb-1.x', STYLES_ONLY).style).toBe('thumb-1.x')
    expect(parseKey('a.jpg__op__resize,w_100', STYLES_ONLY).operations).toHaveLength(1)
    const fault = faultOf(() => parseKey('a.jpg__op__resize,w_101', STYLES_ONLY))
    expect(fault).toMatchObject({ code: 'not_allowed', message: 'Expected a listed size, got w_101' })
    expect(faultOf(() => parseKey('a.jpg__op__rotate,90', STYLES_ONLY)).message).toContain('small, hero, thumb-1.x')
  })

  it('says that a key is wrong before it says that it is not allowed', () => {
    expect(faultOf(() => parseKey('a.jpg__op__resize,w_0', LISTED)).code).toBe('bad_operation')
  })
})
