// The mirror rule of the compressed bucket, read as OSS would.
import { MissingPermission } from '../../deployment/permission.ts'
import { SECRET_HEADER } from '../../deployment/rule.ts'
import { covers, findOurs, overlaps, readWebsite, type Website, type WebsiteRule } from '../../deployment/website.ts'
import { childOf, childrenOf, textOf } from '../../deployment/xml.ts'
import { bucketXml, refusalOf } from '../bucket.ts'
import { careful, type Check, type Examination, good, once, wrong } from '../check.ts'

const SETUP_FIX = 'npm run setup shows what it would change, npm run setup -- --apply does it.'

const readRules = once(async ({ deployment, owner }: Examination): Promise<Website> => {
  try {
    return readWebsite(await bucketXml(owner.service, deployment.compressed, 'website'))
  } catch (error) {
    const { status } = refusalOf(error)
    if (status === 404) return readWebsite('<WebsiteConfiguration/>')
    if (status === 403) throw new MissingPermission('oss:GetBucketWebsite', `acs:oss:*:*:${deployment.compressed}`)
    throw error
  }
})

/** @throws where several could be meant */
async function findRule(examination: Examination): Promise<WebsiteRule | undefined> {
  return findOurs((await readRules(examination)).rules, examination.deployment.functionUrl ?? '')
}

/** @throws where there is none: checks that need it run after the one that says so. */
export async function ourRule(examination: Examination): Promise<WebsiteRule> {
  const ours = await findRule(examination)
  if (ours === undefined) throw new Error('Expected a mirror rule to the function, found none.')
  return ours
}

/** The function's address: as .env has it, else as the rule has it. */
export async function functionUrl(examination: Examination): Promise<string | undefined> {
  const { functionUrl } = examination.deployment
  if (functionUrl !== undefined) return functionUrl
  return (await findRule(examination).catch(() => undefined))?.mirrorUrl
}

/** Whether a field of Redirect is on. */
export function isOn({ element }: WebsiteRule, field: string, otherwise = false): boolean {
  const value = textOf(childOf(element, 'Redirect'), field)
  return value === '' ? otherwise : value === 'true'
}

/** What the rule says that readers or the stored objects suffer from; the first list is faults, the second may stay. */
function oddities(rule: WebsiteRule, store: string): { faults: string[]; notes: string[] } {
  const redirect = childOf(rule.element, 'Redirect')
  const headers = childOf(redirect, 'MirrorHeaders')
  const passed = childrenOf(headers, 'Pass').map(({ text }) => text.trim().toLowerCase())
  const rewrites = textOf(redirect, 'ReplaceKeyPrefixWith') !== '' || textOf(redirect, 'ReplaceKeyWith') !== ''
  const mirrors = store === 'mirror'
  const query = textOf(redirect, 'MirrorPassQueryString') || textOf(redirect, 'PassQueryString')
  const faults: [boolean, string][] = [
    [rule.condition.status !== '404', 'HttpErrorCodeReturnedEquals is not 404, so it never mirrors'],
    [
      rewrites || isOn(rule, 'EnableReplacePrefix'),
      'it rewrites keys, so the function stores under another name than readers ask for',
    ],
    [
      textOf(headers, 'PassAll') === 'true' || passed.includes('host'),
      "it passes readers' headers on, Host among them, which leads to another site",
    ],
    [mirrors && isOn(rule, 'MirrorProxyPass'), 'STORE=mirror, but MirrorProxyPass keeps OSS from saving'],
  ]
  const notes: [boolean, string][] = [
    [
      !mirrors && !isOn(rule, 'MirrorProxyPass'),
      'STORE=function without MirrorProxyPass: OSS saves a second copy over the first',
    ],
    [
      mirrors && !isOn(rule, 'MirrorSaveOssMeta'),
      'STORE=mirror without MirrorSaveOssMeta: nothing tells how an object was made',
    ],
    [query === 'true', 'it passes query strings on, which the function ignores'],
    [isOn(rule, 'MirrorFollowRedirect', true), 'it follows redirects, and would send the secret along'],
    [!isOn(rule, 'MirrorCheckMd5'), 'without MirrorCheckMd5 a damaged answer would be stored'],
  ]
  const said = (list: [boolean, string][]) => list.flatMap(([holds, text]) => (holds ? [text] : []))
  return { faults: said(faults), notes: said(notes) }
}

export const RULE: readonly Check[] = [
  {
    name: 'rule',
    title: 'The compressed bucket has a mirror rule to the function',
    needs: ['compressed'],
    async run(examination) {
      const { root, rules } = await readRules(examination)
      let ours
      try {
        ours = await findRule(examination)
      } catch (error) {
        return wrong(refusalOf(error).message, 'console: Data Management → Mirroring-based Back-to-origin.')
      }
      if (ours === undefined) {
        const others = rules.length
        return wrong(
          others === 0 ? 'there is no rule' : `none of its ${others} rules leads to the function`,
          `${SETUP_FIX} Rules of others stay as they are.`,
        )
      }
      const { prefix, suffix } = ours.condition
      if (!examination.scratch.moveInto(prefix, suffix)) {
        return wrong(
          `rule ${ours.number} is only for keys below ${prefix}, not for ${examination.scratch.prefix}`,
          'Make its KeyPrefixEquals and SOURCE_PREFIXES in .env (or --prefix) agree.',
        )
      }
      if (textOf(childOf(root, 'ErrorDocument'), 'HttpStatus') === '200') {
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
      const { rules } = await readRules(examination)
      const { sourcePrefixes } = examination.deployment.config
      const inside = sourcePrefixes.filter((prefix) => prefix.startsWith(ours.condition.prefix))
      // Every folder that may be read counts by itself: one that is lost whole is lost.
      const wanted = (inside.length > 0 ? inside : [ours.condition.prefix]).map((prefix) => ({
        ...ours.condition,
        prefix,
      }))
      const earlier = rules.filter(({ number }) => number < ours.number)
      for (const { number, type, mirrorUrl, condition } of earlier) {
        const lost = wanted.find((part) => covers(condition, part))
        if (lost === undefined) continue
        return wrong(
          `rule ${number} (${type} ${mirrorUrl}) takes every missing key${lost.prefix === '' ? '' : ` below ${lost.prefix}`} before rule ${ours.number} is tried`,
          `Give rule ${number} a KeyPrefixEquals of its own, or a RuleNumber above ${ours.number} (console: Data Management → Mirroring-based Back-to-origin → order of the rules).`,
        )
      }
      const partly = earlier.filter(({ condition }) => wanted.some((part) => overlaps(condition, part)))
      if (partly.length === 0) return good()
      const named = partly.map(
        ({ number, condition: { prefix, suffix } }) => `rule ${number} (${prefix || suffix || 'by header'})`,
      )
      return careful(`some missing keys go elsewhere: ${named.join(', ')}`, 'Nothing, where that is meant.')
    },
  },
  {
    name: 'rule-url',
    title: 'It leads to the function',
    needs: ['rule'],
    async run(examination) {
      const { mirrorUrl } = await ourRule(examination)
      const { functionUrl: wanted, local } = examination.deployment
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
      const { secret: sent } = await ourRule(examination)
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
