// Whether the function takes a secret, asked the way the mirror asks: for a key that is not there.
import { randomBytes } from 'node:crypto'

import { SECRET_HEADER } from '../deployment/rule.ts'

export type Acceptance = 'accepts' | 'refuses' | { unclear: string }

// Several instances may answer, and one of them may be the last of the version before.
const PARALLEL = 8
const ANSWER_MS = 15_000

/** @param functionUrl ends with a slash. Never throws. */
export async function probeSecret(functionUrl: string, secret: string): Promise<Acceptance> {
  // Something that says 404 to everybody is not our function.
  const stranger = await askOnce(functionUrl, randomBytes(24).toString('base64url'))
  if (typeof stranger === 'string') return { unclear: stranger }
  if (stranger !== 403) return { unclear: `it answered ${stranger} to a wrong secret, not 403` }
  const answers = await Promise.all(Array.from({ length: PARALLEL }, () => askOnce(functionUrl, secret)))
  const failed = answers.find((answer) => answer !== 404)
  if (failed === undefined) return 'accepts'
  if (failed === 403) return 'refuses'
  return { unclear: typeof failed === 'string' ? failed : `it answered ${failed} to a missing key, not 404` }
}

/** The status, or why there is none. */
async function askOnce(functionUrl: string, secret: string): Promise<number | string> {
  const key = `oss-image-origin-setup/${randomBytes(12).toString('hex')}.jpg`
  try {
    const response = await fetch(functionUrl + key, {
      headers: { [SECRET_HEADER]: secret },
      redirect: 'manual',
      signal: AbortSignal.timeout(ANSWER_MS),
    })
    await response.arrayBuffer()
    return response.status
  } catch (error) {
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error
    return `it did not answer: ${cause instanceof Error ? cause.message : String(cause)}`
  }
}
