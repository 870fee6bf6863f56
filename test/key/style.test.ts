import { readKey } from '../../src/key/read.ts'
import { codeOf, OPEN } from './settings.ts'

describe('style keys', () => {
  it.each([
    ['a.jpg!small', 'a.jpg', 'small'],
    ['a.jpg@!small', 'a.jpg', 'small'],
    ['a.jpg@@!small', 'a.jpg@', 'small'],
    ['a!b/c.jpg!small', 'a!b/c.jpg', 'small'],
    ['wow!.jpg!small', 'wow!.jpg', 'small'],
    ['a.jpg!small!small', 'a.jpg!small', 'small'],
    ['a.jpg!!small', 'a.jpg!', 'small'],
    ['a.jpg!thumb-1.x', 'a.jpg', 'thumb-1.x'],
    ['a.jpg__op__resize,w_1!small', 'a.jpg__op__resize,w_1', 'small'],
    ['图 +.jpg!small', '图 +.jpg', 'small'],
  ])('%s is %s in style %s', (key, sourceKey, style) => {
    expect(readKey(key, OPEN)).toMatchObject({ sourceKey, style, dialect: 'style' })
  })

  it('means the same as its chain, and has the same canonical key', () => {
    const style = readKey('a.jpg!small', OPEN)
    const chain = readKey('a.jpg__op__resize,w_100', OPEN)
    expect(style.operations).toEqual(chain.operations)
    expect(style.canonicalKey).toBe(chain.canonicalKey)
  })

  it.each(['a.jpg!nosuch', 'a.jpg!smal', 'a.jpg@!nosuch', 'wow!.jpg', 'a!constructor', 'a!toString'])(
    '%s is the name of an object, and no such style if that is missing',
    (key) => {
      const parsed = readKey(key, OPEN)
      expect(parsed).toMatchObject({ sourceKey: key, dialect: 'plain', canonicalKey: key })
      expect(parsed.whenMissing?.code).toBe('no_such_style')
    },
  )

  it.each(['a!b/c.jpg', 'a.jpg!', '!small', 'dir/!small', 'a.jpg!sm all', 'a.jpg!' + 'x'.repeat(64), 'a.jpg'])(
    '%s cannot name a style',
    (key) => {
      const parsed = readKey(key, OPEN)
      expect(parsed).toMatchObject({ sourceKey: key, dialect: 'plain' })
      expect(parsed.whenMissing).toBeUndefined()
    },
  )

  it('suggests the style that was probably meant', () => {
    expect(readKey('a.jpg!smal', OPEN).whenMissing?.message).toBe(
      'Expected a configured style, got "smal" (did you mean "small"?)',
    )
  })

  it('a style cannot call a style, and a style with a wrong text is refused', () => {
    const styles = { a: 'style/small', b: 'image/nosuch', c: 'resize,w_1', d: 'image/' }
    for (const name of Object.keys(styles)) {
      expect(codeOf(() => readKey(`a.jpg!${name}`, { ...OPEN, styles }))).toBe('bad_operation')
    }
  })

  it('a name that contains the marker of the suffix dialect is never a style', () => {
    const settings = { ...OPEN, styles: { b__op__info: 'image/resize,w_1' } }
    expect(readKey('a!b__op__info', settings)).toMatchObject({ sourceKey: 'a!b', dialect: 'suffix' })
  })

  it('is a name like any other when the dialect is off', () => {
    const parsed = readKey('a.jpg!small', { ...OPEN, dialects: ['suffix'] })
    expect(parsed).toMatchObject({ sourceKey: 'a.jpg!small', dialect: 'plain' })
    expect(parsed.whenMissing).toBeUndefined()
  })
})
