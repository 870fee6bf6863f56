import { firstMissing, readFont } from '../../../src/image/operations/font-coverage.ts'
import { boxFont, LETTERS } from './font.ts'

describe('what a font can draw', () => {
  for (const format of [4, 12] as const) {
    it(`is read from a character table of format ${format}`, () => {
      const font = readFont(boxFont('Box Sans', LETTERS, format))
      expect(font.family).toBe('Box Sans')
      for (const character of LETTERS.keys()) expect(font.covers(character.codePointAt(0) ?? 0)).toBe(true)
      for (const character of ['B', '@', '木', '\u{20000}', '\uffff']) {
        expect(font.covers(character.codePointAt(0) ?? 0)).toBe(false)
      }
    })
  }

  it('includes characters outside the first plane', () => {
    const box = { left: 0, bottom: 0, right: 500, top: 500 }
    const font = readFont(boxFont('Rare', new Map([['\u{20000}', box]]), 12))
    expect(font.covers(0x20000)).toBe(true)
    expect(font.covers(0x20001)).toBe(false)
  })

  it('counts a letter and its accent as the composed letter, and no mark without a shape', () => {
    const font = readFont(boxFont('Box Sans', LETTERS))
    expect(firstMissing('Ae\u0301\u200d\ufe0f水', font)).toBeUndefined()
    expect(firstMissing('A水木', font)).toBe('木')
    expect(firstMissing('A😀', font)).toBe('😀')
  })

  it('is not guessed for what is no font', () => {
    expect(() => readFont(Buffer.from('no font at all, just text of some length'))).toThrow(RangeError)
  })
})
