import { timingSafeEqual } from 'node:crypto'

import { AppError } from './errors.ts'

/**
 * Before anything is read: only our mirror rule may ask. Every accepted secret is compared, in constant time, so that
 * neither the position of a wrong letter nor which secret is in use shows.
 * @throws AppError wrong_secret
 */
export function authorise(given: string | undefined, secrets: readonly string[]): void {
  const offered = Buffer.from(given ?? '', 'latin1')
  let accepted = false
  for (const secret of secrets) {
    const wanted = Buffer.from(secret, 'latin1')
    const sameLength = offered.length === wanted.length
    // Against itself where the lengths differ: the work stays the same.
    const same = timingSafeEqual(sameLength ? offered : wanted, wanted)
    accepted = (sameLength && same) || accepted
  }
  if (accepted) return
  throw new AppError(
    'wrong_secret',
    `Expected the mirror secret in the header x-mirror-secret, got ${offered.length === 0 ? 'none' : 'another value'}. Readers use the compressed bucket, not this address.`,
  )
}
