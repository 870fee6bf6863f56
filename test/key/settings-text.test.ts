import { mistakesInSettings, readAllow, readDialects, readStyles } from '../../src/key/settings-text.ts'
import { hmac, OPEN } from './settings.ts'

describe('settings from text', () => {
  it('dialects', () => {
    expect(readDialects('suffix, style')).toEqual(['suffix', 'style'])
    expect(readDialects('')).toEqual([])
    expect(() => readDialects('sufix')).toThrow(
      'Expected dialects among suffix, style, size-prefix, got "sufix" (did you mean "suffix"?)',
    )
  })

  it('styles', () => {
    expect(readStyles('thumb=image/resize,w_200; hero = image/format,webp\nx=image/rotate,90;')).toEqual({
      thumb: 'image/resize,w_200',
      hero: 'image/format,webp',
      x: 'image/rotate,90',
    })
    expect(readStyles('')).toEqual({})
    expect(() => readStyles('thumb')).toThrow('Expected styles as name=image/…;name=image/…, got "thumb"')
    expect(() => readStyles('a=image/x;a=image/y')).toThrow('Expected style "a" once, got it twice')
  })

  it('what is allowed', () => {
    expect(readAllow('open')).toBe('open')
    expect(readAllow('styles')).toEqual({ styles: 'all', sizes: [], formats: [], qualities: [] })
    expect(readAllow('sizes=320,640x480,x200,l1600,s300,w50; formats=auto,jpg'.replace(',w50', ''))).toEqual({
      styles: 'all',
      sizes: [{ w: 320 }, { w: 640, h: 480 }, { h: 200 }, { l: 1600 }, { s: 300 }],
      formats: ['auto', 'jpg'],
      qualities: [],
    })
    expect(readAllow('qualities=60,80;styles=thumb')).toMatchObject({ styles: ['thumb'], qualities: [60, 80] })
    expect(readAllow('sizes=320;styles=')).toMatchObject({ styles: [] })
  })

  it.each([
    ['', 'Expected open, styles, or'],
    ['opn', 'got "opn"'],
    ['size=320', '(did you mean "sizes"?)'],
    ['sizes=0', 'Expected a side from 1 to 16384, got "0"'],
    ['sizes=032', 'got "032"'],
    ['sizes=20000', 'got "20000"'],
    ['sizes=3x', 'Expected a size such as'],
    ['sizes=0x3', 'got "0"'],
    ['formats=heic', 'Expected a format among jpg'],
    ['qualities=101', 'Expected a quality from 1 to 100, got "101"'],
    ['sizes=1;sizes=2', 'Expected sizes once, got it twice'],
  ])('refuses ALLOW "%s"', (text, message) => {
    expect(() => readAllow(text)).toThrow(RangeError)
    expect(() => readAllow(text)).toThrow(message)
  })
})

describe('mistakes in settings', () => {
  const list = { styles: 'all', sizes: [{ w: 1 }], formats: [], qualities: [] } as const

  it('none in good ones', () => {
    expect(mistakesInSettings({ ...OPEN, allow: list, signing: { keys: ['x'.repeat(22)], hmac } })).toEqual([])
    expect(mistakesInSettings({ ...OPEN, dialects: ['suffix', 'style'] })).toEqual([])
  })

  it('all of them at once', () => {
    const mistakes = mistakesInSettings({
      dialects: ['size-prefix'],
      styles: { 'bad name': 'image/rotate,90', loop: 'style/loop', far: 'image/resize,w_0' },
      allow: { styles: ['lop'], sizes: [], formats: [], qualities: [] },
      signing: { keys: ['short'], hmac },
    })
    expect(mistakes).toHaveLength(6)
    expect(mistakes.join('\n')).toContain('Style "far": Expected resize w to be an integer from 1 to 16384, got "0"')
    expect(mistakes.join('\n')).toContain('got "lop" (did you mean "loop"?)')
    // A secret never stands in a message.
    expect(mistakes.join('\n')).not.toContain('short"')
  })

  it('size prefixes need a list of sizes', () => {
    expect(mistakesInSettings(OPEN)).toHaveLength(1)
    expect(mistakesInSettings({ ...OPEN, allow: { ...list, sizes: [] } })).toHaveLength(1)
  })

  it('signing needs a key', () => {
    expect(mistakesInSettings({ ...OPEN, allow: list, signing: { keys: [], hmac } })).toHaveLength(1)
  })
})
