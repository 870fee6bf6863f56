import { ACTIONS } from '../../src/key/actions/list.ts'
import { explain } from '../../src/key/explain.ts'
import { defineAction, type OperationOf } from '../../src/key/grammar/action.ts'
import { grammarOf } from '../../src/key/grammar/grammar.ts'
import { choice, integer } from '../../src/key/grammar/kinds.ts'
import { byDefault, optional, required } from '../../src/key/grammar/parameter.ts'
import { parseKey } from '../../src/key/parse.ts'
import { faultOf, OPEN } from './settings.ts'

/** What an operator would write in a file of their own. */
const pixelate = defineAction({
  name: 'pixelate',
  parameters: {
    size: required(integer(2, 100)),
    shape: byDefault(choice(['square', 'dot']), 'square'),
    seed: optional(integer(0, 9)),
  },
})

// The types follow from the table: this does not compile when they stop doing so.
const typed: OperationOf<typeof pixelate> = { action: 'pixelate', size: 5, shape: 'dot' }

describe('an action of one’s own', () => {
  const settings = { ...OPEN, grammar: grammarOf([...ACTIONS, pixelate]) }

  it('is read, checked, printed and explained like the others', () => {
    const parsed = parseKey('a.jpg__op__pixelate,size_5,shape_dot__op__rotate,90', settings)
    expect(parsed.operations[0]).toEqual(typed)
    expect(parsed.canonicalKey).toBe('a.jpg__op__pixelate,shape_dot,size_5__op__rotate,90')
    expect(parseKey('a.jpg__op__pixelate,size_5,shape_square', settings).canonicalKey).toBe(
      'a.jpg__op__pixelate,size_5',
    )
    expect(faultOf(() => parseKey('a.jpg__op__pixelate,size_1', settings)).message).toBe(
      'Expected pixelate size to be an integer from 2 to 100, got "1"',
    )
    expect(explain('a.jpg__op__pixelate,size_5', settings).reading?.steps).toEqual([
      { text: 'pixelate,size_5', words: { en: 'pixelate,size_5', zh: 'pixelate,size_5' } },
    ])
  })

  it('is unknown where the grammar does not list it', () => {
    expect(faultOf(() => parseKey('a.jpg__op__pixelate,size_5', OPEN)).message).toContain('got "pixelate"')
  })
})
