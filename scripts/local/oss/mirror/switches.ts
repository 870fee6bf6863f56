/**
 * What is unknown about the real mirror, or differs between its documents, as switches. Defaults are section 10 of the
 * project's notes on the mirror, and hostile where nothing is known: a function that works here with the defaults has not
 * relied on anything undocumented.
 *
 * | switch | default | why |
 * |---|---|---|
 * | `signedGet` | false | one field report: rules are evaluated for anonymous reads only; the documents are silent |
 * | `head` | by-rule | HEAD triggers nothing [documented] unless the rule has MirrorAllowHeadObject [SDK model] |
 * | `headMethod` | HEAD | which method the origin then sees is unknown; HEAD stores nothing |
 * | `proxyPass` | by-rule | MirrorProxyPass is in SDK models only; `ignored` stores all the same |
 * | `existing` | overwrite | an object that appeared meanwhile: replaced, `fail` = 424 "already exists", `keep` = it stays |
 * | `timeoutMs` | 10000 | documented default of the mirror request |
 * | `timeoutMeasures` | total | what the limit measures is not stated; in all, slow readers included, is the strictest |
 * | `bufferFirstBytes` | 262144 | a failure before so many bytes is a clean 424, a later one cuts the connection; 0 = cut at once |
 * | `commit` | before-last-byte | when the object becomes visible; `after-answer` = a moment after the reader has everything |
 * | `clientGone` | abort | a reader that leaves ends the origin request; `store` = fetched and stored all the same |
 * | `merge` | false | parallel misses of one key: N origin requests; true = those that are equal share one |
 * | `quota` | null | `{ perSecond, status }`: 503 by the current page, 424 "rejected by QoS" by the 424 page |
 * | `pathEncoding` | component | `a b+c` → `a%20b%2Bc`; `raw-plus` → `a%20b+c`; `plus-for-space` → `a+b%2Bc` |
 * | `tag` | MIRROR | value of `x-oss-tag`; `with-url` adds the origin's address, as until 2021 |
 * | `chunked` | store | a chunked answer is relayed and stored; `refuse` = relayed only |
 * | `range` | partial | field report: a Range GET gets its 206 while the whole is stored; `whole` = 200 with everything |
 * | `setAuthorization` | drop | whether `Set` may carry Authorization is unknown |
 * | `persistentHeaders` | true | field report: `x-oss-persistent-headers` of the origin is stored |
 * | `sni` | by-rule | the TLS name is sent only with MirrorSNI; `always` = whatever the rule says |
 * | `refuseInternalAddresses` | false | documented refusal, off because everything local is internal |
 * | `refuseRedirects` | false | default domain of younger buckets: 3xx becomes 400 ExternalRedirectForbidden |
 */
export interface MirrorSwitches {
  signedGet: boolean
  head: 'by-rule' | 'never' | 'always'
  headMethod: 'HEAD' | 'GET'
  proxyPass: 'by-rule' | 'ignored'
  existing: 'overwrite' | 'fail' | 'keep'
  timeoutMs: number
  timeoutMeasures: 'total' | 'connect' | 'first-byte'
  bufferFirstBytes: number
  commit: 'before-last-byte' | 'after-answer'
  clientGone: 'abort' | 'store'
  merge: boolean
  quota: { perSecond: number; status: 503 | 424 } | null
  pathEncoding: 'component' | 'raw-plus' | 'plus-for-space'
  tag: 'MIRROR' | 'with-url'
  chunked: 'store' | 'refuse'
  range: 'partial' | 'whole'
  setAuthorization: 'drop' | 'send'
  persistentHeaders: boolean
  sni: 'by-rule' | 'always'
  refuseInternalAddresses: boolean
  refuseRedirects: boolean
}

/** The defaults of the table at `MirrorSwitches`. */
export const defaultSwitches: Readonly<MirrorSwitches> = {
  signedGet: false,
  head: 'by-rule',
  headMethod: 'HEAD',
  proxyPass: 'by-rule',
  existing: 'overwrite',
  timeoutMs: 10_000,
  timeoutMeasures: 'total',
  bufferFirstBytes: 262_144,
  commit: 'before-last-byte',
  clientGone: 'abort',
  merge: false,
  quota: null,
  pathEncoding: 'component',
  tag: 'MIRROR',
  chunked: 'store',
  range: 'partial',
  setAuthorization: 'drop',
  persistentHeaders: true,
  sni: 'by-rule',
  refuseInternalAddresses: false,
  refuseRedirects: false,
}
