// The mirror rule of the compressed bucket, read as OSS would.
import { parseWebsite } from '../../local/oss/website/parse.ts'
import type { RoutingRule, WebsiteConfiguration } from '../../local/oss/website/types.ts'
import { MissingPermission } from '../../deployment/permission.ts'
import { bucketXml, refusalOf } from '../bucket.ts'
import { careful, type Check, type Examination, good, once, wrong } from '../check.ts'

const SECRET_HEADER = 'x-mirror-secret'
const SETUP_FIX = 'npm run setup shows what it would change, npm run setup -- --apply does it.'

interface Rules {
  website: WebsiteConfiguration
  /** The first rule that mirrors to the function. */
  ours: RoutingRule | undefined
}

const readRules = once(async ({ deployment, owner }: Examination): Promise<Rules> => {
  const website = await websiteOf(owner.service, deployment.compressed)
  const mirrors = website.rules.filter(({ redirect }) => redirect.redirectType === 'Mirror')
  const ours =
    mirrors.find(({ redirect }) => redirect.mirrorUrl === deployment.functionUrl) ??
    mirrors.find((rule) => secretOf(rule) !== undefined) ??
    mirrors.find(({ redirect }) => hostOf(redirect.mirrorUrl) === hostOf(deployment.functionUrl ?? ''))
  return { website, ours }
})

async function websiteOf(client: Examination['owner']['service'], bucket: string): Promise<WebsiteConfiguration> {
  try {
    return parseWebsite(await bucketXml(client, bucket, 'website'))
  } catch (error) {
    const { code, status } = refusalOf(error)
    if (code === 'NoSuchWebsiteConfiguration' || status === 404) return { rules: [] }
    if (status === 403) throw new MissingPermission('oss:GetBucketWebsite', `acs:oss:*:*:${bucket}`)
    throw error
  }
}

/** @throws where there is none: checks that need it run after the one that says so. */
export async function ourRule(examination: Examination): Promise<RoutingRule> {
  const { ours } = await readRules(examination)
  if (ours === undefined) throw new Error('Expected a mirror rule to the function, found none.')
  return ours
}

/** The function's address: as .env has it, else as the rule has it. */
export async function functionUrl(examination: Examination): Promise<string | undefined> {
  const { functionUrl } = examination.deployment
  if (functionUrl !== undefined) return functionUrl
  return (await readRules(examination).catch(() => undefined))?.ours?.redirect.mirrorUrl
}

function secretOf({ redirect }: RoutingRule): string | undefined {
  return redirect.mirrorHeaders.set.find(({ key }) => key.toLowerCase() === SECRET_HEADER)?.value
}

function hostOf(url: string): string | undefined {
  return URL.canParse(url) ? new URL(url).host : undefined
}

/** Whether a rule that is tried before also takes every (or: some) key below a prefix that would be 404. */
function takes({ condition }: RoutingRule, prefix: string, suffix: string): 'all' | 'some' | 'none' {
  const { keyPrefixEquals, keySuffixEquals, httpErrorCodeReturnedEquals = 404, includeHeaders } = condition
  if (httpErrorCodeReturnedEquals !== 404) return 'none'
  const meets = prefix.startsWith(keyPrefixEquals) || keyPrefixEquals.startsWith(prefix)
  const meetsAtEnd = suffix.endsWith(keySuffixEquals) || keySuffixEquals.endsWith(suffix)
  if (!meets || !meetsAtEnd) return 'none'
  const covers = prefix.startsWith(keyPrefixEquals) && suffix.endsWith(keySuffixEquals)
  return covers && includeHeaders.length === 0 ? 'all' : 'some'
}

/** What the rule says that readers or the stored objects suffer from; the first list is faults, the second may stay. */
function oddities({ condition, redirect }: RoutingRule, store: string): { faults: string[]; notes: string[] } {
  const faults: string[] = []
  const notes: string[] = []
  if (condition.httpErrorCodeReturnedEquals !== 404)
    faults.push('HttpErrorCodeReturnedEquals is not 404, so it never mirrors')
  const { enableReplacePrefix, replaceKeyPrefixWith, replaceKeyWith, mirrorHeaders } = redirect
  if (enableReplacePrefix || replaceKeyPrefixWith !== '' || replaceKeyWith !== '') {
    faults.push('it rewrites keys, so the function stores under another name than readers ask for')
  }
  if (mirrorHeaders.passAll || mirrorHeaders.pass.some((name) => name.toLowerCase() === 'host')) {
    faults.push("it passes readers' headers on, Host among them, which leads to another site")
  }
  if (store === 'mirror' && redirect.mirrorProxyPass)
    faults.push('STORE=mirror, but MirrorProxyPass keeps OSS from saving')
  if (store === 'function' && !redirect.mirrorProxyPass)
    notes.push('STORE=function without MirrorProxyPass: OSS saves a second copy over the first')
  if (store === 'mirror' && !redirect.mirrorSaveOssMeta)
    notes.push('without MirrorSaveOssMeta nothing tells how an object was made')
  if (redirect.mirrorPassQueryString ?? redirect.passQueryString)
    notes.push('it passes query strings on, which the function ignores')
  if (redirect.mirrorFollowRedirect) notes.push('it follows redirects, and would send the secret along')
  if (!redirect.mirrorCheckMd5) notes.push('without MirrorCheckMd5 a damaged answer would be stored')
  return { faults, notes }
}

export const RULE: readonly Check[] = [
  {
    name: 'rule',
    title: 'The compressed bucket has a mirror rule to the function',
    needs: ['compressed'],
    async run(examination) {
      const { website, ours } = await readRules(examination)
      if (ours === undefined) {
        const others = website.rules.length
        return wrong(
          others === 0 ? 'there is no rule' : `none of its ${others} rules leads to the function`,
          `${SETUP_FIX} Rules of others stay as they are.`,
        )
      }
      const { keyPrefixEquals, keySuffixEquals } = ours.condition
      if (!examination.scratch.moveInto(keyPrefixEquals, keySuffixEquals)) {
        return wrong(
          `rule ${ours.number} is only for keys below ${keyPrefixEquals}, not for ${examination.scratch.prefix}`,
          'Make its KeyPrefixEquals and SOURCE_PREFIXES in .env (or --prefix) agree.',
        )
      }
      if (website.errorDocument?.httpStatus === 200) {
        return careful(
          `rule ${ours.number}, but the error page is answered with 200: a missing picture looks like a page`,
          'Set its HttpStatus to 404 (console: Data Management → Static Pages).',
        )
      }
      return good(`rule ${ours.number}`)
    },
  },
  {
    name: 'rule-first',
    title: 'No other rule comes before it',
    needs: ['rule'],
    async run(examination) {
      const ours = await ourRule(examination)
      const { website } = await readRules(examination)
      const { keyPrefixEquals, keySuffixEquals } = ours.condition
      const { sourcePrefixes } = examination.deployment.config
      const wanted = sourcePrefixes.filter((prefix) => prefix.startsWith(keyPrefixEquals))
      const prefixes = wanted.length > 0 ? wanted : [keyPrefixEquals]
      const earlier = website.rules.filter(({ number }) => number < ours.number)
      const taken = earlier.flatMap((rule) =>
        prefixes.map((prefix) => ({ rule, prefix, how: takes(rule, prefix, keySuffixEquals) })),
      )
      const shadow = taken.find(({ how }) => how === 'all')
      if (shadow !== undefined) {
        const { number, redirect } = shadow.rule
        return wrong(
          `rule ${number} (${redirect.redirectType} ${redirect.mirrorUrl || redirect.hostName}) takes every missing key${shadow.prefix === '' ? '' : ` below ${shadow.prefix}`} before rule ${ours.number} is tried`,
          `Give rule ${number} a KeyPrefixEquals of its own, or a RuleNumber above ${ours.number} (console: Data Management → Mirroring-based Back-to-origin → order of the rules).`,
        )
      }
      const partly = taken.filter(({ how }) => how === 'some').map(({ rule }) => rule)
      if (partly.length === 0) return good()
      const named = [...new Set(partly)].map(
        ({ number, condition }) =>
          `rule ${number} (${condition.keyPrefixEquals || condition.keySuffixEquals || 'by header'})`,
      )
      return careful(`some missing keys go elsewhere: ${named.join(', ')}`, 'Nothing, where that is meant.')
    },
  },
  {
    name: 'rule-url',
    title: 'It leads to the function',
    needs: ['rule'],
    async run(examination) {
      const { redirect } = await ourRule(examination)
      const { functionUrl: wanted, local } = examination.deployment
      const { mirrorUrl } = redirect
      if (wanted !== undefined && mirrorUrl !== wanted) {
        return wrong(
          `it leads to ${mirrorUrl}, the function is at ${wanted}`,
          `${SETUP_FIX} Where ${mirrorUrl} is right, correct FUNCTION_URL in .env.`,
        )
      }
      if (/-(vpc|internal)\./.test(mirrorUrl)) {
        return wrong(
          `${mirrorUrl} is an internal address; OSS refuses those`,
          'Set FUNCTION_URL in .env to the public address, then npm run setup -- --apply.',
        )
      }
      if (!local && !mirrorUrl.startsWith('https://')) {
        return wrong(
          `${mirrorUrl} is not https: the secret travels in the clear`,
          'Give the function a domain with a certificate, set FUNCTION_URL to its https address, then npm run setup -- --apply.',
        )
      }
      if (wanted === undefined) return good(`${mirrorUrl} (FUNCTION_URL is not set in .env, so this is believed)`)
      return good(mirrorUrl)
    },
  },
  {
    name: 'rule-secret',
    title: 'It sends the mirror secret',
    needs: ['rule'],
    async run(examination) {
      const sent = secretOf(await ourRule(examination))
      const { mirrorSecrets } = examination.deployment.config
      if (sent === undefined)
        return wrong(`it sets no header ${SECRET_HEADER}: the function refuses every read`, SETUP_FIX)
      const at = mirrorSecrets.indexOf(sent)
      if (at === 0) return good()
      if (at > 0)
        return careful(
          'it sends an older secret',
          'While rotating that is right; to go on: npm run setup -- --rotate-secret.',
        )
      return wrong(
        'it sends another secret than MIRROR_SECRET in .env',
        `${SETUP_FIX} Where the rule is right, correct .env and deploy again: npx s deploy -y.`,
      )
    },
  },
  {
    name: 'rule-options',
    title: 'It mirrors what is missing, and nothing of the reader is passed on',
    needs: ['rule'],
    async run(examination) {
      const rule = await ourRule(examination)
      const { faults, notes } = oddities(rule, examination.deployment.config.store)
      if (faults.length > 0) return wrong(faults.join('; '), SETUP_FIX)
      if (notes.length > 0) return careful(notes.join('; '), SETUP_FIX)
      return good()
    },
  },
]
