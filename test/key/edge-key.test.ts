import { pickFormat } from '../../src/key/accept.ts'
import { edgeKey } from '../../src/key/edge-key.ts'
import { codeOf, OPEN } from './settings.ts'

describe('what a reader takes', () => {
  it.each([
    // Chrome, Firefox, Safari 16 and 13, Edge for images; then programs.
    ['image/avif,image/webp,image/apng,image/svg+xml,image/*,*/*;q=0.8', 'avif'],
    ['image/avif,image/webp,image/png,image/svg+xml,image/*;q=0.8,*/*;q=0.5', 'avif'],
    ['image/webp,image/avif,image/jxl,image/heic,image/heic-sequence,video/*;q=0.8,image/png,*/*;q=0.5', 'avif'],
    ['image/png,image/svg+xml,image/*;q=0.8,video/*;q=0.8,*/*;q=0.5', 'source'],
    ['image/webp,image/apng,image/*,*/*;q=0.8', 'webp'],
    ['*/*', 'source'],
    ['image/*', 'source'],
    ['', 'source'],
    [null, 'source'],
    [undefined, 'source'],
    ['image/webp;q=0', 'source'],
    ['image/webp;q=0.0, image/avif;q=0.000', 'source'],
    ['image/avif;q=0,image/webp', 'webp'],
    ['image/avif;q=0.1,image/webp;q=0.9', 'webp'],
    ['image/avif ; q=0.5 , IMAGE/WEBP;q=0.5', 'avif'],
    ['image/webp;q=nonsense', 'source'],
    ['image/webp;q=2', 'source'],
    ['text/html,application/xhtml+xml,image/webpage', 'source'],
    ['not image/webp', 'source'],
    [',,;;q=,', 'source'],
  ])('%s → %s', (accept, format) => {
    expect(pickFormat(accept)).toBe(format)
  })
})

describe('the key that the edge forwards', () => {
  it.each([
    ['a.png__op__resize,w_9__op__format,f_auto', '', 'avif', 'a.png__op__resize,w_9__op__format,f_avif', true],
    ['a.png__op__resize,w_9__op__format,auto', '', 'webp', 'a.png__op__resize,w_9__op__format,f_webp', true],
    ['a.png__op__resize,w_9__op__format,f_auto', '', 'source', 'a.png__op__resize,w_9', true],
    ['a.png__op__format,f_auto', '', 'source', 'a.png', true],
    ['a__op__b__op____op__format,f_auto', '', 'source', 'a__op__b__op__', true],
    ['f_auto/x.jpg__op__format,f_auto', '', 'webp', 'f_auto/x.jpg__op__format,f_webp', true],
    ['f_auto/x.jpg', '', 'webp', 'f_auto/x.jpg', false],
    ['a.jpg', 'v=1', 'avif', 'a.jpg', false],
    ['a.jpg__op__resize,m_lfit,w_9,limit_1', '', 'avif', 'a.jpg__op__resize,w_9', false],
    [
      'a.jpg',
      'x-bce-process=image/resize,w_9/format,f_auto',
      'webp',
      'a.jpg__op__resize,limit_0,w_9__op__format,f_webp',
      true,
    ],
    ['a.jpg!small', '', 'avif', 'a.jpg!small', false],
    ['a.jpg@!small', '', 'avif', 'a.jpg!small', false],
    ['a.jpg!hero', '', 'avif', 'a.jpg__op__resize,h_400,m_fill,w_1200__op__format,f_avif', true],
    ['a.jpg!nosuch', '', 'avif', 'a.jpg!nosuch', false],
    ['d/9x9/a.jpg', '', 'avif', 'd/a.jpg__op__resize,h_9,m_fill,w_9', false],
  ] as const)('%s ? %s for %s is %s', (key, search, format, expected, negotiated) => {
    expect(edgeKey(key, search, format, OPEN)).toEqual({ key: expected, negotiated })
  })

  it('is the same when it comes back', () => {
    const { key } = edgeKey('a.jpg!hero', '', 'webp', OPEN)
    expect(edgeKey(key, '', 'avif', OPEN)).toEqual({ key, negotiated: false })
  })

  it('stays as requested where its canonical spelling would be too long', () => {
    const key = `${'a'.repeat(1000)}__op__bright,1__op__format,png`.slice(-1023)
    expect(edgeKey(key, '', 'avif', OPEN).key).toBe(key)
    const style = `${'a'.repeat(1010)}!hero`
    expect(edgeKey(style, '', 'avif', OPEN).key).toBe(style)
  })

  it('stays as requested where nobody could read the canonical one', () => {
    expect(edgeKey('a.jpg!hero', '', 'avif', { ...OPEN, dialects: ['style'] })).toEqual({
      key: 'a.jpg!hero',
      negotiated: false,
    })
  })

  it('refuses what the function would refuse', () => {
    expect(codeOf(() => edgeKey('a.jpg__op__resize', '', 'avif', OPEN))).toBe('bad_operation')
  })
})
