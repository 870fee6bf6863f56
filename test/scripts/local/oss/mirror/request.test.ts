import { bucket, httpOrigin, ok, rawOrigin, rule, using, website, type Origin } from './harness.ts'
import type { MirrorSwitches } from '../../../../../scripts/local/oss/mirror/switches.ts'

/** What the origin receives for a request of a bucket with this rule. */
async function received(
  request: { path: string; headers?: Record<string, string> },
  more: { redirect?: string; condition?: string; base?: string; switches?: Partial<MirrorSwitches> } = {},
): Promise<{ line: string; headers: Map<string, string>; origin: Origin }> {
  const origin = await rawOrigin(ok('x'))
  const server = await bucket(website(rule(origin.url + (more.base ?? ''), more)), { switches: more.switches ?? {} })
  let head = ''
  await using([server, origin], async () => {
    expect((await server.get(request.path, request.headers ? { headers: request.headers } : {})).body.toString()).toBe(
      'x',
    )
    head = origin.heads[0] ?? ''
  })
  const [line = '', ...lines] = head.trimEnd().split('\r\n')
  return { line, headers: new Map(lines.map((each) => each.split(/: (.*)/s).slice(0, 2) as [string, string])), origin }
}

describe('the address the origin is asked for', () => {
  const prefix = (text: string) => `<KeyPrefixEquals>${text}</KeyPrefixEquals>`
  const replace = (text: string) =>
    `<EnableReplacePrefix>true</EnableReplacePrefix><ReplaceKeyPrefixWith>${text}</ReplaceKeyPrefixWith>`
  const rows: {
    name: string
    path: string
    line: string
    redirect?: string
    condition?: string
    base?: string
    switches?: Partial<MirrorSwitches>
  }[] = [
    { name: 'is MirrorURL and key', path: '/img/a.jpg', line: '/img/a.jpg' },
    { name: 'keeps the path of MirrorURL', path: '/a.jpg', base: 'dir1/', line: '/dir1/a.jpg' },
    {
      name: 'is percent-encoded by segments',
      path: "/a%20b+c%25%41%E4%B8%AD%3F%23/(1)'!*~.jpg",
      line: "/a%20b%2Bc%25A%E4%B8%AD%3F%23/(1)'!*~.jpg",
    },
    { name: 'may keep a plus', path: '/a%20b+c', switches: { pathEncoding: 'raw-plus' }, line: '/a%20b+c' },
    {
      name: 'may write a space as plus',
      path: '/a%20b+c',
      switches: { pathEncoding: 'plus-for-space' },
      line: '/a+b%2Bc',
    },
    { name: 'keeps dots and double slashes', path: '/a/../b//./c', line: '/a/../b//./c' },
    { name: 'drops leading slashes', path: '///a', line: '/a' },
    {
      name: 'keeps leading slashes on demand',
      path: '///ex/a',
      condition: prefix('ex/'),
      redirect: `<MirrorPassOriginalSlashes>true</MirrorPassOriginalSlashes>${replace('dest/')}`,
      line: '///dest/a',
    },
    {
      name: 'has its prefix replaced',
      path: '/ex/a.txt',
      condition: prefix('ex/'),
      redirect: replace('dest/'),
      line: '/dest/a.txt',
    },
    { name: 'has its prefix cut', path: '/ex/a.txt', condition: prefix('ex/'), redirect: replace(''), line: '/a.txt' },
    {
      name: 'keeps its prefix without EnableReplacePrefix',
      path: '/ex/a.txt',
      condition: prefix('ex/'),
      redirect: '<ReplaceKeyPrefixWith>dest/</ReplaceKeyPrefixWith>',
      line: '/ex/a.txt',
    },
    { name: 'has a prefix added to any key', path: '/a', redirect: replace('p/'), line: '/p/a' },
    {
      name: 'may be replaced as a whole',
      path: '/a$&b',
      redirect: '<ReplaceKeyWith>pre/${key}.suf</ReplaceKeyWith>',
      line: '/pre/a%24%26b.suf',
    },
    { name: 'has no query by default', path: '/a?x=1', line: '/a' },
    {
      name: 'has the query with PassQueryString',
      path: '/a?x=1&y=%20+',
      redirect: '<PassQueryString>true</PassQueryString>',
      line: '/a?x=1&y=%20+',
    },
    {
      name: 'follows MirrorPassQueryString before PassQueryString',
      path: '/a?x=1',
      redirect: '<PassQueryString>true</PassQueryString><MirrorPassQueryString>false</MirrorPassQueryString>',
      line: '/a',
    },
    {
      name: 'has no question mark without a query',
      path: '/a',
      redirect: '<MirrorPassQueryString>true</MirrorPassQueryString>',
      line: '/a',
    },
  ]
  it.each(rows)('$name', async ({ path, line, ...more }) => {
    expect((await received({ path }, more)).line).toBe(`GET ${line} HTTP/1.1`)
  })

  it('does not change the key the object is stored under, except for leading slashes', async () => {
    const origin = await httpOrigin((_, response) => response.end('x'))
    const redirect = '<EnableReplacePrefix>true</EnableReplacePrefix><ReplaceKeyPrefixWith>d/</ReplaceKeyPrefixWith>'
    const server = await bucket(website(rule(origin.url, { redirect, condition: prefix('ex/') })))
    await using([server, origin], async () => {
      await server.get('/ex/a+%20b')
      await server.get('///ex/c')
      expect([...server.sink.objects.keys()]).toEqual(['b/ex/a+ b', 'b/ex/c'])
    })
  })
})

describe('the headers the origin gets', () => {
  const headers = {
    Accept: 'image/webp',
    'X-One': '1',
    'X-Two': '2',
    Range: 'bytes=0-',
    'User-Agent': 'browser',
    'x-oss-meta-a': 'a',
    'oss-b': 'b',
    'x-drs-c': 'c',
    Authorization: 'secret',
    Authorization2: 'secret',
    Date: 'today',
    TE: 'trailers',
  }
  const names = (map: Map<string, string>) => [...map.keys()].sort()

  it('are its own host, the mirror as user agent and nothing of the reader', async () => {
    const { headers: seen, origin } = await received({ path: '/a', headers })
    expect(Object.fromEntries(seen)).toEqual({
      Host: `127.0.0.1:${origin.port}`,
      'User-Agent': 'aliyun-oss-mirror',
      Connection: 'close',
    })
  })

  it('are all that may be passed with PassAll, the host of the bucket included', async () => {
    const { headers: seen } = await received(
      { path: '/a', headers: { ...headers, Host: 'b.oss.example' } },
      { redirect: '<MirrorHeaders><PassAll>true</PassAll><Remove>x-two</Remove></MirrorHeaders>' },
    )
    expect(names(seen)).toEqual(['Accept', 'Connection', 'Host', 'User-Agent', 'X-One'])
    expect(seen.get('Host')).toBe('b.oss.example')
    expect(seen.get('User-Agent')).toBe('browser aliyun-oss-mirror')
  })

  it('keep the host of the origin when PassAll goes with Remove of host', async () => {
    const { headers: seen, origin } = await received(
      { path: '/a', headers: { ...headers, Host: 'b.oss.example' } },
      { redirect: '<MirrorHeaders><PassAll>true</PassAll><Remove>Host</Remove></MirrorHeaders>' },
    )
    expect(seen.get('Host')).toBe(`127.0.0.1:${origin.port}`)
  })

  it('are the listed ones with Pass, never the forbidden ones', async () => {
    const pass = [
      'x-ONE',
      'range',
      'authorization',
      'authorization2',
      'date',
      'oss-b',
      'x-oss-meta-a',
      'x-drs-c',
      'content-length',
      'te',
    ]
    const { headers: seen } = await received(
      { path: '/a', headers },
      { redirect: `<MirrorHeaders>${pass.map((name) => `<Pass>${name}</Pass>`).join('')}</MirrorHeaders>` },
    )
    expect(names(seen)).toEqual(['Connection', 'Host', 'User-Agent', 'X-One'])
  })

  it('have the values of Set whatever the reader sent', async () => {
    const set = (key: string, value: string) => `<Set><Key>${key}</Key><Value>${value}</Value></Set>`
    const pairs = set('X-One', 'mine') + set('X-New', 'n&amp;m 中') + set('Range', 'bytes=0-1') + set('x-oss-a', 'b')
    const redirect = `<MirrorHeaders><PassAll>true</PassAll>${pairs}${set('Authorization', 'Bearer t')}</MirrorHeaders>`
    const { headers: seen, origin } = await received({ path: '/a', headers }, { redirect })
    expect(names(seen)).toEqual(['Accept', 'Connection', 'Host', 'User-Agent', 'X-New', 'X-One', 'X-Two'])
    expect(seen.get('X-One')).toBe('mine')
    expect(origin.heads[0]?.match(/^x-one:/gim)).toHaveLength(1)
    expect(Buffer.from(seen.get('X-New') ?? '', 'latin1').toString()).toBe('n&m 中')
    const { headers: bold } = await received(
      { path: '/a', headers },
      { redirect, switches: { setAuthorization: 'send' } },
    )
    expect(bold.get('Authorization')).toBe('Bearer t')
  })
})
