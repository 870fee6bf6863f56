import { OssError } from '../../../../../scripts/local/oss/error.ts'
import { parseWebsite } from '../../../../../scripts/local/oss/website/parse.ts'
import { validateWebsiteXml } from '../../../../../scripts/local/oss/website/validate.ts'

const wrap = (inner: string) =>
  `<?xml version="1.0" encoding="UTF-8"?>\n<WebsiteConfiguration>${inner}</WebsiteConfiguration>`
const rules = (...each: string[]) => wrap(`<RoutingRules>${each.join('')}</RoutingRules>`)
const mirrorRule = (more: { number?: string; condition?: string; url?: string; redirect?: string } = {}) =>
  `<RoutingRule><RuleNumber>${more.number ?? '1'}</RuleNumber><Condition>${
    more.condition ?? '<HttpErrorCodeReturnedEquals>404</HttpErrorCodeReturnedEquals>'
  }</Condition><Redirect><RedirectType>Mirror</RedirectType><MirrorURL>${more.url ?? 'http://o/'}</MirrorURL>${
    more.redirect ?? ''
  }</Redirect></RoutingRule>`
const headers = (inner: string) => mirrorRule({ redirect: `<MirrorHeaders>${inner}</MirrorHeaders>` })
const external = (inner: string) =>
  rules(
    `<RoutingRule><RuleNumber>1</RuleNumber><Condition/><Redirect><RedirectType>External</RedirectType>${inner}</Redirect></RoutingRule>`,
  )
const target = '<Protocol>http</Protocol><HostName>www.test.com</HostName>'

function refusal(xml: string): string | undefined {
  try {
    validateWebsiteXml(xml)
    return undefined
  } catch (error) {
    if (!(error instanceof OssError)) throw error
    expect(error.status).toBe(400)
    return `${error.code}: ${error.message}`
  }
}

describe('a website configuration', () => {
  it('is read with every field, in the order of rule numbers', () => {
    const pair = '<Key>k</Key><Value>v &amp; w</Value>'
    const xml = wrap(
      `<IndexDocument><Suffix>index.html</Suffix><SupportSubDir>true</SupportSubDir><Type>2</Type></IndexDocument>
       <ErrorDocument><Key>error.html</Key><HttpStatus>200</HttpStatus></ErrorDocument>
       <RoutingRules>
         <RoutingRule><RuleNumber>10</RuleNumber><Condition/><Redirect><RedirectType>External</RedirectType></Redirect></RoutingRule>
         <RoutingRule><RuleNumber>9</RuleNumber>
           <Condition><KeyPrefixEquals>a b/</KeyPrefixEquals><KeySuffixEquals>.jpg</KeySuffixEquals>
             <HttpErrorCodeReturnedEquals>404</HttpErrorCodeReturnedEquals>
             <IncludeHeader><Key>host</Key><Equals>h</Equals></IncludeHeader>
             <IncludeHeader><Key>x</Key><StartsWith>s</StartsWith><EndsWith>e</EndsWith></IncludeHeader></Condition>
           <Redirect><RedirectType>Mirror</RedirectType><MirrorURL>https://o/dir/</MirrorURL>
             <PassQueryString>true</PassQueryString><MirrorPassQueryString>false</MirrorPassQueryString>
             <MirrorFollowRedirect>false</MirrorFollowRedirect><MirrorCheckMd5>true</MirrorCheckMd5>
             <MirrorHeaders><PassAll>true</PassAll><Pass>p1</Pass><Pass>p2</Pass><Remove>r</Remove><Set>${pair}</Set></MirrorHeaders>
             <EnableReplacePrefix>true</EnableReplacePrefix><ReplaceKeyPrefixWith>d/</ReplaceKeyPrefixWith>
             <MirrorProxyPass>true</MirrorProxyPass><MirrorAllowHeadObject>true</MirrorAllowHeadObject>
             <TransparentMirrorResponseCodes>400,404,x</TransparentMirrorResponseCodes>
             <MirrorSaveOssMeta>true</MirrorSaveOssMeta><MirrorUserLastModified>true</MirrorUserLastModified>
             <MirrorTaggings><Taggings>${pair}</Taggings></MirrorTaggings>
             <MirrorReturnHeaders><ReturnHeader>${pair}</ReturnHeader></MirrorReturnHeaders>
             <MirrorSNI>true</MirrorSNI><MirrorPassOriginalSlashes>true</MirrorPassOriginalSlashes>
             <MirrorURLSlave>http://s/</MirrorURLSlave><MirrorRole>role</MirrorRole>
             <MirrorMultiAlternates><MirrorMultiAlternate><MirrorMultiAlternateNumber>1</MirrorMultiAlternateNumber>
               <MirrorMultiAlternateURL>http://m/</MirrorMultiAlternateURL></MirrorMultiAlternate></MirrorMultiAlternates>
             <MirrorAuth><AuthType>S3V4</AuthType><Region>r</Region><AccessKeyId>id</AccessKeyId></MirrorAuth>
             <SomethingNew>1</SomethingNew></Redirect></RoutingRule>
       </RoutingRules>`,
    )
    expect(
      refusal(
        xml.replace(
          '<RedirectType>External',
          `${target}<HttpRedirectCode>302</HttpRedirectCode><RedirectType>External`,
        ),
      ),
    ).toBeUndefined()
    const website = parseWebsite(xml)
    const kv = { key: 'k', value: 'v & w' }
    expect(website).toMatchObject({
      indexDocument: { suffix: 'index.html', supportSubDir: true, type: 2 },
      errorDocument: { key: 'error.html', httpStatus: 200 },
    })
    expect(website.rules.map(({ number }) => number)).toEqual([9, 10])
    expect(website.rules[0]?.condition).toEqual({
      keyPrefixEquals: 'a b/',
      keySuffixEquals: '.jpg',
      httpErrorCodeReturnedEquals: 404,
      includeHeaders: [
        { key: 'host', equals: 'h' },
        { key: 'x', startsWith: 's', endsWith: 'e' },
      ],
    })
    expect(website.rules[0]?.redirect).toMatchObject({
      redirectType: 'Mirror',
      mirrorUrl: 'https://o/dir/',
      passQueryString: true,
      mirrorPassQueryString: false,
      mirrorFollowRedirect: false,
      mirrorCheckMd5: true,
      mirrorHeaders: { passAll: true, pass: ['p1', 'p2'], remove: ['r'], set: [kv] },
      enableReplacePrefix: true,
      replaceKeyPrefixWith: 'd/',
      mirrorProxyPass: true,
      mirrorAllowHeadObject: true,
      transparentMirrorResponseCodes: [400, 404],
      mirrorSaveOssMeta: true,
      mirrorUserLastModified: true,
      mirrorTaggings: [kv],
      mirrorReturnHeaders: [kv],
      mirrorSni: true,
      mirrorPassOriginalSlashes: true,
      mirrorUrlSlave: 'http://s/',
      mirrorRole: 'role',
      mirrorMultiAlternates: [{ number: '1', url: 'http://m/', vpcId: '', dstRegion: '' }],
      mirrorAuth: { authType: 'S3V4', region: 'r', accessKeyId: 'id' },
    })
  })

  it('has the documented defaults', () => {
    expect(parseWebsite(rules(mirrorRule())).rules[0]?.redirect).toMatchObject({
      passQueryString: false,
      mirrorPassQueryString: undefined,
      mirrorFollowRedirect: true,
      mirrorCheckMd5: false,
      mirrorHeaders: { passAll: false, pass: [], remove: [], set: [] },
      enableReplacePrefix: false,
      mirrorProxyPass: false,
      transparentMirrorResponseCodes: [],
    })
    expect(parseWebsite(wrap('<ErrorDocument><Key>e</Key></ErrorDocument>')).errorDocument?.httpStatus).toBe(404)
  })

  it.each([
    ['an index alone', wrap('<IndexDocument><Suffix>index.html</Suffix></IndexDocument>')],
    ['an error page alone', wrap('<ErrorDocument><Key>e.html</Key></ErrorDocument>')],
    ['rules alone', rules(mirrorRule())],
    ['twenty rules', rules(...Array.from({ length: 20 }, (_, index) => mirrorRule({ number: String(index + 1) })))],
    [
      'ten of each header',
      rules(headers('<Pass>a</Pass><Remove>b</Remove><Set><Key>c</Key><Value>d</Value></Set>'.repeat(10))),
    ],
    [
      'a header of 1,024 bytes',
      rules(headers(`<Set><Key>${'k'.repeat(1024)}</Key><Value>${'v'.repeat(1024)}</Value></Set>`)),
    ],
    ['a redirect', external(`${target}<HttpRedirectCode>301</HttpRedirectCode>`)],
    ['elements nobody knows', rules(mirrorRule({ redirect: '<LuaConfig><Script>x</Script></LuaConfig>' }))],
  ])('may have %s', (_, xml) => expect(refusal(xml)).toBeUndefined())

  it.each([
    ['nothing', wrap(''), 'MalformedXML: Expected at least one of'],
    ['no rule in its rules', rules(), 'MalformedXML: Expected at least one of'],
    ['another root', '<Website/>', 'MalformedXML: Expected the root element'],
    ['no end', '<WebsiteConfiguration>', 'MalformedXML'],
    ['an unescaped ampersand', rules(mirrorRule({ url: 'http://o/?a&b/' })), 'MalformedXML'],
    ['an unknown entity', rules(mirrorRule({ url: 'http://o/?a&b;/' })), 'MalformedXML'],
    ['a document type', rules(mirrorRule()).replace('?>', '?><!DOCTYPE a>'), 'MalformedXML'],
    [
      'an index page with a slash',
      wrap('<IndexDocument><Suffix>a/b</Suffix></IndexDocument>'),
      'InvalidArgument: Expected Suffix',
    ],
    ['an error page without a name', wrap('<ErrorDocument/>'), 'InvalidArgument: Expected Key'],
    [
      'an error page with status 500',
      wrap('<ErrorDocument><Key>e</Key><HttpStatus>500</HttpStatus></ErrorDocument>'),
      'InvalidArgument: Expected HttpStatus',
    ],
    [
      '21 rules',
      rules(...Array.from({ length: 21 }, (_, index) => mirrorRule({ number: String(index + 1) }))),
      'InvalidArgument: Expected RoutingRule to be at most 20',
    ],
    ['rule number 0', rules(mirrorRule({ number: '0' })), 'InvalidArgument: Expected RuleNumber'],
    ['rule number -1', rules(mirrorRule({ number: '-1' })), 'InvalidArgument: Expected RuleNumber'],
    ['rule number 1.5', rules(mirrorRule({ number: '1.5' })), 'InvalidArgument: Expected RuleNumber'],
    ['a rule number twice', rules(mirrorRule(), mirrorRule()), 'InvalidArgument: Expected RuleNumber'],
    [
      'a rule without redirect',
      rules('<RoutingRule><RuleNumber>1</RuleNumber><Condition/></RoutingRule>'),
      'MalformedXML: Expected a RoutingRule',
    ],
    ['an unknown type', rules(mirrorRule().replace('>Mirror<', '>Mirrors<')), 'InvalidArgument: Expected RedirectType'],
    [
      'a mirror for another status',
      rules(mirrorRule({ condition: '<HttpErrorCodeReturnedEquals>403</HttpErrorCodeReturnedEquals>' })),
      'InvalidArgument: Expected HttpErrorCodeReturnedEquals',
    ],
    [
      'a mirror for no status',
      rules(mirrorRule({ condition: '' })),
      'InvalidArgument: Expected HttpErrorCodeReturnedEquals',
    ],
    ['no mirror URL', rules(mirrorRule({ url: '' })), 'InvalidArgument: Expected MirrorURL'],
    ['a mirror URL without slash', rules(mirrorRule({ url: 'http://o/a' })), 'InvalidArgument: Expected MirrorURL'],
    ['a mirror URL of a bare host', rules(mirrorRule({ url: 'http://o' })), 'InvalidArgument: Expected MirrorURL'],
    ['a mirror URL of another scheme', rules(mirrorRule({ url: 'ftp://o/' })), 'InvalidArgument: Expected MirrorURL'],
    [
      'a flag that is neither true nor false',
      rules(mirrorRule({ redirect: '<MirrorCheckMd5>yes</MirrorCheckMd5>' })),
      'InvalidArgument: Expected MirrorCheckMd5',
    ],
    [
      'both replacements',
      rules(
        mirrorRule({ redirect: '<EnableReplacePrefix>true</EnableReplacePrefix><ReplaceKeyWith>a</ReplaceKeyWith>' }),
      ),
      'InvalidArgument: Expected EnableReplacePrefix',
    ],
    [
      'both replacement texts',
      rules(
        mirrorRule({ redirect: '<ReplaceKeyPrefixWith>a</ReplaceKeyPrefixWith><ReplaceKeyWith>a</ReplaceKeyWith>' }),
      ),
      'InvalidArgument: Expected ReplaceKeyPrefixWith',
    ],
    ['eleven Pass', rules(headers('<Pass>a</Pass>'.repeat(11))), 'InvalidArgument: Expected Pass'],
    ['eleven Remove', rules(headers('<Remove>a</Remove>'.repeat(11))), 'InvalidArgument: Expected Remove'],
    [
      'eleven Set',
      rules(headers('<Set><Key>a</Key><Value>b</Value></Set>'.repeat(11))),
      'InvalidArgument: Expected Set',
    ],
    ['a header name with an underscore', rules(headers('<Pass>a_b</Pass>')), 'InvalidArgument: Expected Pass'],
    [
      'a header name of 1,025 bytes',
      rules(headers(`<Pass>${'a'.repeat(1025)}</Pass>`)),
      'InvalidArgument: Expected Pass',
    ],
    ['a Set without a key', rules(headers('<Set><Value>b</Value></Set>')), 'InvalidArgument: Expected Set Key'],
    [
      'a Set value of two lines',
      rules(headers('<Set><Key>a</Key><Value>b&#13;&#10;c</Value></Set>')),
      'InvalidArgument: Expected Set Value',
    ],
    [
      'a Set value of 1,025 bytes',
      rules(headers(`<Set><Key>a</Key><Value>${'中'.repeat(342)}</Value></Set>`)),
      'InvalidArgument: Expected Set Value',
    ],
    [
      'eleven IncludeHeader',
      rules(
        mirrorRule({
          condition: `<HttpErrorCodeReturnedEquals>404</HttpErrorCodeReturnedEquals>${'<IncludeHeader><Key>a</Key><Equals>b</Equals></IncludeHeader>'.repeat(11)}`,
        }),
      ),
      'InvalidArgument: Expected IncludeHeader',
    ],
    [
      'an IncludeHeader without a test',
      rules(
        mirrorRule({
          condition:
            '<HttpErrorCodeReturnedEquals>404</HttpErrorCodeReturnedEquals><IncludeHeader><Key>a</Key></IncludeHeader>',
        }),
      ),
      'InvalidArgument: Expected IncludeHeader',
    ],
    [
      'a redirect without a host',
      external('<Protocol>http</Protocol><HttpRedirectCode>302</HttpRedirectCode>'),
      'InvalidArgument: Expected HostName',
    ],
    [
      'a redirect with 308',
      external(`${target}<HttpRedirectCode>308</HttpRedirectCode>`),
      'InvalidArgument: Expected HttpRedirectCode',
    ],
    [
      'a redirect without a protocol',
      external('<HostName>h</HostName><HttpRedirectCode>302</HttpRedirectCode>'),
      'InvalidArgument: Expected Protocol',
    ],
  ])('may not have %s', (_, xml, start) => expect(refusal(xml)?.slice(0, start.length)).toBe(start))

  it('does not repeat a secret it refuses', () => {
    const secret = `secret${'x'.repeat(1100)}`
    expect(refusal(rules(headers(`<Set><Key>a</Key><Value>${secret}</Value></Set>`)))).not.toContain('secret')
  })
})
