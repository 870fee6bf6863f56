import * as fc from 'fast-check'
import { decodeKey } from '../../src/key/decode.ts'
import { explain } from '../../src/key/explain.ts'
import { KeyFault } from '../../src/key/fault.ts'
import { parseKey } from '../../src/key/parse.ts'
import { keyFromQuery } from '../../src/key/query/key-from-query.ts'
import type { KeySettings } from '../../src/key/settings.ts'
import { hmac, OPEN } from './settings.ts'
import { anyKey } from './any-key.ts'
import { anyChain, anyName, spell } from './steps.ts'

const LISTED: KeySettings = {
  ...OPEN,
  allow: { styles: ['small'], sizes: [{ w: 100 }], formats: ['auto'], qualities: [80] },
  signing: { keys: ['0123456789abcdef0123456789abcdef'], hmac },
}

function onlyKeyFaults(call: () => unknown): void {
  try {
    call()
  } catch (error) {
    if (!(error instanceof KeyFault)) throw error
    expect(error.message).toMatch(/^Expected .+, got ./s)
    // A message stays readable, whatever was sent.
    expect(error.message.length).toBeLessThan(700)
    expect(error.message).not.toMatch(/\p{Cc}/u)
  }
}

// Thousands of cases: seconds on a free machine, more on a busy one.
jest.setTimeout(180_000)

describe('whatever is asked for', () => {
  it('a key is understood or refused with a fault, 20,000 times', () => {
    fc.assert(
      fc.property(anyKey, fc.constantFrom(OPEN, LISTED), (key, settings) => {
        onlyKeyFaults(() => {
          const parsed = parseKey(key, settings)
          expect(parsed.sourceKey).not.toBe('')
        })
        expect(explain(key, settings).requestedKey).toBe(key)
      }),
      { numRuns: 20_000 },
    )
  })

  it('a path is decoded or refused with a fault', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom('%', '2', 'e', 'E', 'F', '0', '8', '/', '.', 'a', '?', '+') }),
        (path) => onlyKeyFaults(() => decodeKey(path)),
      ),
      { numRuns: 5000 },
    )
  })

  it('a query is translated or refused with a fault', () => {
    const query = fc
      .tuple(
        fc.constantFrom('x-oss-process=image/', 'x-bce-process=image/', 'image_process=', 'x-oss-process=', '', '&&='),
        fc.oneof(
          anyChain.map((chain) => chain.map(spell).join('/')),
          fc.string({ maxLength: 30 }),
        ),
      )
      .map((parts) => parts.join(''))
    fc.assert(
      fc.property(anyName, query, (key, search) => onlyKeyFaults(() => keyFromQuery(key, search, OPEN))),
      { numRuns: 5000 },
    )
  })
})
