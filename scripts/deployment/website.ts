// A bucket's website configuration as its rules are tried: what setup edits and doctor checks.
// Order and conditions: https://help.aliyun.com/en/oss/developer-reference/putbucketwebsite
import { SECRET_HEADER } from './rule.ts'
import { childOf, childrenOf, readXml, textOf, type XmlElement } from './xml.ts'

export interface WebsiteRule {
  /** Rules are tried in ascending order; the first that matches is executed, whatever comes of it. 0: it has none. */
  number: number
  condition: {
    prefix: string
    suffix: string
    /** The status it is for; empty: every one. */
    status: string
    /** Whether a request must also carry certain headers. */
    needsHeaders: boolean
  }
  /** Mirror, External or AliCDN. */
  type: string
  mirrorUrl: string
  /** What it sends as x-mirror-secret; undefined: nothing. */
  secret: string | undefined
  element: XmlElement
}

export interface Website {
  root: XmlElement
  /** In the order in which they are tried. */
  rules: WebsiteRule[]
  /** Index page: turns the bucket into a web site for anonymous readers; empty where there is none. */
  indexDocument: string
}

/** @throws Error where the text is no website configuration. */
export function readWebsite(xml: string): Website {
  const root = readXml(xml, 'WebsiteConfiguration')
  const rules = childrenOf(root, 'RoutingRules').flatMap((list) => childrenOf(list, 'RoutingRule').map(ruleOf))
  return {
    root,
    rules: rules.sort((a, b) => a.number - b.number),
    indexDocument: textOf(childOf(root, 'IndexDocument'), 'Suffix'),
  }
}

function ruleOf(element: XmlElement): WebsiteRule {
  const condition = childOf(element, 'Condition')
  const redirect = childOf(element, 'Redirect')
  return {
    number: Number(textOf(element, 'RuleNumber')) || 0,
    condition: {
      prefix: childOf(condition, 'KeyPrefixEquals')?.text ?? '',
      suffix: childOf(condition, 'KeySuffixEquals')?.text ?? '',
      status: textOf(condition, 'HttpErrorCodeReturnedEquals'),
      needsHeaders: childrenOf(condition, 'IncludeHeader').length > 0,
    },
    type: textOf(redirect, 'RedirectType'),
    mirrorUrl: textOf(redirect, 'MirrorURL'),
    secret: secretsOf(redirect)
      .map((set) => textOf(set, 'Value'))
      .at(0),
    element,
  }
}

/** The Set elements of the header that carries the secret. */
export function secretsOf(redirect: XmlElement | undefined): XmlElement[] {
  return childrenOf(childOf(redirect, 'MirrorHeaders'), 'Set').filter(
    (set) => textOf(set, 'Key').toLowerCase() === SECRET_HEADER,
  )
}

/**
 * The rule that is ours: it leads to the function's address, or, where none does, carries the secret.
 * @throws Error where several could be meant.
 */
export function findOurs(rules: readonly WebsiteRule[], mirrorUrl: string): WebsiteRule | undefined {
  const sameAddress = rules.filter((rule) => rule.type === 'Mirror' && sameUrl(rule.mirrorUrl, mirrorUrl))
  const ours = sameAddress.length > 0 ? sameAddress : rules.filter(({ secret }) => secret !== undefined)
  if (ours.length < 2) return ours[0]
  const why = sameAddress.length > 0 ? `lead to ${mirrorUrl}` : `send ${SECRET_HEADER}`
  const numbers = ours.map(({ number }) => number).join(' and ')
  throw new Error(`Expected one mirror rule of ours, got several: rules ${numbers} ${why}. Delete all but one of them.`)
}

/** Whether every missing key that `b` is for is taken by `a`, so that `b` never comes to anything behind it. */
export function covers(a: WebsiteRule['condition'], b: WebsiteRule['condition']): boolean {
  return isForMissing(a) && !a.needsHeaders && b.prefix.startsWith(a.prefix) && b.suffix.endsWith(a.suffix)
}

/** Whether some missing keys are for both. */
export function overlaps(a: WebsiteRule['condition'], b: WebsiteRule['condition']): boolean {
  const prefixes = a.prefix.startsWith(b.prefix) || b.prefix.startsWith(a.prefix)
  const suffixes = a.suffix.endsWith(b.suffix) || b.suffix.endsWith(a.suffix)
  return isForMissing(a) && isForMissing(b) && prefixes && suffixes
}

const isForMissing = ({ status }: WebsiteRule['condition']) => status === '' || status === '404'

function sameUrl(a: string, b: string): boolean {
  return URL.canParse(a) && URL.canParse(b) && new URL(a).href === new URL(b).href
}
