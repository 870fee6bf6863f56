import * as fc from 'fast-check'
import { anyChain, anyName, anyStep, spell } from './steps.ts'

/** A valid key with one thing wrong: a character dropped, doubled or replaced. */
const broken = fc
  .tuple(anyName, anyChain, fc.nat(), fc.constantFrom('', ',', '_', '__op__', '!', '\0', '９', '-', '0', 'x', '\ud800'))
  .map(([name, chain, at, piece]) => {
    const key = [name, ...chain.map(spell)].join('__op__')
    const cut = at % (key.length + 1)
    return key.slice(0, cut) + piece + key.slice(cut + (at % 3))
  })
const loose = fc
  .array(fc.oneof(anyName, anyStep.map(spell), fc.constant('__op__')), { maxLength: 12 })
  .map((parts) => parts.join(''))
/** Keys of all kinds: good, almost good, and nonsense. */
export const anyKey = fc.oneof(broken, loose, fc.string({ unit: 'binary', maxLength: 80 }), anyName)
