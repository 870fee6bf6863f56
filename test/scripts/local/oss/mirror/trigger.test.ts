import { bucket, httpOrigin, rawOrigin, rule, until, using, website } from './harness.ts'

const echo = () => httpOrigin((request, response) => response.end(request.method === 'HEAD' ? undefined : request.url))

describe('a rule', () => {
  it('is chosen by the lowest number whose condition holds, wherever it stands', async () => {
    const origin = await echo()
    const server = await bucket(
      website(
        rule(`${origin.url}last/`, { number: 30 }),
        rule(`${origin.url}both/`, {
          number: 20,
          condition: '<KeyPrefixEquals>img/</KeyPrefixEquals><KeySuffixEquals>.jpg</KeySuffixEquals>',
        }),
        rule(`${origin.url}png/`, { number: 3, condition: '<KeySuffixEquals>.png</KeySuffixEquals>' }),
      ),
    )
    await using([server, origin], async () => {
      for (const [path, expected] of [
        ['/img/a.png', '/png/img/a.png'],
        ['/img/a.jpg', '/both/img/a.jpg'],
        ['/pic/a.jpg', '/last/pic/a.jpg'],
        ['/img/a.gif', '/last/img/a.gif'],
        ['/Img/a.jpg', '/last/Img/a.jpg'],
      ] as const) {
        expect((await server.get(path)).body.toString()).toBe(expected)
      }
      expect(server.facts.map(({ ruleNumber }) => ruleNumber)).toEqual([3, 20, 30, 30, 30])
    })
  })

  it('that matched is final, even when its origin has nothing', async () => {
    const empty = await httpOrigin((_, response) => response.writeHead(404).end())
    const full = await echo()
    const server = await bucket(website(rule(empty.url, { number: 1 }), rule(full.url, { number: 2 })))
    await using([server, empty, full], async () => {
      expect(await server.get('/a')).toMatchObject({ status: 404, code: 'NoSuchKey', untouched: false })
      expect(full.heads).toEqual([])
    })
  })

  it.each([
    ['Equals', '<Equals>abc</Equals>', { 'x-a': 'abc' }, { 'x-a': 'abcd' }],
    ['StartsWith', '<StartsWith>ab</StartsWith>', { 'x-a': 'abc' }, { 'x-a': 'xab' }],
    ['EndsWith', '<EndsWith>bc</EndsWith>', { 'x-a': 'abc' }, { 'x-a': 'bcd' }],
    ['Equals of an absent header', '<Equals></Equals>', { 'x-a': '' }, { 'x-b': '' }],
  ])('with IncludeHeader %s asks for that header', async (_, test, good, bad) => {
    const origin = await echo()
    const condition = `<IncludeHeader><Key>X-A</Key>${test}</IncludeHeader>`
    const server = await bucket(website(rule(origin.url, { condition })))
    await using([server, origin], async () => {
      expect((await server.get('/a', { headers: good })).status).toBe(200)
      expect((await server.get('/a', { headers: bad })).untouched).toBe(true)
    })
  })

  it('with several IncludeHeader asks for all of them', async () => {
    const origin = await echo()
    const header = (name: string) => `<IncludeHeader><Key>${name}</Key><Equals>1</Equals></IncludeHeader>`
    const server = await bucket(website(rule(origin.url, { condition: header('a') + header('b') })))
    await using([server, origin], async () => {
      expect((await server.get('/a', { headers: { a: '1' } })).untouched).toBe(true)
      expect((await server.get('/a', { headers: { a: '1', b: '1' } })).status).toBe(200)
    })
  })

  it('for another status does not match a missing object', async () => {
    const origin = await echo()
    const server = await bucket(website(rule(origin.url).replace('404', '403')))
    await using([server, origin], async () => expect((await server.get('/a')).untouched).toBe(true))
  })

  it('of type External answers with its own redirect', async () => {
    const external = (extra: string) =>
      website(
        '<RoutingRule><RuleNumber>1</RuleNumber><Condition><KeyPrefixEquals>abc/</KeyPrefixEquals></Condition><Redirect>' +
          `<RedirectType>External</RedirectType><Protocol>https</Protocol><HostName>www.test.com</HostName>${extra}</Redirect></RoutingRule>`,
      )
    const server = await bucket(
      external(
        '<HttpRedirectCode>307</HttpRedirectCode><PassQueryString>true</PassQueryString>' +
          '<EnableReplacePrefix>true</EnableReplacePrefix><ReplaceKeyPrefixWith>def/</ReplaceKeyPrefixWith>',
      ),
    )
    await using([server], async () => {
      const answer = await server.get('/abc/a%20b?x=1')
      expect(answer.status).toBe(307)
      expect(answer.headers.location).toBe('https://www.test.com/def/a%20b?x=1')
      server.switches.refuseRedirects = true
      expect(await server.get('/abc/a')).toMatchObject({ status: 400, code: 'ExternalRedirectForbidden' })
      expect(server.facts).toEqual([])
    })
  })
})

describe('a request', () => {
  it('that is signed triggers only with the switch', async () => {
    const origin = await echo()
    const server = await bucket(website(rule(origin.url)))
    await using([server, origin], async () => {
      expect((await server.get('/a', { signed: true })).untouched).toBe(true)
      expect(origin.heads).toEqual([])
      server.switches.signedGet = true
      expect((await server.get('/a', { signed: true })).status).toBe(200)
    })
  })

  it('by HEAD triggers only with MirrorAllowHeadObject or the switch, and stores nothing', async () => {
    const origin = await echo()
    const server = await bucket(website(rule(origin.url)))
    const head = () => server.get('/a', { method: 'HEAD' })
    await using([server, origin], async () => {
      expect((await head()).untouched).toBe(true)
      server.switches.head = 'always'
      expect(await head()).toMatchObject({ status: 200, untouched: false })
      server.website = website(rule(origin.url, { redirect: '<MirrorAllowHeadObject>true</MirrorAllowHeadObject>' }))
      server.switches.head = 'by-rule'
      expect(await head()).toMatchObject({ status: 200, untouched: false })
      server.switches.head = 'never'
      expect((await head()).untouched).toBe(true)
      expect(origin.heads).toEqual(['HEAD /a', 'HEAD /a'])
      expect(server.sink.objects.size).toBe(0)
    })
  })

  it('by HEAD may fetch and store the object', async () => {
    const origin = await echo()
    const server = await bucket(website(rule(origin.url)), { switches: { head: 'always', headMethod: 'GET' } })
    await using([server, origin], async () => {
      const answer = await server.get('/a', { method: 'HEAD' })
      expect(answer.status).toBe(200)
      expect(answer.headers['content-length']).toBe('2')
      await until(() => server.facts.length > 0)
      expect(origin.heads).toEqual(['GET /a'])
      expect(server.sink.objects.get('b/a')?.bytes.toString()).toBe('/a')
    })
  })

  it.each([
    ['bytes=0-0', 206, '/', 'bytes 0-0/9'],
    ['bytes=2-4', 206, 'bcd', 'bytes 2-4/9'],
    ['bytes=-3', 206, 'fgh', 'bytes 6-8/9'],
    ['bytes=7-', 206, 'gh', 'bytes 7-8/9'],
    ['bytes=9-', 200, '/abcdefgh', undefined],
    ['bytes=4-2', 200, '/abcdefgh', undefined],
    ['bytes=0-1,3-4', 200, '/abcdefgh', undefined],
  ])('for %s gets its part while the whole is stored', async (range, status, body, contentRange) => {
    const origin = await echo()
    const server = await bucket(website(rule(origin.url)))
    await using([server, origin], async () => {
      const answer = await server.get('/abcdefgh', { headers: { range } })
      expect(answer.status).toBe(status)
      expect(answer.body.toString()).toBe(body)
      expect(answer.headers['content-range']).toBe(contentRange)
      await until(() => server.facts.length > 0)
      expect(server.sink.objects.get('b/abcdefgh')?.size).toBe(9)
      expect(origin.requests[0]?.headers.range).toBeUndefined()
      server.switches.range = 'whole'
      expect(await server.get('/abcdefgh', { headers: { range } })).toMatchObject({ status: 200 })
    })
  })

  it('for a range that leaves with its part does not stop the rest from being stored', async () => {
    let finish = () => {}
    const origin = await rawOrigin((socket) => {
      socket.write('HTTP/1.1 200 OK\r\nContent-Length: 8\r\n\r\nhalf')
      finish = () => socket.end('half')
    })
    const server = await bucket(website(rule(origin.url)), { switches: { bufferFirstBytes: 0 } })
    await using([server, origin], async () => {
      expect((await server.get('/a', { headers: { range: 'bytes=0-1' } })).body.toString()).toBe('ha')
      await until(() => server.connections() === 0)
      finish()
      await until(() => server.facts.length > 0)
      expect(server.sink.objects.get('b/a')?.bytes.toString()).toBe('halfhalf')
      expect(server.left).toBe(0)
    })
  })
})
