// The mirror rule on the compressed bucket: read, edited as text, put back.
import type { NewRule } from '../deployment/rule.ts'
import { findOurs, readWebsite } from '../deployment/website.ts'
import type { Buckets } from './buckets.ts'
import { probeSecret } from './probe.ts'
import { withOurRule } from './splice.ts'
import { type Step, unchanged } from './step.ts'

const SUBJECT = 'mirror rule'

export interface RuleQuestion {
  bucket: string
  /** undefined: not known yet. */
  rule: NewRule | undefined
  /** All secrets that count, newest first: a rule that has one of them keeps it, a rotation is under way. */
  secrets: readonly string[]
}

export async function ruleStep({ bucket, rule, secrets }: RuleQuestion, buckets: Buckets): Promise<Step> {
  if (rule === undefined) {
    const pending =
      'needs the address of the function: deploy it (npx s deploy), put FUNCTION_URL into .env or name it with --function-url, and run setup again'
    return { ...unchanged(SUBJECT, 'not looked at'), pending }
  }
  const warnings = warningsFor(rule.mirrorUrl)
  const xml = await buckets.website(bucket)
  const ours = xml === undefined ? undefined : findOurs(readWebsite(xml).rules, rule.mirrorUrl)
  const rotating = ours?.secret !== undefined && ours.secret !== rule.secret && secrets.includes(ours.secret)
  if (rotating) warnings.push('it sends an older secret of MIRROR_SECRET: setup --rotate-secret goes on with that')
  const wanted = { ...rule, secret: rotating ? (ours.secret ?? rule.secret) : rule.secret }
  const placed = withOurRule(xml, wanted)
  warnings.push(...placed.notes)
  if (placed.changes.length === 0) return unchanged(SUBJECT, `rule ${placed.number}, as it should be`, warnings)

  const is = ours ? `rule ${placed.number}` : xml === undefined ? 'missing' : 'not in the website configuration'
  const step: Step = {
    subject: SUBJECT,
    is,
    will: `rule ${placed.number}: ${placed.changes.join(', ')}`,
    warnings,
    apply: async () => {
      // Somebody else may have changed it since: theirs would be lost.
      if ((await buckets.website(bucket)) !== xml) {
        throw new Error(
          `Expected the website configuration of ${bucket} as it was read, got another one. Run setup again.`,
        )
      }
      await buckets.setWebsite(bucket, placed.xml)
      await confirm(bucket, buckets, wanted)
    },
  }
  const acceptance = await probeSecret(rule.mirrorUrl, wanted.secret)
  if (acceptance === 'accepts') return step
  const why = acceptance === 'refuses' ? 'it answered 403' : acceptance.unclear
  // A rule that works would lead readers to a function that does not: 424 for everything that is not there yet.
  const moves = ours?.secret !== undefined && (ours.secret !== wanted.secret || ours.mirrorUrl !== wanted.mirrorUrl)
  if (moves) {
    const blocked = `Expected the function at ${rule.mirrorUrl} to take the secret of .env, but ${why}. Deploy first (npx s deploy), or set MIRROR_SECRET to the one the function has.`
    return { ...unchanged(SUBJECT, is, warnings), blocked }
  }
  warnings.push(
    `the function at ${rule.mirrorUrl} does not take the secret (${why}): reads of missing pictures fail until it is deployed with it`,
  )
  return step
}

/** Reads the rule back: fields that are not in the public documents may be dropped without a word. */
async function confirm(bucket: string, buckets: Buckets, rule: NewRule): Promise<void> {
  const { changes } = withOurRule(await buckets.website(bucket), rule)
  if (changes.length === 0) return
  throw new Error(
    `Expected ${bucket} to keep the rule, got one without: ${changes.join(', ')}. Where these are not in the public documents, --public-fields leaves them out.`,
  )
}

/** What is wrong with an address although OSS would take it. */
export function warningsFor(mirrorUrl: string): string[] {
  const { hostname, protocol, pathname } = new URL(mirrorUrl)
  const warnings: string[] = []
  if (/\.(?:fcapp\.run|fc\.aliyuncs\.com)$/.test(hostname)) {
    warnings.push(
      `${hostname} is a default domain of Function Compute: it adds Content-Disposition: attachment to every answer, and what OSS stores from it is downloaded instead of shown, for ever. Bind a domain of your own to the function`,
    )
  }
  if (protocol === 'http:' && !isLoopback(hostname)) {
    warnings.push(`${mirrorUrl} is not https: the secret goes over the network in the clear`)
  }
  if (pathname !== '/') warnings.push(`${mirrorUrl} has a path: the function takes the whole path for the key`)
  return warnings
}

/** @throws Error where OSS could not use the address. */
export function checkMirrorUrl(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined
  const plain = url && url.search === '' && url.hash === '' && url.username === '' && /^https?:$/.test(url.protocol)
  if (!plain) throw new Error(`Expected the function's address as https://pictures.example.com/, got «${text}».`)
  if (/-vpc\.|\.internal$|-internal\./.test(url.hostname)) {
    throw new Error(`Expected a public address of the function, got ${url.hostname}, which OSS cannot reach.`)
  }
  return url.href.endsWith('/') ? url.href : `${url.href}/`
}

export const isLoopback = (hostname: string) => ['localhost', '127.0.0.1', '[::1]'].includes(hostname)
