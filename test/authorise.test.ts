import crypto from 'node:crypto'

import { authorise } from '../src/authorise.ts'

const secrets = ['the-newest-secret-2', 'the-older-secret-1']

describe('the mirror secret', () => {
  it.each(secrets)('lets in who knows %s', (secret) => {
    expect(() => authorise(secret, secrets)).not.toThrow()
  })

  it.each([
    undefined,
    '',
    'the-newest-secret-',
    'the-newest-secret-22',
    'THE-NEWEST-SECRET-2',
    'the-newest-secret-2, the-newest-secret-2',
    '\u2603'.repeat(19),
  ])('refuses %s with 403', (given) => {
    expect(() => authorise(given, secrets)).toThrow(expect.objectContaining({ code: 'wrong_secret', status: 403 }))
  })

  it.each([...secrets, undefined, 'the', 'the-newest-secret-3'])(
    'is compared with every accepted one for %s: time tells nothing',
    (given) => {
      const comparing = jest.spyOn(crypto, 'timingSafeEqual')
      try {
        try {
          authorise(given, secrets)
        } catch {
          // Refused or not, the work is the same.
        }
        expect(comparing.mock.calls.map(([, wanted]) => Buffer.from(wanted as Buffer).toString())).toEqual(secrets)
      } finally {
        comparing.mockRestore()
      }
    },
  )
})
