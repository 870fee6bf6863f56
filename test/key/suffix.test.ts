import { readKey } from '../../src/key/read.ts'
import { parseKey } from '../../src/key/parse.ts'
import { codeOf, faultOf, OPEN } from './settings.ts'

describe('suffix keys', () => {
  it.each([
    // key, original, steps
    ['a.jpg__op__resize,w_10', 'a.jpg', 'resize,w_10'],
    ['a.jpg__op__resize,w_10__op__rotate,90', 'a.jpg', 'resize,w_10/rotate,90'],
    ['image.jpg__op__resize,m_lfit,w_200,h_100__op__format,f_auto', 'image.jpg', 'resize,h_100,w_200/format,f_auto'],
    ['图 +%20#.jpg__op__resize,w_10', '图 +%20#.jpg', 'resize,w_10'],
    ['f_auto/x.jpg__op__resize,w_10', 'f_auto/x.jpg', 'resize,w_10'],
    ['f_auto/x.jpg__op__format,f_auto', 'f_auto/x.jpg', 'format,f_auto'],
    ['p-320x213.jpg__op__resize,w_10', 'p-320x213.jpg', 'resize,w_10'],
    ['no-extension__op__info', 'no-extension', 'info'],
    // Originals and directories whose names contain the marker.
    ['a__op__b.jpg__op__resize,w_10', 'a__op__b.jpg', 'resize,w_10'],
    ['x__op__y/z.jpg__op__resize,w_10', 'x__op__y/z.jpg', 'resize,w_10'],
    ['x__op__y/__op__/z.jpg__op__resize,w_10', 'x__op__y/__op__/z.jpg', 'resize,w_10'],
    ['a___op__info', 'a_', 'info'],
    ['a__op__op__info', 'a__op', 'info'],
    // Where a piece of the name looks like a step, an empty step ends the name.
    ['a__op__b__op____op__resize,w_10', 'a__op__b', 'resize,w_10'],
    ['a.jpg__op__info__op____op__resize,w_10', 'a.jpg__op__info', 'resize,w_10'],
    ['a__op____op____op__info', 'a__op__', 'info'],
    // Names that other dialects would read are names here.
    ['a.jpg!small__op__resize,w_10', 'a.jpg!small', 'resize,w_10'],
    ['100*100/a.jpg__op__resize,w_10', '100*100/a.jpg', 'resize,w_10'],
    ['d/150x150/p.jpg__op__resize,w_10', 'd/150x150/p.jpg', 'resize,w_10'],
  ])('%s asks of %s: %s', (key, sourceKey, steps) => {
    const parsed = readKey(key, OPEN)
    expect(parsed).toMatchObject({ requestedKey: key, sourceKey, dialect: 'suffix' })
    expect(parsed.steps.join('/')).toBe(steps)
  })

  it.each([
    'a.jpg',
    'a__op__b.jpg',
    'x__op__y/z.jpg',
    'x__op__resize.v2/z.jpg',
    'a_op_resize,w_1',
    'a.jpg__OP__resize,w_1',
    'a.jpg__op_resize,w_1',
    'resize,w_1',
  ])('%s is a plain key', (key) => {
    expect(parseKey(key, OPEN)).toEqual({ ...readKey(key, OPEN), sourceKey: key, dialect: 'plain', operations: [] })
    expect(readKey(key, OPEN).canonicalKey).toBe(key)
  })

  it.each([
    ['a.jpg__op__resize,w_1__op__', 'a.jpg__op__resize,w_1', 'a.jpg__op__resize,w_1__op__'],
    ['photo.jpg!small__op__', 'photo.jpg!small', 'photo.jpg!small__op__'],
    ['100*100/a.jpg__op__', '100*100/a.jpg', '100*100/a.jpg__op__'],
    ['d/150x150/p.jpg__op__', 'd/150x150/p.jpg', 'd/150x150/p.jpg__op__'],
    ['a__op____op__', 'a__op__', 'a__op____op__'],
    [`a__op__sig,${'x'.repeat(22)}__op__`, `a__op__sig,${'x'.repeat(22)}`, `a__op__sig,${'x'.repeat(22)}__op__`],
    // Not needed here, so the canonical key does without.
    ['a.jpg__op__', 'a.jpg', 'a.jpg'],
    ['a__op__b.jpg__op__', 'a__op__b.jpg', 'a__op__b.jpg'],
  ])('the escape %s names the original %s', (key, sourceKey, canonicalKey) => {
    expect(readKey(key, OPEN)).toMatchObject({ sourceKey, dialect: 'plain', operations: [], canonicalKey })
  })

  it.each([
    ['__op__resize,w_1', 'bad_key'],
    ['__op__', 'bad_key'],
    ['..__op__resize,w_1', 'bad_key'],
    ['a/..__op__resize,w_1', 'bad_key'],
    ['a/..__op__', 'bad_key'],
    ['a.jpg__op__nosuch', 'bad_operation'],
    ['a.jpg__op__resize,w_200/rotate,90', 'bad_operation'],
    ['a.jpg__op__resize,w_1__op__b', 'bad_operation'],
    ['a.jpg__op__resize,w_1__op____op____op__rotate,90,', 'bad_operation'],
  ])('%s is refused: %s', (key, code) => {
    expect(codeOf(() => readKey(key, OPEN))).toBe(code)
  })

  it('is a name like any other when the dialect is off', () => {
    const settings = { ...OPEN, dialects: ['style'] } as const
    expect(readKey('a.jpg__op__resize,w_1', settings)).toMatchObject({
      sourceKey: 'a.jpg__op__resize,w_1',
      dialect: 'plain',
    })
  })

  it('says what is wrong with a chain in the spelling of a query', () => {
    expect(faultOf(() => readKey('a.jpg__op__resize,w_200/rotate,90', OPEN)).message).toContain('got "200/rotate"')
  })
})
