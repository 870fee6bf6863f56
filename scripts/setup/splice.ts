// Our rule in somebody's website configuration: only its own characters change, every other byte stays where it is.
import {
  escapeXml,
  headersXml,
  type NewRule,
  redirectFields,
  ruleXml,
  secretXml,
  websiteXml,
} from '../deployment/rule.ts'
import { covers, findOurs, overlaps, readWebsite, secretsOf, type WebsiteRule } from '../deployment/website.ts'
import { childOf, childrenOf, elementsOf, type XmlElement } from '../deployment/xml.ts'

export interface Placed {
  xml: string
  /** Number of our rule. */
  number: number
  /** What becomes different, in words, without the secret; nothing where the text stays as it is. */
  changes: string[]
  /** What whoever reads the plan should know about the other rules. */
  notes: string[]
}

interface Edit {
  start: number
  end: number
  text: string
}

// https://help.aliyun.com/en/oss/user-guide/limits
const MOST_RULES = 20

/**
 * Puts our rule into a configuration, or brings it up to date where it is there.
 * @param xml as the bucket has it; undefined: it has none.
 * @throws Error where another rule would take everything before ours, or the text cannot be edited safely.
 */
export function withOurRule(xml: string | undefined, rule: NewRule): Placed {
  if (xml === undefined) return { xml: websiteXml(rule), number: 1, changes: ['the rule is new'], notes: [] }
  const { root, rules, indexDocument } = readWebsite(xml)
  const ours = findOurs(rules, rule.mirrorUrl)
  const others = rules.filter((other) => other !== ours)
  const number = ours?.number ?? Math.max(0, ...rules.map((each) => each.number)) + 1
  const condition = ours?.condition ?? { prefix: '', suffix: '', status: '404', needsHeaders: false }

  const shadow = others.find((other) => other.number < number && covers(other.condition, condition))
  if (shadow) {
    throw new Error(
      `Expected our rule to come first for missing objects, got rule ${shadow.number} (${nameOf(shadow)}) before it, which takes all of them. ` +
        `Delete that rule, or give it a KeyPrefixEquals of its own; setup touches no rule but ours.`,
    )
  }
  if (!ours && rules.length >= MOST_RULES) {
    throw new Error(
      `Expected room for one more rule, got ${rules.length} of ${MOST_RULES}. Delete one that is not needed.`,
    )
  }

  const changes: string[] = []
  const edits = ours ? updated(xml, ours, rule, changes) : [inserted(xml, root, ruleXml(rule, number), changes)]
  const result = applied(xml, edits)
  verify(result, rule, number, others.length)
  return { xml: result, number, changes, notes: notesOn(ours, others, number, condition, indexDocument) }
}

/** The rule with another secret and nothing else changed. @throws Error where there is no rule of ours that sends one. */
export function withSecret(xml: string, mirrorUrl: string, secret: string): string {
  const { rules } = readWebsite(xml)
  const ours = findOurs(rules, mirrorUrl)
  const sets = ours?.secret === undefined ? [] : secretsOf(childOf(ours.element, 'Redirect'))
  if (!ours || sets.length === 0)
    throw new Error('Expected a mirror rule that sends a secret, got none. Run setup first.')
  const result = applied(
    xml,
    sets.flatMap((set) => field(xml, set, 'Value', secret, [])),
  )
  verify(result, { mirrorUrl: ours.mirrorUrl, secret }, ours.number, rules.length - 1)
  return result
}

function notesOn(
  ours: WebsiteRule | undefined,
  others: readonly WebsiteRule[],
  number: number,
  condition: WebsiteRule['condition'],
  indexDocument: string,
): string[] {
  const notes: string[] = []
  for (const other of others.filter((each) => overlaps(each.condition, condition))) {
    const which = `rule ${other.number} (${nameOf(other)}) ${whichKeys(other)}`
    notes.push(other.number < number ? `${which} is tried before ours` : `${which} comes after ours and gets nothing`)
  }
  if (ours && (condition.prefix !== '' || condition.suffix !== '' || condition.needsHeaders)) {
    notes.push(`our rule is only ${whichKeys(ours)}; that stays as it is`)
  }
  if (indexDocument !== '')
    notes.push(`the bucket is a web site with the index page ${indexDocument}; that stays as it is`)
  return notes
}

const nameOf = ({ type, mirrorUrl }: WebsiteRule) => `${type}${mirrorUrl === '' ? '' : ` to ${mirrorUrl}`}`

function whichKeys({ condition: { prefix, suffix, needsHeaders } }: WebsiteRule): string {
  const parts = [
    prefix === '' ? '' : `beginning with ${prefix}`,
    suffix === '' ? '' : `ending with ${suffix}`,
    needsHeaders ? 'asked for with certain headers' : '',
  ].filter((part) => part !== '')
  return parts.length === 0 ? 'for all keys' : `for keys ${parts.join(' and ')}`
}

/** What has to change inside our rule. What it has beyond our fields is its owner's and stays. */
function updated(xml: string, { element }: WebsiteRule, rule: NewRule, changes: string[]): Edit[] {
  const redirect = childOf(element, 'Redirect')
  const condition = childOf(element, 'Condition')
  if (!redirect || !condition) {
    throw new Error('Expected our rule to have Condition and Redirect, got one without. Delete it and run setup again.')
  }
  const fields = redirectFields(rule)
  // Wins over PassQueryString where it is there.
  if (childOf(redirect, 'MirrorPassQueryString')) fields.push(['MirrorPassQueryString', 'false'])
  const edits = fields.flatMap(([name, value]) => field(xml, redirect, name, value, changes))
  edits.push(...field(xml, condition, 'HttpErrorCodeReturnedEquals', '404', changes))
  const headers = childOf(redirect, 'MirrorHeaders')
  if (!headers) {
    changes.push('MirrorHeaders: the secret')
    return [...edits, appended(xml, redirect, headersXml(rule.secret))]
  }
  if (childOf(headers, 'PassAll')) edits.push(...field(xml, headers, 'PassAll', 'false', changes))
  const sets = secretsOf(redirect)
  if (sets.length === 0) {
    changes.push('MirrorHeaders: the secret')
    edits.push(appended(xml, headers, secretXml(rule.secret)))
  }
  const before = changes.length
  for (const set of sets) edits.push(...field(xml, set, 'Value', rule.secret, changes))
  if (changes.length > before) changes.splice(before, changes.length, 'MirrorHeaders: another secret')
  return edits
}

/** A child that is to have a certain text: nothing where it has, otherwise what makes it so. */
function field(xml: string, parent: XmlElement, name: string, value: string, changes: string[]): Edit[] {
  const existing = childrenOf(parent, name)
  if (existing.length === 0) {
    changes.push(`${name}: ${value}`)
    return [appended(xml, parent, `<${name}>${escapeXml(value)}</${name}>`)]
  }
  return existing
    .filter((element) => element.text.trim() !== value)
    .map((element) => {
      changes.push(`${name}: ${element.text.trim()} → ${value}`)
      return filled(xml, element, escapeXml(value))
    })
}

/** A new rule at the end of the list, which is made where there is none. */
function inserted(xml: string, root: XmlElement, text: string, changes: string[]): Edit {
  changes.push('the rule is new')
  const list = childOf(root, 'RoutingRules')
  return list ? appended(xml, list, text) : appended(xml, root, `<RoutingRules>${text}</RoutingRules>`)
}

/** Text behind the last child, with the space that stands before that one. */
function appended(xml: string, parent: XmlElement, text: string): Edit {
  const last = elementsOf(parent).at(-1)
  if (!last) {
    const { end } = contentOf(xml, parent)
    return isSelfClosing(xml, parent) ? filled(xml, parent, text) : { start: end, end, text }
  }
  const space = /\s*$/.exec(xml.slice(0, last.start))?.[0] ?? ''
  const end = endOf(xml, last)
  return { start: end, end, text: space + text }
}

/** Another content for an element; its tags stay as they are. */
function filled(xml: string, element: XmlElement, text: string): Edit {
  if (!isSelfClosing(xml, element)) return { ...contentOf(xml, element), text }
  const end = endOf(xml, element)
  return { start: end - 2, end, text: `>${text}</${element.name}>` }
}

const isSelfClosing = (xml: string, element: XmlElement) => xml.slice(0, endOf(xml, element)).endsWith('/>')

/** Where the content of an element that has both tags stands. A start tag ends at the first > outside quotes. */
function contentOf(xml: string, element: XmlElement): { start: number; end: number } {
  const tag = /^<(?:"[^"]*"|'[^']*'|[^"'>])*>/.exec(xml.slice(element.start))?.[0] ?? ''
  return { start: element.start + tag.length, end: xml.lastIndexOf('</', endOf(xml, element) - 1) }
}

// The parser says Infinity for the end of the text where that has characters beyond the basic plane.
const endOf = (xml: string, element: XmlElement) => Math.min(element.end, xml.length)

/** Later places first, so that earlier ones keep their offsets; of two at one place the first one named comes first. */
function applied(xml: string, edits: readonly Edit[]): string {
  return edits
    .toReversed()
    .sort((a, b) => b.start - a.start)
    .reduce((text, { start, end, text: replacement }) => text.slice(0, start) + replacement + text.slice(end), xml)
}

/** The result is read again before anybody sends it: our rule as wanted, the others all there. */
function verify(xml: string, rule: NewRule, number: number, others: number): void {
  const { rules } = readWebsite(xml)
  const ours = findOurs(rules, rule.mirrorUrl)
  const sound =
    ours?.number === number &&
    ours.mirrorUrl === rule.mirrorUrl &&
    ours.secret === rule.secret &&
    ours.condition.status === '404' &&
    rules.length === others + 1
  if (sound) return
  throw new Error(
    'Expected the edited website configuration to hold our rule and all others, got another one. Nothing was sent; put the rule in by hand (npm run setup -- --print).',
  )
}
