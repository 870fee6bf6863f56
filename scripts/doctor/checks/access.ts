// Whether OSS can be reached at all, and as whom.
import { refusalOf } from '../bucket.ts'
import { careful, type Check, good, once, wrong } from '../check.ts'
import { ask, inWords, NoAnswer } from '../http.ts'

/** OSS refuses a signature whose time is further off. */
const MOST_SKEW_MS = 900_000
const NOTABLE_SKEW_MS = 120_000
/** Of a first connection; an internal address from outside never answers. */
const CONNECT_MS = 5_000

const unsigned = once(async ({ deployment }) => {
  const sent = Date.now()
  const answer = await ask(`${deployment.endpoint}/`, CONNECT_MS)
  return { answer, skewMs: Date.parse(answer.headers.get('date') ?? '') - (sent + Date.now()) / 2 }
})

/** Any signed call: what is refused, if it is. */
const signed = once(async ({ owner }) => {
  try {
    await owner.service.listBuckets({ 'max-keys': 1 }, { timeout: 10_000 })
    return undefined
  } catch (error) {
    return refusalOf(error)
  }
})

const CLOCK_FIX =
  'Set this machine by a time server: sudo timedatectl set-ntp true (macOS: sudo sntp -sS time.apple.com).'
const KEY_FAULTS: Readonly<Record<string, string>> = {
  InvalidAccessKeyId: 'OSS does not know this access key id, or it has been disabled',
  SignatureDoesNotMatch: 'the access key secret does not belong to the access key id',
  InvalidSecurityToken: 'the security token does not belong to the access key id',
  SecurityTokenExpired: 'the security token has expired',
}

export const ACCESS: readonly Check[] = [
  {
    name: 'endpoint',
    title: 'OSS can be reached',
    async run(examination) {
      const { endpoint } = examination.deployment
      try {
        const { answer } = await unsigned(examination)
        if (answer.headers.get('x-oss-request-id') !== null) return good(endpoint)
        const fix = `Set OSS_ENDPOINT in .env to the address of OSS, e.g. https://oss-${examination.deployment.region}.aliyuncs.com.`
        return wrong(`something answers at ${endpoint}, but not OSS (${inWords(answer)})`, fix)
      } catch (error) {
        if (!(error instanceof NoAnswer)) throw error
        const internal = /-internal\./.test(endpoint)
        return wrong(
          `${endpoint}: ${error.message}`,
          internal
            ? 'An internal address is reachable only from inside Alibaba Cloud: leave OSS_ENDPOINT empty in .env, the function finds the internal one by itself.'
            : 'Check OSS_REGION and OSS_ENDPOINT in .env, and that this machine may reach the internet (proxy, firewall).',
        )
      }
    },
  },
  {
    name: 'clock',
    title: "This machine's clock is right",
    needs: ['endpoint'],
    async run(examination) {
      const { skewMs } = await unsigned(examination)
      const refusal = await signed(examination)
      const off = `${Math.round(Math.abs(skewMs) / 1000)} s ${skewMs > 0 ? 'behind' : 'ahead of'} OSS`
      if (refusal?.code === 'RequestTimeTooSkewed')
        return wrong(`OSS refuses the time of signed requests (${off})`, CLOCK_FIX)
      if (Math.abs(skewMs) > MOST_SKEW_MS) return wrong(`it is ${off}; beyond 15 min signatures are refused`, CLOCK_FIX)
      if (Math.abs(skewMs) > NOTABLE_SKEW_MS) return careful(`it is ${off}`, CLOCK_FIX)
      return good()
    },
  },
  {
    name: 'credentials',
    title: 'The access key is valid',
    needs: ['clock'],
    async run(examination) {
      const { accessKeyId, region } = examination.deployment
      const refusal = await signed(examination)
      // Whoever may not list buckets has still been recognised.
      if (refusal === undefined || refusal.code === 'AccessDenied') return good(`${accessKeyId.slice(0, 8)}…`)
      const fault = KEY_FAULTS[refusal.code]
      if (fault !== undefined) {
        return wrong(
          fault,
          'Correct AccessKeyID and AccessKeySecret in .env (ALIBABA_CLOUD_ACCESS_KEY_ID and _SECRET win over them); RAM console → Users → AccessKey shows which are valid.',
        )
      }
      if (/region/i.test(refusal.message)) {
        return wrong(
          `signed for ${region}, but the endpoint is of another region`,
          'Make OSS_REGION and OSS_ENDPOINT in .env name the same region.',
        )
      }
      return wrong(`${refusal.code}: ${refusal.message}`, 'Look the code up: https://help.aliyun.com/zh/oss/support/')
    },
  },
]
