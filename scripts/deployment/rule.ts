// The mirror rule of the compressed bucket.
// Fields: https://help.aliyun.com/en/oss/developer-reference/putbucketwebsite ; those marked SDK are only in the vendor's
// SDK models, and a bucket may refuse them.

/** Header in which OSS sends the secret; not x-oss- or x-fc-, which would not arrive. */
export const SECRET_HEADER = 'x-mirror-secret'

export interface RuleOptions {
  /** Ends with a slash. */
  mirrorUrl: string
  secret: string
  /** SDK. STORE=function: OSS is not to save what it relays. */
  proxyPass: boolean
  /** SDK. STORE=mirror: OSS keeps our x-oss-meta-*. */
  saveMeta: boolean
  /** SDK. Send the origin's name in the TLS handshake: shared front ends choose their certificate by it. */
  sni: boolean
  /** What came whole but with another MD5 than the answer says is not stored. */
  checkMd5: boolean
  /** SDK. Statuses of the function that readers see as they are instead of 424, as 400,403; empty: none. */
  transparentCodes: string
  /** Leave the SDK's fields alone. */
  publicFields: boolean
}

export type NewRule = Partial<RuleOptions> & Pick<RuleOptions, 'mirrorUrl' | 'secret'>

/** Fields of a rule that only the SDKs' models have. */
export const SDK_FIELDS: readonly string[] = [
  'MirrorProxyPass',
  'MirrorSaveOssMeta',
  'MirrorSNI',
  'TransparentMirrorResponseCodes',
]

/** What STORE makes of the rule: exactly one of the two writes. */
export function rulePerStore(store: string): Pick<RuleOptions, 'proxyPass' | 'saveMeta'> {
  return { proxyPass: store !== 'mirror', saveMeta: store === 'mirror' }
}

/** The children of Redirect that are ours, as they have to be; the headers apart. */
export function redirectFields({
  mirrorUrl,
  proxyPass = true,
  saveMeta = false,
  sni = mirrorUrl.startsWith('https:'),
  checkMd5 = true,
  transparentCodes = '',
  publicFields = false,
}: NewRule): [name: string, value: string][] {
  const fields: [string, string][] = [
    ['RedirectType', 'Mirror'],
    ['MirrorURL', mirrorUrl],
    ['PassQueryString', 'false'],
    ['MirrorFollowRedirect', 'false'],
    ['MirrorCheckMd5', String(checkMd5)],
    ['MirrorProxyPass', String(proxyPass)],
    ['MirrorSaveOssMeta', String(saveMeta)],
    ['MirrorSNI', String(sni)],
    ...(transparentCodes === '' ? [] : [['TransparentMirrorResponseCodes', transparentCodes] as [string, string]]),
  ]
  return publicFields ? fields.filter(([name]) => !SDK_FIELDS.includes(name)) : fields
}

/** The headers of the rule: nothing of the reader's, and the secret. */
export function headersXml(secret: string): string {
  return `<MirrorHeaders><PassAll>false</PassAll>${secretXml(secret)}</MirrorHeaders>`
}

export function secretXml(secret: string): string {
  return `<Set><Key>${SECRET_HEADER}</Key><Value>${escapeXml(secret)}</Value></Set>`
}

/** Our rule as one RoutingRule, two spaces in. */
export function ruleXml(rule: NewRule, number: number): string {
  const fields = redirectFields(rule).map(([name, value]) => `    <${name}>${escapeXml(value)}</${name}>`)
  return `<RoutingRule>
  <RuleNumber>${number}</RuleNumber>
  <Condition><HttpErrorCodeReturnedEquals>404</HttpErrorCodeReturnedEquals></Condition>
  <Redirect>
${fields.join('\n')}
    ${headersXml(rule.secret)}
  </Redirect>
</RoutingRule>`
}

/** A website configuration with our rule and nothing else. */
export function websiteXml(rule: NewRule): string {
  return `<?xml version="1.0" encoding="UTF-8"?>
<WebsiteConfiguration><RoutingRules>${ruleXml(rule, 1)}</RoutingRules></WebsiteConfiguration>
`
}

/** Text of an element. */
export function escapeXml(text: string): string {
  return text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;').replace(/\r/g, '&#xD;')
}
