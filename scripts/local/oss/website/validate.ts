import { OssError } from '../error.ts'
import { all, exact, first, parseXml, text, type Element } from './xml.ts'

/**
 * Refuses a body of PutBucketWebsite that OSS would refuse. Elements that are not public (the SDK-only ones) and unknown
 * ones pass: the server keeps the body verbatim.
 * Limits: https://help.aliyun.com/en/oss/developer-reference/putbucketwebsite
 * @throws OssError 400 MalformedXML for the shape, 400 InvalidArgument for a value
 */
export function validateWebsiteXml(xml: string): void {
  const { name, root } = parseXml(xml)
  if (name !== 'WebsiteConfiguration') {
    throw new OssError(400, 'MalformedXML', `Expected the root element WebsiteConfiguration, got ${name}.`)
  }
  const index = first(root, 'IndexDocument')
  const error = first(root, 'ErrorDocument')
  const rules = all(first(root, 'RoutingRules'), 'RoutingRule')
  if (!index && !error && rules.length === 0) {
    throw new OssError(400, 'MalformedXML', 'Expected at least one of IndexDocument, ErrorDocument and RoutingRules.')
  }
  if (index) indexDocument(index)
  if (error) errorDocument(error)
  atMost(rules.length, 20, 'RoutingRule')
  const numbers = new Set<string>()
  for (const rule of rules) {
    const number = text(rule, 'RuleNumber')
    if (!/^[1-9]\d*$/.test(number)) refuse('RuleNumber', 'a positive integer', number)
    if (numbers.has(number)) refuse('RuleNumber', 'a number that no other rule has', number)
    numbers.add(number)
    routingRule(rule)
  }
}

function indexDocument(index: Element): void {
  const suffix = text(index, 'Suffix')
  if (suffix === '' || suffix.includes('/')) refuse('Suffix', 'an object name without a slash', suffix)
  flag(index, 'SupportSubDir')
  oneOf(index, 'Type', ['', '0', '1', '2'])
}

function errorDocument(error: Element): void {
  if (text(error, 'Key') === '') refuse('Key', 'an object name', '')
  oneOf(error, 'HttpStatus', ['', '200', '404'])
}

function routingRule(rule: Element): void {
  const condition = first(rule, 'Condition')
  const redirect = first(rule, 'Redirect')
  if (!condition || !redirect) {
    throw new OssError(400, 'MalformedXML', 'Expected a RoutingRule to have Condition and Redirect.')
  }
  const headers = all(condition, 'IncludeHeader')
  atMost(headers.length, 10, 'IncludeHeader')
  for (const header of headers) {
    headerName(text(header, 'Key'), 'IncludeHeader Key')
    if (!['Equals', 'StartsWith', 'EndsWith'].some((name) => exact(header, name) !== undefined)) {
      refuse('IncludeHeader', 'Equals, StartsWith or EndsWith', 'none of them')
    }
  }
  replacement(redirect)
  for (const name of flags) flag(redirect, name)
  const status = text(condition, 'HttpErrorCodeReturnedEquals')
  if (oneOf(redirect, 'RedirectType', ['Mirror', 'External', 'AliCDN']) === 'Mirror') {
    if (status !== '404') refuse('HttpErrorCodeReturnedEquals', '404 for a mirror rule', status)
    mirrorUrl(text(redirect, 'MirrorURL'))
    const mirrorHeaders = first(redirect, 'MirrorHeaders')
    if (mirrorHeaders) requestHeaders(mirrorHeaders)
  } else {
    if (!/^(?:\d{3})?$/.test(status)) refuse('HttpErrorCodeReturnedEquals', 'an HTTP status', status)
    oneOf(redirect, 'Protocol', ['http', 'https'])
    const host = text(redirect, 'HostName')
    if (!/^[\w.-]+(?::\d+)?$/.test(host)) refuse('HostName', 'a domain name', host)
    oneOf(redirect, 'HttpRedirectCode', ['301', '302', '307'])
  }
}

const flags = [
  'PassQueryString',
  'MirrorPassQueryString',
  'MirrorFollowRedirect',
  'MirrorCheckMd5',
  'EnableReplacePrefix',
  'MirrorProxyPass',
  'MirrorAllowHeadObject',
  'MirrorAllowGetImageInfo',
  'MirrorAllowVideoSnapshot',
  'MirrorSaveOssMeta',
  'MirrorUserLastModified',
  'MirrorSNI',
  'MirrorPassOriginalSlashes',
  'MirrorSwitchAllErrors',
]

function replacement(redirect: Element): void {
  const whole = exact(redirect, 'ReplaceKeyWith') ?? ''
  if (whole === '') return
  if (text(redirect, 'EnableReplacePrefix') === 'true') {
    refuse('EnableReplacePrefix', 'false beside ReplaceKeyWith', 'true')
  }
  const prefix = exact(redirect, 'ReplaceKeyPrefixWith') ?? ''
  if (prefix !== '') refuse('ReplaceKeyPrefixWith', 'nothing beside ReplaceKeyWith', prefix)
}

function mirrorUrl(value: string): void {
  if (!/^https?:\/\/[^/?#@\s]+\//i.test(value) || !value.endsWith('/') || !URL.canParse(value)) {
    refuse('MirrorURL', 'http:// or https://, a host and a trailing slash', value)
  }
}

function requestHeaders(headers: Element): void {
  flag(headers, 'PassAll')
  for (const kind of ['Pass', 'Remove']) {
    const names = all(headers, kind)
    atMost(names.length, 10, kind)
    for (const name of names) headerName(name.text.trim(), kind)
  }
  const sets = all(headers, 'Set')
  atMost(sets.length, 10, 'Set')
  for (const set of sets) {
    headerName(text(set, 'Key'), 'Set Key')
    const value = exact(set, 'Value') ?? ''
    // The value may be a secret: the message does not repeat it.
    if (Buffer.byteLength(value) > 1024 || /[\r\n]/.test(value)) {
      refuse('Set Value', 'at most 1024 bytes without CR and LF', `${Buffer.byteLength(value)} bytes`)
    }
  }
}

function headerName(name: string, where: string): void {
  if (!/^[\dA-Za-z-]{1,1024}$/.test(name)) refuse(where, '1 to 1024 letters, digits and hyphens', name.slice(0, 64))
}

function atMost(count: number, most: number, name: string): void {
  if (count > most) refuse(name, `at most ${most}`, String(count))
}

function flag(parent: Element, name: string): void {
  oneOf(parent, name, ['', 'true', 'false'])
}

function oneOf(parent: Element, name: string, values: string[]): string {
  const value = text(parent, name)
  if (!values.includes(value)) refuse(name, values.filter((known) => known !== '').join(' or '), value)
  return value
}

function refuse(argument: string, expected: string, got: string): never {
  throw new OssError(400, 'InvalidArgument', `Expected ${argument} to be ${expected}, got '${got}'.`, {
    ArgumentName: argument,
    ArgumentValue: got,
  })
}
