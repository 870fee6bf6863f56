import { keyFromQuery } from '../../src/key/query/key-from-query.ts'
import { readKey } from '../../src/key/read.ts'
import { codeOf, faultOf, OPEN } from './settings.ts'

describe('queries of other image services', () => {
  it.each([
    ['a.jpg', '?x-oss-process=image/resize,w_200/rotate,90', 'a.jpg__op__resize,w_200__op__rotate,90'],
    ['a.jpg', 'x-oss-process=image/resize,w_200', 'a.jpg__op__resize,w_200'],
    ['a.jpg', 'x-oss-process=image%2Fformat%2Cf_webp', 'a.jpg__op__format,f_webp'],
    ['a.jpg', 'v=3&x-oss-process=image/format,webp&t=1', 'a.jpg__op__format,f_webp'],
    ['a.jpg', 'x-oss-process=style/small', 'a.jpg!small'],
    ['a@', 'x-oss-process=style/small', 'a@@!small'],
    ['a.jpg', 'image_process=resize,w_200/format,webp', 'a.jpg__op__resize,w_200__op__format,f_webp'],
    // Baidu and EsunR enlarge unless told otherwise.
    ['a.jpg', 'x-bce-process=image/resize,m_lfit,w_400', 'a.jpg__op__resize,limit_0,w_400'],
    ['a.jpg', 'x-bce-process=image/resize,w_400,limit_0', 'a.jpg__op__resize,limit_0,w_400'],
    [
      'a.jpg',
      'x-bce-process=image/resize,m_lfit,w_440,limit_1/format,f_auto',
      'a.jpg__op__resize,w_440__op__format,f_auto',
    ],
    ['a.jpg', 'x-bce-process=image/format,f_auto,/quality,q_80', 'a.jpg__op__format,f_auto__op__quality,q_80'],
    ['a.jpg', 'x-bce-process=image/bright,b_-10/rotate,a_90', 'a.jpg__op__bright,-10__op__rotate,90'],
    ['a.jpg', 'x-bce-process=style/small', 'a.jpg!small'],
    // The name is taken as it stands, and escaped where a dialect would read something into it.
    ['a__op__info__op__', 'x-oss-process=image/rotate,90', 'a__op__info__op____op__rotate,90'],
    ['f_auto/图 +.jpg', 'x-oss-process=image/rotate,90', 'f_auto/图 +.jpg__op__rotate,90'],
  ])('%s ? %s is %s', (key, search, expected) => {
    const result = keyFromQuery(key, search, OPEN)
    expect(result).toBe(expected)
    expect(keyFromQuery(result, '', OPEN)).toBe(result)
  })

  it.each([
    ['a.jpg__op__rotate,90', 'x-oss-process=image/resize,w_1'],
    ['a.jpg!small', 'x-bce-process=image/resize,w_1'],
    ['d/9x9/a.jpg', 'x-oss-process=image/resize,w_1'],
  ])('%s asks for operations by itself and wins over the query', (key, search) => {
    expect(keyFromQuery(key, search, OPEN)).toBe(key)
  })

  it.each(['', '?', 'v=3', 'x-oss-processed=image/rotate,90', '&&', 'X-OSS-PROCESS=image/rotate,90', '__proto__=1'])(
    'the query "%s" asks for nothing',
    (search) => {
      expect(keyFromQuery('a.jpg', search, OPEN)).toBe('a.jpg')
    },
  )

  it.each([
    ['x-oss-process=image/resize,w_0', 'bad_operation'],
    ['x-oss-process=image/', 'bad_operation'],
    ['x-oss-process=', 'bad_operation'],
    ['x-oss-process', 'bad_operation'],
    ['x-oss-process=video/snapshot,t_1', 'bad_operation'],
    ['x-oss-process=style/nosuch', 'no_such_style'],
    ['x-oss-process=image/resize,w_1|image/rotate,90', 'bad_operation'],
    ['x-oss-process=image/resize,w_1%7Csys/saveas,o_YQ,b_Yg', 'bad_operation'],
    ['x-oss-process=image/rotate,90&x-bce-process=image/rotate,90', 'bad_operation'],
    ['x-oss-process=image/rotate,+90', 'bad_operation'],
    ['x-oss-process=image/rotate,%zz', 'bad_operation'],
    ['x-bce-process=image/watermark,g_7,image_d2F0ZXI=,xp_5', 'bad_operation'],
  ])('refuses %s with %s', (search, code) => {
    expect(codeOf(() => keyFromQuery('a.jpg', search, OPEN))).toBe(code)
  })

  it('refuses a query whose key would be too long for a name', () => {
    const fault = faultOf(() => keyFromQuery('a'.repeat(1020), 'x-oss-process=image/rotate,90', OPEN))
    expect(fault.message).toBe('Expected a key of at most 1023 bytes, got 1035')
  })

  it('spells a style out where the style dialect is off', () => {
    const settings = { ...OPEN, dialects: ['suffix'] } as const
    expect(keyFromQuery('a.jpg', 'x-oss-process=style/small', settings)).toBe('a.jpg__op__resize,w_100')
  })

  it('the limit of a suffix key is that of OSS, the limit of Baidu stays with its query', () => {
    expect(readKey('a.jpg__op__resize,m_lfit,w_400', OPEN).operations).toMatchObject([{ limit: 1 }])
    const translated = keyFromQuery('a.jpg', 'x-bce-process=image/resize,m_lfit,w_400', OPEN)
    expect(readKey(translated, OPEN).operations).toMatchObject([{ limit: 0 }])
  })
})
