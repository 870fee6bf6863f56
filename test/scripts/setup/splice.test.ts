import * as fc from 'fast-check'

import { websiteXml } from '../../../scripts/deployment/rule.ts'
import { parseWebsite } from '../../../scripts/local/oss/website/parse.ts'
import { validateWebsiteXml } from '../../../scripts/local/oss/website/validate.ts'
import { withOurRule, withSecret } from '../../../scripts/setup/splice.ts'

const OURS = { mirrorUrl: 'https://pictures.example.com/', secret: 'a-secret-of-ours-0123' }

/** The one piece that was put in, and where; the rest has to be what was there. */
function insertion(before: string, after: string): { at: number; piece: string } {
  const length = after.length - before.length
  // Where its neighbours begin or end like it, there are several such places: the one that leaves a whole piece.
  for (let at = 0; at <= before.length; at++) {
    const piece = after.slice(at, at + length)
    const whole = /^\s*<RoutingRules?>[^]*<\/RoutingRules?>$/.test(piece)
    if (whole && after.slice(0, at) + after.slice(at + length) === before) return { at, piece }
  }
  throw new Error(`Expected one piece more than before, got:\n${after}`)
}

const SOMEBODYS = `\ufeff<?xml version="1.0" encoding="UTF-8" standalone='yes'?>\r
<!-- kept: <RoutingRules> in a comment & more -->\r
<WebsiteConfiguration xmlns="http://doc.oss-cn-hangzhou.aliyuncs.com" >\r
\t<IndexDocument><Suffix>index.html</Suffix><SupportSubDir>true</SupportSubDir><Type>0</Type></IndexDocument>
  <ErrorDocument ><Key><![CDATA[fehler & Söhne 😀 </RoutingRules>]]></Key></ErrorDocument>
  <Unknown odd='a>b' other="/RoutingRules>"><Deep/>  text &amp; more &#x4E2D;</Unknown>
  <RoutingRules>
    <!-- the old site -->
    <RoutingRule><RuleNumber> 7 </RuleNumber>
      <Condition><KeyPrefixEquals>old/</KeyPrefixEquals><HttpErrorCodeReturnedEquals>404</HttpErrorCodeReturnedEquals></Condition>
      <Redirect><RedirectType>External</RedirectType><Protocol>https</Protocol><HostName>old.example.com</HostName><HttpRedirectCode>302</HttpRedirectCode><New>thing</New></Redirect>
    </RoutingRule>
    <?and a="processing instruction"?>
  </RoutingRules>
  <LuaConfig><Script>x.lua</Script></LuaConfig>
</WebsiteConfiguration>\r
<!-- after -->\r\n`

describe('our rule in a configuration of somebody', () => {
  it('is put in behind the others; index page, comments, CDATA, unknown elements and line ends stay byte for byte', () => {
    const placed = withOurRule(SOMEBODYS, OURS)
    const { piece } = insertion(SOMEBODYS, placed.xml)
    expect(piece).toMatch(/^\s*<RoutingRule>[^]*<\/RoutingRule>\s*$/)
    expect(placed.number).toBe(8)
    validateWebsiteXml(placed.xml)
    const [theirs, ours, ...more] = parseWebsite(placed.xml).rules
    expect(more).toEqual([])
    expect(theirs).toEqual(parseWebsite(SOMEBODYS).rules[0])
    expect(ours?.redirect).toMatchObject({
      redirectType: 'Mirror',
      mirrorUrl: OURS.mirrorUrl,
      passQueryString: false,
      mirrorFollowRedirect: false,
      mirrorCheckMd5: true,
      mirrorProxyPass: true,
      mirrorSaveOssMeta: false,
      mirrorSni: true,
      mirrorHeaders: { passAll: false, pass: [], remove: [], set: [{ key: 'x-mirror-secret', value: OURS.secret }] },
    })
    expect(placed.notes).toEqual([
      'rule 7 (External) for keys beginning with old/ is tried before ours',
      'the bucket is a web site with the index page index.html; that stays as it is',
    ])
  })

  it('is found again: a second time changes nothing', () => {
    const once = withOurRule(SOMEBODYS, OURS).xml
    const twice = withOurRule(once, OURS)
    expect(twice.xml).toBe(once)
    expect(twice.changes).toEqual([])
    expect(withOurRule(websiteXml(OURS), OURS).xml).toBe(websiteXml(OURS))
  })

  it('is brought up to date where it stands; what its owner added to it stays', () => {
    const before = withOurRule(SOMEBODYS, OURS)
      .xml.replace(
        '<MirrorCheckMd5>true</MirrorCheckMd5>',
        '<MirrorCheckMd5/><MirrorUserLastModified>true</MirrorUserLastModified>',
      )
      .replace('<MirrorProxyPass>true</MirrorProxyPass>', '')
      .replace('<PassAll>false</PassAll>', '<PassAll>true</PassAll><Pass>accept-language</Pass>')
    const placed = withOurRule(before, {
      ...OURS,
      secret: 'another-secret-987654',
      mirrorUrl: 'https://new.example.com/a&b/',
    })
    expect(placed.changes).toEqual([
      'MirrorURL: https://pictures.example.com/ → https://new.example.com/a&b/',
      'MirrorCheckMd5:  → true',
      'MirrorProxyPass: true',
      'PassAll: true → false',
      'MirrorHeaders: another secret',
    ])
    const [, ours] = parseWebsite(placed.xml).rules
    expect(ours?.number).toBe(8)
    expect(ours?.redirect).toMatchObject({
      mirrorUrl: 'https://new.example.com/a&b/',
      mirrorCheckMd5: true,
      mirrorProxyPass: true,
      mirrorUserLastModified: true,
      mirrorHeaders: { passAll: false, pass: ['accept-language'], set: [{ value: 'another-secret-987654' }] },
    })
    const at = before.indexOf('<RoutingRule>', before.indexOf('old.example.com'))
    expect(placed.xml.slice(0, at)).toBe(before.slice(0, at))
    const rest = before.slice(before.lastIndexOf('</RoutingRule>'))
    expect(placed.xml.endsWith(rest)).toBe(true)
  })

  it('made by hand, gets what it lacks, in the order of the documents', () => {
    const byHand = `<WebsiteConfiguration><RoutingRules><RoutingRule><RuleNumber>1</RuleNumber><Condition><HttpErrorCodeReturnedEquals>404</HttpErrorCodeReturnedEquals></Condition><Redirect>
<RedirectType>Mirror</RedirectType>
<MirrorHeaders><Set><Key>X-Mirror-Secret</Key><Value>by-hand-0123456789</Value></Set></MirrorHeaders></Redirect></RoutingRule></RoutingRules></WebsiteConfiguration>`
    const { xml } = withOurRule(byHand, { mirrorUrl: 'https://a.example.com/b&c/', secret: OURS.secret })
    expect(xml).toBe(
      byHand.replace('by-hand-0123456789', OURS.secret).replace(
        '</MirrorHeaders>',
        `</MirrorHeaders>
<MirrorURL>https://a.example.com/b&amp;c/</MirrorURL>
<PassQueryString>false</PassQueryString>
<MirrorFollowRedirect>false</MirrorFollowRedirect>
<MirrorCheckMd5>true</MirrorCheckMd5>
<MirrorProxyPass>true</MirrorProxyPass>
<MirrorSaveOssMeta>false</MirrorSaveOssMeta>
<MirrorSNI>true</MirrorSNI>`,
      ),
    )
  })

  it('gets another secret and nothing else', () => {
    const before = withOurRule(SOMEBODYS, OURS).xml
    expect(withSecret(before, OURS.mirrorUrl, 'another-secret-987654')).toBe(
      before.replace(OURS.secret, 'another-secret-987654'),
    )
  })

  it('gets the list that is not there, and one that is empty', () => {
    for (const list of ['', '<RoutingRules/>', '<RoutingRules></RoutingRules>']) {
      const before = `<WebsiteConfiguration><ErrorDocument><Key>e.html</Key></ErrorDocument>${list}</WebsiteConfiguration>`
      const { xml } = withOurRule(before, OURS)
      validateWebsiteXml(xml)
      expect(parseWebsite(xml)).toMatchObject({ errorDocument: { key: 'e.html' }, rules: [{ number: 1 }] })
    }
    // The parser does not say where the last character beyond the basic plane ends.
    const { xml } = withOurRule('<WebsiteConfiguration x="😀"/>', OURS)
    expect(xml).toMatch(/^<WebsiteConfiguration x="😀"><RoutingRules><RoutingRule>[^]*<\/WebsiteConfiguration>$/)
  })
})

describe('a rule that would be in the way', () => {
  const theirs = (number: number, condition: string, more = '') =>
    `<RoutingRule><RuleNumber>${number}</RuleNumber><Condition>${condition}</Condition><Redirect><RedirectType>Mirror</RedirectType><MirrorURL>https://other.example.com/</MirrorURL>${more}</Redirect></RoutingRule>`
  const site = (...rules: string[]) =>
    `<WebsiteConfiguration><RoutingRules>${rules.join('')}</RoutingRules></WebsiteConfiguration>`
  const missing = '<HttpErrorCodeReturnedEquals>404</HttpErrorCodeReturnedEquals>'

  it('is not overtaken silently: refused, with what to do', () => {
    const message =
      'Expected our rule to come first for missing objects, got rule 3 (Mirror to https://other.example.com/) before it, which takes all of them. Delete that rule, or give it a KeyPrefixEquals of its own; setup touches no rule but ours.'
    expect(() => withOurRule(site(theirs(3, missing)), OURS)).toThrow(message)
    expect(() => withOurRule(site(theirs(3, '<KeyPrefixEquals></KeyPrefixEquals>')), OURS)).toThrow('rule 3')
    const behind = site(
      theirs(1, missing),
      withOurRule(undefined, OURS)
        .xml.replace(/[^]*<RoutingRules>|<\/RoutingRules>[^]*/g, '')
        .replace('>1<', '>2<'),
    )
    expect(() => withOurRule(behind, OURS)).toThrow('rule 1')
  })

  it('is fine where it is for other keys, other statuses, or certain readers', () => {
    for (const condition of [
      `<KeyPrefixEquals>a/</KeyPrefixEquals>${missing}`,
      `<KeySuffixEquals>.html</KeySuffixEquals>${missing}`,
      '<HttpErrorCodeReturnedEquals>403</HttpErrorCodeReturnedEquals>',
      `${missing}<IncludeHeader><Key>host</Key><Equals>a.example.com</Equals></IncludeHeader>`,
    ]) {
      expect(withOurRule(site(theirs(3, condition)), OURS).number).toBe(4)
    }
  })

  it('is left alone where several could be ours', () => {
    const secret =
      '<MirrorHeaders><Set><Key>X-Mirror-Secret</Key><Value>some-secret-0123456</Value></Set></MirrorHeaders>'
    const two = site(
      theirs(1, `<KeyPrefixEquals>a/</KeyPrefixEquals>${missing}`, secret),
      theirs(2, `<KeyPrefixEquals>b/</KeyPrefixEquals>${missing}`, secret),
    )
    expect(() => withOurRule(two, OURS)).toThrow('rules 1 and 2 send x-mirror-secret. Delete all but one of them.')
    // One that leads to our address is meant, whatever the others send.
    const withOurs = two.replace('https://other.example.com/', OURS.mirrorUrl)
    expect(withOurRule(withOurs, OURS)).toMatchObject({
      number: 1,
      notes: [expect.stringContaining('only for keys beginning with a/')],
    })
  })

  it('leaves no room: 20 rules are the most there may be', () => {
    const twenty = Array.from({ length: 20 }, (_, at) =>
      theirs(at + 1, `<KeyPrefixEquals>${at}/</KeyPrefixEquals>${missing}`),
    )
    expect(() => withOurRule(site(...twenty), OURS)).toThrow('got 20 of 20')
  })

  it('cannot be read: nothing is edited', () => {
    for (const xml of [
      '<WebsiteConfiguration>',
      '<!DOCTYPE x [<!ENTITY a "b">]><WebsiteConfiguration>&a;</WebsiteConfiguration>',
      '<Other/>',
      '',
    ]) {
      expect(() => withOurRule(xml, OURS)).toThrow(/^Expected/)
    }
  })
})

describe('any configuration', () => {
  const texts = fc
    .string({ unit: 'grapheme', maxLength: 12 })
    .map((text) => text.replace(/[<>&]/g, '').replace(/\p{C}/gu, ''))
  const name = fc.constantFrom('Extra', 'RuleNumber2', 'x', 'Ünïcode', 'RoutingRulesX')
  const junk = fc.oneof(
    texts.map((text) => `<!--${text.replace(/-/g, '')}-->`),
    texts.map((text) => `<![CDATA[${text}</RoutingRules>]]>`),
    fc.constantFrom(' ', '\r\n  ', '\n', '\t', '&amp;', '&#x1F600;', '<?pi </RoutingRules>?>'),
    fc
      .tuple(name, texts, texts)
      .map(([tag, value, text]) => `<${tag} a="${value.replace(/"/g, '')}>" b='/x>'>${text}</${tag}>`),
    name.map((tag) => `<${tag} />`),
  )
  const junks = fc.array(junk, { maxLength: 4 }).map((list) => list.join(''))
  const rule = fc.tuple(junks, junks, fc.constantFrom('a/', 'b/c', '中/'), junks).map(
    ([a, b, prefix, c]) =>
      (number: number) =>
        `<RoutingRule>${a}<RuleNumber>${number}</RuleNumber><Condition>${b}<KeyPrefixEquals>${prefix}</KeyPrefixEquals><HttpErrorCodeReturnedEquals>404</HttpErrorCodeReturnedEquals></Condition>${c}<Redirect>${b}<RedirectType>External</RedirectType><Protocol>https</Protocol><HostName>h.example.com</HostName><HttpRedirectCode>301</HttpRedirectCode></Redirect>${a}</RoutingRule>`,
  )
  const site = fc
    .tuple(
      fc.constantFrom('', '\ufeff', '<?xml version="1.0"?>', '\r\n'),
      junks,
      fc.array(fc.tuple(junks, rule), { maxLength: 4 }),
      junks,
      fc.boolean(),
    )
    .map(([head, a, rules, b, hasList]) => {
      const list = hasList
        ? `<RoutingRules>${rules.map(([space, one], at) => space + one(at * 3 + 2)).join('')}${b}</RoutingRules>`
        : ''
      return `${head}<WebsiteConfiguration>${a}<ErrorDocument><Key>e</Key></ErrorDocument>${list}${a}</WebsiteConfiguration>`
    })

  it('keeps every byte around our rule; twice is once; another secret or address changes our rule alone', () => {
    fc.assert(
      fc.property(site, (before) => {
        const once = withOurRule(before, OURS)
        const { at, piece } = insertion(before, once.xml)
        expect(withOurRule(once.xml, OURS)).toMatchObject({ xml: once.xml, changes: [] })
        const moved = withOurRule(once.xml, {
          mirrorUrl: 'https://else.example.com/',
          secret: 'another-secret-987654',
        }).xml
        expect(moved.startsWith(before.slice(0, at))).toBe(true)
        expect(moved.endsWith(before.slice(at))).toBe(true)
        expect(moved.slice(at, moved.length - before.length + at)).toBe(
          piece.replace(OURS.mirrorUrl, 'https://else.example.com/').replace(OURS.secret, 'another-secret-987654'),
        )
        const theirs = parseWebsite(before).rules
        const rules = parseWebsite(moved).rules
        expect(rules.slice(0, -1)).toEqual(theirs)
        expect(rules.at(-1)?.redirect.mirrorUrl).toBe('https://else.example.com/')
      }),
      { numRuns: 300 },
    )
  })
})
