// The mirror rule of the compressed bucket.

export interface RuleOptions {
  /** Ends with a slash. */
  mirrorUrl: string
  secret: string
  /** STORE=function: OSS is not to save what it relays. */
  proxyPass: boolean
  /** STORE=mirror: OSS keeps our x-oss-meta-*. */
  saveMeta: boolean
}

/** The compressed bucket's website configuration with our one rule. Values are base64url or URLs: nothing to escape but &. */
export function websiteXml({
  mirrorUrl,
  secret,
  proxyPass = true,
  saveMeta = false,
}: Partial<RuleOptions> & Pick<RuleOptions, 'mirrorUrl' | 'secret'>): string {
  return `<?xml version="1.0" encoding="UTF-8"?>
<WebsiteConfiguration><RoutingRules><RoutingRule>
  <RuleNumber>1</RuleNumber>
  <Condition><HttpErrorCodeReturnedEquals>404</HttpErrorCodeReturnedEquals></Condition>
  <Redirect>
    <RedirectType>Mirror</RedirectType>
    <MirrorURL>${mirrorUrl.replace(/&/g, '&amp;')}</MirrorURL>
    <PassQueryString>false</PassQueryString>
    <MirrorFollowRedirect>false</MirrorFollowRedirect>
    <MirrorCheckMd5>true</MirrorCheckMd5>
    <MirrorProxyPass>${proxyPass}</MirrorProxyPass>
    <MirrorSaveOssMeta>${saveMeta}</MirrorSaveOssMeta>
    <MirrorHeaders><PassAll>false</PassAll><Set><Key>x-mirror-secret</Key><Value>${secret}</Value></Set></MirrorHeaders>
  </Redirect>
</RoutingRule></RoutingRules></WebsiteConfiguration>
`
}
