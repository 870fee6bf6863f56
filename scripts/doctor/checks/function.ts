// The function, asked directly: reachable, closed to everybody without the secret, able to look into the originals bucket.
import { randomBytes } from 'node:crypto'

import { careful, type Check, type Examination, type Finding, good, once, unknown, wrong } from '../check.ts'
import { addressOf, type Answer, ask, codeOf, inWords, NoAnswer } from '../http.ts'
import { functionUrl, ourRule } from './rule.ts'

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

/** The first request of all: where the function was idle, it has to be started for it. */
export const firstContact = once((examination) => askFunction(examination, examination.scratch.key('nothing.jpg')))

/** A made-up secret; the same work as the first contact, without the start. */
const guess = once((examination) =>
  askFunction(examination, examination.scratch.key('nothing.jpg'), { secret: randomBytes(24).toString('base64url') }),
)

/** What it says about a missing original to each secret of .env, newest first; its first connection to OSS is made for it. */
const bySecret = once(async (examination) => {
  const answers: { secret: string; answer: Answer; accepted: boolean }[] = []
  for (const secret of examination.deployment.config.mirrorSecrets) {
    const answer = await askFunction(examination, examination.scratch.key('nothing.jpg'), { secret })
    answers.push({ secret, answer, accepted: codeOf(answer) !== 'wrong_secret' })
  }
  return answers
})

/** The newest secret of .env that it takes. @throws where it takes none: checks that need it run after the one that says so. */
async function accepted(examination: Examination): Promise<{ secret: string; answer: Answer }> {
  const found = (await bySecret(examination)).find((each) => each.accepted)
  if (found === undefined) throw new Error('Expected a secret that the function takes, found none.')
  return found
}

export async function workingSecret(examination: Examination): Promise<string> {
  return (await accepted(examination)).secret
}

const missingHead = once(async (examination) =>
  askFunction(examination, examination.scratch.key('nothing.jpg'), {
    secret: await workingSecret(examination),
    method: 'HEAD',
  }),
)

/** How much longer first requests took than the same ones later: what a reader waits for who meets an idle function. */
export async function startMs(examination: Examination): Promise<number> {
  const starting = (await firstContact(examination)).ms - (await guess(examination)).ms
  const connecting = (await accepted(examination)).answer.ms - (await missingHead(examination)).ms
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

function notReached(error: NoAnswer, url: string): Finding {
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

async function reach(examination: Examination, url: string): Promise<Finding> {
  let answer
  try {
    answer = await firstContact(examination)
  } catch (error) {
    if (!(error instanceof NoAnswer)) throw error
    return notReached(error, url)
  }
  const fault = platformFault(answer)
  if (fault !== undefined) return fault
  if (codeOf(answer) !== undefined && answer.headers.get('content-type')?.startsWith('application/json') === true) {
    return good(`${url}, ${answer.ms} ms`)
  }
  return wrong(
    `something answers at ${url}, but not this function (${inWords(answer)})`,
    'Correct FUNCTION_URL in .env, or the route of the custom domain in s.yaml.',
  )
}

/** Neither rule nor function has the secret of .env: whether those two agree says which is wrong. */
async function oddOneOut(examination: Examination, sent: string): Promise<Finding> {
  const answer = await askFunction(examination, examination.scratch.key('nothing.jpg'), { secret: sent })
  if (codeOf(answer) === 'wrong_secret') {
    return unknown('not checked: needs rule-secret (it takes neither the secret of .env nor that of the rule)', DEPLOY)
  }
  return unknown(
    'not checked: needs rule-secret (it takes what the rule sends: .env is what differs)',
    'Empty MIRROR_SECRET in .env: npm run setup -- --apply writes the one of the rule into it.',
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
      const finding = await reach(examination, url)
      const { mirrorUrl } = (await ourRule(examination).catch(() => undefined)) ?? { mirrorUrl: url }
      if (finding.ok === true || mirrorUrl === url) return finding
      // Where .env and rule differ, that is the fault.
      return unknown(`not checked: needs rule-url (${finding.cause})`)
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
      const answers = await bySecret(examination)
      const fault = answers.map(({ answer }) => platformFault(answer)).find((each) => each !== undefined)
      if (fault !== undefined) return fault
      const refusedOnes = answers.filter((each) => !each.accepted)
      if (refusedOnes.length === 0) return good()
      if (refusedOnes.length < answers.length) {
        return careful('it does not take every secret of .env', `${DEPLOY}, where a rotation is under way.`)
      }
      const { secret: sent } = (await ourRule(examination).catch(() => undefined)) ?? {}
      if (sent !== undefined && !answers.some(({ secret }) => secret === sent)) return oddOneOut(examination, sent)
      return wrong(
        'it was deployed with another MIRROR_SECRET than .env has',
        `${DEPLOY} takes the one of .env over, npm run setup -- --apply puts it into the rule.`,
      )
    },
  },
  {
    name: 'function-missing',
    title: 'It answers 404 for what is not in the originals bucket',
    needs: ['function-secret'],
    unless: ['origin-role', 'origin-reads'],
    async run(examination) {
      const { answer } = await accepted(examination)
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
