// A test original on its way: uploaded, read through the mirror, looked at.
import { headObject, type StoredObject } from '../bucket.ts'
import { careful, type Check, type Examination, type Finding, good, once, wrong } from '../check.ts'
import { addressOf, type Answer, ask, codeOf, inWords, messageOf, NoAnswer } from '../http.ts'
import { drawProbe, lookAt, type ProbePicture, sizeOf } from '../picture.ts'
import { askFunction, workingSecret, readFault, startMs } from './function.ts'

/** The one picture most checks are about. */
export const photoKey = ({ scratch }: Examination): string => scratch.key('photo.jpg')

export async function upload({ owner, scratch }: Examination, key: string, picture: ProbePicture): Promise<void> {
  scratch.used()
  const { res } = await owner.originals.put(key, await drawProbe(picture), { timeout: 30_000 })
  scratch.note(key, res.headers)
}

const uploaded = once((examination) => upload(examination, photoKey(examination), 'first'))

/** As a reader does: a plain GET, no signature. */
export function readAs(
  { deployment, limits }: Examination,
  key: string,
  method: 'GET' | 'HEAD' = 'GET',
): Promise<Answer> {
  return ask(addressOf(deployment.readerUrl, key), limits.requestMs, { method })
}

export const firstRead = once((examination) => readAs(examination, photoKey(examination)))

/** @throws where it was aborted */
export async function pause({ signal }: Examination, ms: number): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    const stop = () => {
      clearTimeout(timer)
      reject(new Error('stopped'))
    }
    const timer = setTimeout(() => {
      signal.removeEventListener('abort', stop)
      resolve()
    }, ms)
    signal.addEventListener('abort', stop, { once: true })
    if (signal.aborted) stop()
  })
}

/** Looks until there is what is waited for, or the time is over. */
export async function lookUntil<T>(
  examination: Examination,
  timeMs: number,
  look: () => Promise<T | undefined>,
): Promise<T | undefined> {
  const end = performance.now() + timeMs
  for (;;) {
    const seen = await look()
    if (seen !== undefined || performance.now() >= end) return seen
    await pause(examination, Math.min(examination.limits.pollMs, Math.max(1, end - performance.now())))
  }
}

/**
 * The object the first read left. A purge on the upload's own event may have come in between: then it is read once more.
 * @returns undefined where nothing is stored.
 */
export const stored = once(async (examination): Promise<StoredObject | undefined> => {
  const look = () => headObject(examination.owner.compressed, photoKey(examination))
  const { settleMs } = examination.limits
  const found = await lookUntil(examination, settleMs, look)
  if (found !== undefined) return found
  await readAs(examination, photoKey(examination))
  return lookUntil(examination, settleMs, look)
})

/** Why a reader does not get the picture, from what OSS says and what the function says when it is asked directly. */
async function whyNot(examination: Examination, answer: Answer): Promise<Finding> {
  const { deployment, limits } = examination
  const said = `readers get ${inWords(answer)}`
  if (answer.status === 403) {
    return wrong(
      said,
      `Block Public Access may be on for the whole account (console: OSS → Overview → Block Public Access), or hotlink protection refuses an empty Referer (${deployment.compressed} → Permission Control → Hotlink Protection).`,
    )
  }
  if (answer.status === 424 && /already exists/i.test(messageOf(answer) ?? '')) {
    return wrong(
      `${said}: OSS refuses to save over what the function has put, MirrorProxyPass is not honoured here`,
      'Set STORE=mirror in .env, so that OSS alone writes: npx s deploy -y and npm run setup -- --apply.',
    )
  }
  if (answer.status === 503)
    return wrong(
      `${said}: the mirror is over its quota`,
      'Wait and run npm run doctor again; the quota is raised by ticket.',
    )
  const direct = await askFunction(examination, photoKey(examination), { secret: await workingSecret(examination) })
  if (direct.status !== 200) {
    const { cause = '', fix = '' } = readFault(direct)
    const outside =
      direct.status === 404 ? ' (does it have another originals bucket or other SOURCE_PREFIXES than .env?)' : ''
    return wrong(`${said}, because the function fails: ${cause}${outside}`, fix)
  }
  if (answer.ms >= limits.mirrorMs * 0.95) {
    return wrong(`${said} after ${answer.ms} ms: OSS gave up waiting for the function`, SLOW_FIX)
  }
  if (answer.status === 404) {
    return wrong(
      `${said}, though the function has the picture: the rule was not tried`,
      'Run npm run setup to see the rule as OSS has it; a new rule takes up to a minute to work everywhere.',
    )
  }
  return wrong(
    `${said}, though the function answers 200 when it is asked directly`,
    'OSS has to reach the function from the internet: a public address, a certificate of a public authority that fits the name, no firewall in front. MirrorSNI in the rule may be needed for the domain.',
  )
}

const SLOW_FIX =
  'More memory and cpu in s.yaml, and scalingConfig.minInstances: 1 keeps an instance warm; then npx s deploy -y. Buckets and function have to be in one region.'

export const READ: readonly Check[] = [
  {
    name: 'upload',
    title: 'A test original can be uploaded',
    needs: ['originals', 'function-missing', 'compressed-versioning'],
    async run(examination) {
      await uploaded(examination)
      return good(photoKey(examination))
    },
  },
  {
    name: 'first-read',
    title: 'Read for the first time, it comes back as a smaller picture of the same',
    needs: ['upload', 'compressed-public', 'rule', 'rule-first', 'rule-url', 'rule-secret', 'rule-options'],
    async run(examination) {
      let answer
      try {
        answer = await firstRead(examination)
      } catch (error) {
        if (!(error instanceof NoAnswer)) throw error
        return wrong(
          `${examination.deployment.readerUrl}: ${error.message}`,
          'Correct READER_URL in .env: the address of the compressed bucket, or of the CDN in front of it.',
        )
      }
      if (answer.status !== 200) return whyNot(examination, answer)
      const look = await lookAt(answer.body)
      const type = answer.headers.get('content-type')
      if (look === undefined) {
        return wrong(
          `200 with ${answer.body.length} bytes of ${type} that are no picture, and OSS stores that (${codeOf(answer) ?? 'no code in it'})`,
          'npm run audit finds such objects, npm run purge removes them; the log of the function says what it answered.',
        )
      }
      const { width, height, shows } = look
      const wanted = sizeOf('first')
      if (width !== wanted.width || height !== wanted.height || shows !== 'first') {
        return wrong(
          `a picture of ${width}×${height} that shows ${shows}, not the one uploaded`,
          'Is another origin behind the rule, or an old object in a CDN? Run npm run doctor again.',
        )
      }
      const original = (await drawProbe('first')).length
      const kib = (bytes: number) => `${Math.round(bytes / 1024)} KiB`
      const facts = `${kib(original)} → ${kib(answer.body.length)}, ${look.contentType}, ${answer.ms} ms`
      if (answer.body.length > original)
        return careful(`larger than the original: ${facts}`, 'Compare QUALITY and FORMAT of the function with .env.')
      return good(facts)
    },
  },
  {
    name: 'time',
    title: 'A first read fits into the time that OSS waits',
    needs: ['first-read'],
    async run(examination) {
      const { limits, deployment } = examination
      const [idleMs, { ms: readMs }] = [await startMs(examination), await firstRead(examination)]
      const facts = `${readMs} ms warm, about ${idleMs} ms more after a start, of ${limits.mirrorMs} ms`
      if (idleMs + readMs > limits.slowMs) return wrong(facts, SLOW_FIX)
      const { deadlineMs } = deployment.config
      if (idleMs + deadlineMs > limits.mirrorMs) {
        return careful(
          `${facts}; a slow picture after a cold start would pass it: ${idleMs} ms + DEADLINE_MS ${deadlineMs}`,
          `Set DEADLINE_MS in .env to ${Math.max(1000, limits.mirrorMs - idleMs - 300)}, or keep an instance warm (scalingConfig.minInstances: 1 in s.yaml); then npx s deploy -y.`,
        )
      }
      return good(facts)
    },
  },
]
