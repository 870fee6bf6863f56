import * as fc from 'fast-check'
import { checkKey, keyBytes } from '../../src/key/decode.ts'
import { KeyFault } from '../../src/key/fault.ts'
import { readKey, writeKey } from '../../src/key/read.ts'
import { OPEN } from './settings.ts'
import { anyChain, anyName, spell, type StepText } from './steps.ts'

const originals = anyName.filter((name) => {
  try {
    checkKey(name)
    return keyBytes(name) < 200
  } catch {
    return false
  }
})

/** Read without the limit on length, which long chains of watermarks reach. */
function read(key: string): ReturnType<typeof readKey> | undefined {
  return keyBytes(key) > 1023 ? undefined : readKey(key, OPEN)
}

// Thousands of cases: seconds on a free machine, more on a busy one.
jest.setTimeout(180_000)

describe('the canonical key', () => {
  it('reads back as the same original and the same operations', () => {
    fc.assert(
      fc.property(originals, anyChain, (name, chain) => {
        const asked = read(writeKey(name, chain.map(spell), OPEN))
        if (!asked) return
        expect(asked.sourceKey).toBe(name)
        const again = read(asked.canonicalKey)
        if (!again) return
        expect(again.sourceKey).toBe(name)
        expect(again.operations).toEqual(asked.operations)
        expect(again.canonicalKey).toBe(asked.canonicalKey)
        expect(again.ignored).toEqual([])
      }),
      { numRuns: 3000 },
    )
  })

  it('of an original alone reads back as that original, whatever its name', () => {
    fc.assert(
      fc.property(originals, (name) => {
        const parsed = readKey(writeKey(name, [], OPEN), OPEN)
        expect(parsed).toMatchObject({ sourceKey: name, operations: [], dialect: 'plain' })
        expect(parsed.canonicalKey).toBe(writeKey(name, [], OPEN))
      }),
      { numRuns: 3000 },
    )
  })

  it('begins with the name of its original, so that derivatives are found by prefix', () => {
    fc.assert(
      fc.property(originals, anyChain, (name, chain) => {
        expect(writeKey(name, chain.map(spell), OPEN).startsWith(name)).toBe(true)
      }),
      { numRuns: 300 },
    )
  })

  it('is the same however the request is spelled', () => {
    const respelled = anyChain.chain((chain) => fc.tuple(fc.constant(chain), fc.tuple(...chain.map(otherSpelling))))
    fc.assert(
      fc.property(respelled, ([chain, other]) => {
        const one = read(writeKey('a.jpg', chain.map(spell), OPEN))
        const two = read(writeKey('a.jpg', other.map(spell), OPEN))
        if (one && two) expect(two.canonicalKey).toBe(one.canonicalKey)
      }),
      { numRuns: 2000 },
    )
  })

  it.each([
    ['a.jpg__op__resize,m_lfit,h_8,w_9,limit_1', 'a.jpg__op__resize,w_9,h_8'],
    ['a.jpg__op__resize,m_pad,w_9,color_FFFFFF', 'a.jpg__op__resize,w_9,m_pad'],
    ['a.jpg__op__resize,m_pad,w_9,color_ABCDEF', 'a.jpg__op__resize,w_9,m_pad,color_abcdef'],
    ['a.jpg__op__format,webp', 'a.jpg__op__format,f_webp'],
    ['a.jpg__op__bright,b_5', 'a.jpg__op__bright,5'],
    ['a.jpg!small', 'a.jpg__op__resize,w_100'],
    ['d/AUTOx9/a.jpg', 'd/a.jpg__op__resize,h_9'],
  ])('%s equals %s', (one, two) => {
    expect(readKey(one, OPEN).canonicalKey).toBe(readKey(two, OPEN).canonicalKey)
  })

  it.each([
    ['a.jpg__op__resize,w_9__op__rotate,90', 'a.jpg__op__rotate,90__op__resize,w_9'],
    ['a.jpg__op__resize,w_9', 'a.jpg__op__resize,w_9,limit_0'],
    ['a.jpg__op__format,f_auto', 'a.jpg'],
    ['a.jpg__op__quality,q_9', 'a.jpg__op__quality,Q_9'],
    ['a.jpg', 'a.jpg__op__bright,0'],
  ])('%s differs from %s', (one, two) => {
    expect(readKey(one, OPEN).canonicalKey).not.toBe(readKey(two, OPEN).canonicalKey)
  })

  it('may be longer than a name may be, and then still is an identity', () => {
    const key = `${'a'.repeat(1000)}!hero`
    const { canonicalKey } = readKey(key, OPEN)
    expect(keyBytes(canonicalKey)).toBeGreaterThan(1023)
    expect(() => checkKey(canonicalKey)).toThrow(KeyFault)
  })
})

/** The same step with its parameters in another order, defaults added, the other spelling, capital digits. */
function otherSpelling(step: StepText): fc.Arbitrary<StepText> {
  if (step.single) {
    const { letter, value } = step.single
    return fc.constantFrom(value, `${letter}_${value}`).map((part) => ({ ...step, parts: [part] }))
  }
  const absent = DEFAULTS.filter(
    ([action, name]) => action === step.action && !step.parts.some((part) => part.startsWith(`${name}_`)),
  )
  return fc
    .tuple(fc.subarray(absent), fc.boolean())
    .chain(([added, capitals]) => {
      const given = step.parts.map((part) => (capitals && part.startsWith('color_') ? capital(part) : part))
      const parts = [...given, ...added.map(([, name, value]) => `${name}_${value}`)]
      return fc.shuffledSubarray(parts, { minLength: parts.length })
    })
    .map((parts) => ({ ...step, parts }))
}

function capital(part: string): string {
  return `color_${part.slice('color_'.length).toUpperCase()}`
}

const DEFAULTS = [
  ['resize', 'm', 'lfit'],
  ['resize', 'limit', '1'],
  ['resize', 'color', 'ffffff'],
  ['crop', 'g', 'nw'],
  ['crop', 'x', '0'],
  ['crop', 'w', '0'],
  ['indexcrop', 'i', '0'],
  ['watermark', 't', '100'],
  ['watermark', 'g', 'se'],
  ['watermark', 'size', '40'],
  ['watermark', 'align', '2'],
] as const
