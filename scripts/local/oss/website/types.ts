// A bucket's website configuration as the mirror reads it.
// Public fields: https://help.aliyun.com/en/oss/developer-reference/putbucketwebsite ; fields marked SDK are only in
// the vendor's SDK models (alibabacloud-oss-python-sdk-v2, models/bucket_website.py) and may be refused by a real bucket.

/** What `<WebsiteConfiguration>` says; `rules` are in ascending order of their number, as they are tried. */
export interface WebsiteConfiguration {
  indexDocument?: { suffix: string; supportSubDir: boolean; type: number }
  errorDocument?: { key: string; httpStatus: number }
  rules: RoutingRule[]
}

/** One `<RoutingRule>`: the first one whose condition holds is executed, whatever comes of it. */
export interface RoutingRule {
  number: number
  condition: RuleCondition
  redirect: RuleRedirect
}

/** `<Condition>`: all of it must hold; an absent or empty part always holds. */
export interface RuleCondition {
  keyPrefixEquals: string
  keySuffixEquals: string
  /** An HTTP status; undefined matches every status. */
  httpErrorCodeReturnedEquals: number | undefined
  includeHeaders: IncludeHeader[]
}

/** `startsWith` and `endsWith` are SDK. */
export interface IncludeHeader {
  key: string
  equals?: string
  startsWith?: string
  endsWith?: string
}

/** A name and its value, as in `<Set>`, `<ReturnHeader>` and `<Taggings>`. */
export interface KeyValue {
  key: string
  value: string
}

/** `<Redirect>` with the documented defaults filled in. */
export interface RuleRedirect {
  redirectType: string
  mirrorUrl: string
  passQueryString: boolean
  /** Wins over `passQueryString` where it is given. */
  mirrorPassQueryString: boolean | undefined
  mirrorFollowRedirect: boolean
  mirrorCheckMd5: boolean
  mirrorHeaders: { passAll: boolean; pass: string[]; remove: string[]; set: KeyValue[] }
  enableReplacePrefix: boolean
  replaceKeyPrefixWith: string
  replaceKeyWith: string
  protocol: string
  hostName: string
  httpRedirectCode: number | undefined

  /** SDK: pass the origin's bytes on and store nothing. */
  mirrorProxyPass: boolean
  /** SDK: HEAD triggers too. */
  mirrorAllowHeadObject: boolean
  /** SDK: read, not acted on. */
  mirrorAllowGetImageInfo: boolean
  /** SDK: read, not acted on. */
  mirrorAllowVideoSnapshot: boolean
  /** SDK: statuses of the origin that reach the client with their body, as `400,404`. */
  transparentMirrorResponseCodes: number[]
  /** SDK: keep the origin's `x-oss-meta-*`. */
  mirrorSaveOssMeta: boolean
  /** SDK: keep the origin's Last-Modified. */
  mirrorUserLastModified: boolean
  /** SDK: tags of the stored object. */
  mirrorTaggings: KeyValue[]
  /** SDK: headers of the answer that is being mirrored. */
  mirrorReturnHeaders: KeyValue[]
  /** SDK: send the origin's name in the TLS handshake. */
  mirrorSni: boolean
  /** SDK: keep the leading slashes of a key on the way to the origin. */
  mirrorPassOriginalSlashes: boolean
  /** SDK: standby origin; read, not acted on, like all that follow. */
  mirrorUrlSlave: string
  mirrorUrlProbe: string
  mirrorSwitchAllErrors: boolean
  mirrorMultiAlternates: { number: string; url: string; vpcId: string; dstRegion: string }[]
  mirrorAsyncStatus: string
  mirrorUsingRole: boolean
  mirrorRole: string
  mirrorAuth: { authType: string; region: string; accessKeyId: string } | undefined
  mirrorIsExpressTunnel: boolean
  mirrorDstRegion: string
  mirrorDstVpcId: string
  mirrorDstSlaveVpcId: string
  mirrorTunnelId: string
}
