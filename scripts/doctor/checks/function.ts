// The function, asked directly: reachable, closed to everybody without the secret, able to look into the originals bucket.
import { randomBytes } from 'node:crypto'

import { careful, type Check, type Examination, type Finding, good, once, wrong } from '../check.ts'
import { addressOf, type Answer, ask, codeOf, inWords, NoAnswer } from '../http.ts'
import { functionUrl } from './rule.ts'

const LOG_HINT = 'its log says why: npx s origin logs --tail (console: Function Compute → Functions → Logs)'
const DEPLOY = 'npx s deploy -y'

/** @throws where no address is known: checks that need it run after the one that says so. */
export async function askFunction(
  examination: Examination,
  key: string,
  { secret, method = 'GET' }: { secret?: string; method?: 'GET' | 'HEAD' } = {},
): Promise<Answer> {
  const url = await functionUrl(examination)
  if (url === undefined) throw new Error('Expected the address of the function, found none.')
  const headers: Record<string, string> = secret === undefined ? {} : { 'x-mirror-secret': secret }
  return ask(addressOf(url, key), examination.limits.requestMs, { method, headers })
}

export const newestSecret = ({ deployment }: Examination): string => deployment.config.mirrorSecrets[0] ?? ''

/** The first request of all: where the function was idle, it has to be started for it. */
export const firstContact = once((examination) => askFunction(examination, examination.scratch.key('nothing.jpg')))

/** A made-up secret; the same work as the first contact, without the start. */
const guess = once((examination) =>
  askFunction(examination, examination.scratch.key('nothing.jpg'), { secret: randomBytes(24).toString('base64url') }),
)

/** What it says about a missing original; its first connection to OSS is made for it. */
const missingOriginal = once((examination) =>
  askFunction(examination, examination.scratch.key('nothing.jpg'), { secret: newestSecret(examination) }),
)

const missingHead = once((examination) =>
  askFunction(examination, examination.scratch.key('nothing.jpg'), {
    secret: newestSecret(examination),
    method: 'HEAD',
  }),
)

/** How much longer first requests took than the same ones later: what a reader waits for who meets an idle function. */
export async function startMs(examination: Examination): Promise<number> {
  const took = async (asked: (examination: Examination) => Promise<Answer>) => (await asked(examination)).ms
  const starting = (await took(firstContact)) - (await took(guess))
  const connecting = (await took(missingOriginal)) - (await took(missingHead))
  return Math.max(0, starting) + Math.max(0, connecting)
}

/** What Function Compute says itself; undefined where the function answered. */
function platformFault({ headers, status, body }: Answer): Finding | undefined {
  const type = headers.get('x-fc-error-type')
  if (type === null) return undefined
  const said = `Function Compute answers ${inWords({ status, body })} (${type})`
  const code = codeOf({ body })
  if (status === 404 || code === 'TriggerNotFound') {
    return wrong(
      `${said}: the function has no HTTP trigger, or is not there`,
      `${DEPLOY}; then set FUNCTION_URL in .env to the address it prints.`,
    )
  }
  if (status === 429 || status === 503) {
    return wrong(
      `${said}: no instance is free`,
      'Raise the quota of instances of the region (Quota Center → Function Compute), or instanceConcurrency in s.yaml.',
    )
  }
  if (type === 'FcCommonError')
    return wrong(
      said,
      `The HTTP trigger has to be anonymous, with the methods GET and HEAD, as s.yaml has it: ${DEPLOY}.`,
    )
  return wrong(
    `${said}: the function does not start or breaks down${status === 200 ? ', and OSS would store this answer as a picture' : ''}`,
    `${LOG_HINT}. A setting that is wrong is named there; correct .env, then ${DEPLOY}.`,
  )
}

function notReached(error: unknown, url: string): Finding {
  if (!(error instanceof NoAnswer)) throw error
  const fixes: Readonly<Record<string, string>> = {
    ENOTFOUND:
      'Correct FUNCTION_URL in .env, or add the CNAME record of its domain (console: Function Compute → Custom Domains).',
    ECONNREFUSED: `Correct FUNCTION_URL in .env; it is the public address of the HTTP trigger. Where the function is gone: ${DEPLOY}.`,
    TIMEOUT: `An internal address (-vpc) never answers from outside; else ${LOG_HINT}.`,
  }
  const certificate =
    'Renew the certificate of the domain (console: Function Compute → Custom Domains); OSS refuses it too.'
  return wrong(
    `${url}: ${error.message}`,
    fixes[error.code] ?? (/CERT|SSL|TLS/.test(error.code) ? certificate : `${LOG_HINT}.`),
  )
}

function refused(answer: Answer, without: string): Finding {
  if (answer.status === 403 && codeOf(answer) === 'wrong_secret') return good('403')
  return wrong(
    `${without} it answers ${inWords(answer)}: everybody can make it work, at your cost`,
    `Set MIRROR_SECRET in .env (npm run setup -- --apply makes one), then ${DEPLOY}.`,
  )
}

/** What the function says when it could not look for the original. */
const READ_FAULTS: Readonly<Record<string, [cause: string, fix: string]>> = {
  bucket_denied: [
    'it may not read the originals bucket, or has the name of another one',
    `Compare OSS_ORIGINAL_BUCKET_NAME and the role in the console (Function Compute → Functions → Configuration) with .env; ${DEPLOY} sets both, npm run setup -- --apply gives the role its policy.`,
  ],
  no_credentials: ['it runs without a role', `Set ORIGIN_ROLE in .env, then ${DEPLOY}.`],
  bucket_timeout: [
    'the originals bucket does not answer it in time',
    `Compare OSS_ENDPOINT and OSS_REGION of the function with the bucket's; ${LOG_HINT}.`,
  ],
  bucket_failed: [
    'the originals bucket cannot be reached by it',
    `Compare OSS_ENDPOINT and OSS_REGION of the function with the bucket's; ${LOG_HINT}.`,
  ],
}

export function readFault(answer: Answer): Finding {
  const known = READ_FAULTS[codeOf(answer) ?? '']
  const id = answer.headers.get('x-fc-request-id')
  if (known !== undefined) return wrong(`${known[0]} (${inWords(answer)})`, known[1])
  return wrong(`it answers ${inWords(answer)}`, `${LOG_HINT}${id === null ? '' : `, request ${id}`}.`)
}

export const FUNCTION: readonly Check[] = [
  {
    name: 'function',
    title: 'The function can be reached',
    needs: ['endpoint'],
    async run(examination) {
      const url = await functionUrl(examination)
      if (url === undefined) {
        return {
          ok: null,
          cause: 'not checked: its address is neither in .env nor in a rule',
          fix: 'Set FUNCTION_URL in .env to the address that npx s deploy prints.',
        }
      }
      try {
        const answer = await firstContact(examination)
        const fault = platformFault(answer)
        if (fault !== undefined) return fault
        if (
          codeOf(answer) === undefined ||
          answer.headers.get('content-type')?.startsWith('application/json') !== true
        ) {
          return wrong(
            `something answers at ${url}, but not this function (${inWords(answer)})`,
            'Correct FUNCTION_URL in .env, or the route of the custom domain in s.yaml.',
          )
        }
        return good(`${url}, ${answer.ms} ms`)
      } catch (error) {
        return notReached(error, url)
      }
    },
  },
  {
    name: 'function-closed',
    title: 'It refuses whoever has no secret',
    needs: ['function'],
    run: async (examination) => refused(await firstContact(examination), 'Without a secret'),
  },
  {
    name: 'function-closed-to-guesses',
    title: 'It refuses a wrong secret',
    needs: ['function'],
    unless: ['function-closed'],
    run: async (examination) => refused(await guess(examination), 'With a made-up secret'),
  },
  {
    name: 'function-secret',
    title: 'It takes the secret of .env',
    needs: ['function'],
    async run(examination) {
      const [, ...older] = examination.deployment.config.mirrorSecrets
      const answer = await missingOriginal(examination)
      const fault = platformFault(answer)
      if (fault !== undefined) return fault
      if (codeOf(answer) === 'wrong_secret') {
        return wrong(
          'it was deployed with another MIRROR_SECRET than .env has',
          `${DEPLOY} takes the one of .env over, npm run setup -- --apply puts it into the rule.`,
        )
      }
      for (const secret of older) {
        const other = await askFunction(examination, examination.scratch.key('nothing.jpg'), { secret })
        if (codeOf(other) === 'wrong_secret')
          return careful(
            'it takes the newest secret, but not the older ones of .env',
            `${DEPLOY}, where a rotation is under way.`,
          )
      }
      return good()
    },
  },
  {
    name: 'function-missing',
    title: 'It answers 404 for what is not in the originals bucket',
    needs: ['function-secret'],
    unless: ['origin-role', 'origin-reads'],
    async run(examination) {
      const answer = await missingOriginal(examination)
      return answer.status === 404 ? good() : readFault(answer)
    },
  },
  {
    name: 'function-head',
    title: 'It answers HEAD',
    needs: ['function-missing'],
    async run(examination) {
      const answer = await missingHead(examination)
      if (answer.status === 404 && answer.headers.get('x-fc-error-type') === null) return good()
      return wrong(
        `HEAD of a missing original: ${answer.status} instead of 404`,
        `The HTTP trigger has to list GET and HEAD, as s.yaml has it: ${DEPLOY}.`,
      )
    },
  },
]
