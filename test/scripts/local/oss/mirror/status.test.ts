import { bucket, closedPort, httpOrigin, memorySink, ok, rawOrigin, rule, until, using, website } from './harness.ts'

const configuration = 'Mirroring failed, please check your mirror configuration'
const short = 'Bytes read is not equal to expected'
const unreadable = 'Read body from mirror host failed, please check your mirror host'

describe('an answer of the origin', () => {
  const rows: {
    name: string
    origin: string
    redirect?: string
    status: number
    body?: string
    message?: string
    stored?: string
  }[] = [
    { name: '200 is streamed and stored', origin: ok('picture'), status: 200, body: 'picture', stored: 'picture' },
    { name: '200 of no bytes is stored as well', origin: ok(''), status: 200, body: '', stored: '' },
    {
      name: '206 is kept as 200 would be',
      origin: 'HTTP/1.1 206 Partial Content\r\nContent-Length: 3\r\nContent-Range: bytes 0-2/9\r\n\r\npic',
      status: 200,
      body: 'pic',
      stored: 'pic',
    },
    {
      name: 'a body that ends with its connection is stored as it is',
      origin: 'HTTP/1.1 200 OK\r\n\r\nwhatever',
      status: 200,
      body: 'whatever',
      stored: 'whatever',
    },
    {
      name: '404 is NoSuchKey',
      origin: 'HTTP/1.1 404 Not Found\r\nContent-Length: 4\r\n\r\ngone',
      status: 404,
      message: 'The specified key does not exist.',
    },
    ...[201, 204, 304, 308, 400, 401, 403, 405, 410, 429, 500, 502, 503, 504].map((status) => ({
      name: `${status} is MirrorFailed`,
      origin: `HTTP/1.1 ${status} X\r\n${status === 204 || status === 304 ? '' : 'Content-Length: 4\r\n'}\r\nbody`,
      status: 424,
      message: `Error status : ${status} from mirror host, should return 200 OK`,
    })),
    {
      name: 'a redirect without Location is MirrorFailed',
      origin: 'HTTP/1.1 302 Found\r\nContent-Length: 0\r\n\r\n',
      status: 424,
      message: 'Error status : 302 from mirror host, should return 200 OK',
    },
    {
      name: 'a redirect to another scheme is MirrorFailed',
      origin: 'HTTP/1.1 302 Found\r\nLocation: ftp://127.0.0.1/x\r\nContent-Length: 0\r\n\r\n',
      status: 424,
      message: configuration,
    },
    {
      name: 'a connection closed without an answer is MirrorFailed',
      origin: '',
      status: 424,
      message: 'Error status : 0 from mirror host, should return 200 OK',
    },
    { name: 'what is not HTTP is MirrorFailed', origin: 'SSH-2.0-x\r\n\r\n', status: 424, message: configuration },
    {
      name: 'a body shorter than announced is MirrorFailed',
      origin: 'HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf',
      status: 424,
      message: short,
    },
    {
      name: 'a chunked body without its end is MirrorFailed',
      origin: 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n',
      status: 424,
      message: unreadable,
    },
    {
      name: 'a malformed chunk is MirrorFailed',
      origin: 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\nzz\r\n',
      status: 424,
      message: unreadable,
    },
    {
      name: 'a listed status is passed through with its body',
      origin: 'HTTP/1.1 418 X\r\nContent-Type: text/tea\r\nContent-Length: 3\r\n\r\ntea',
      redirect: '<TransparentMirrorResponseCodes>400, 418</TransparentMirrorResponseCodes>',
      status: 418,
      body: 'tea',
    },
    {
      name: 'a listed 404 is passed through with its body',
      origin: 'HTTP/1.1 404 X\r\nContent-Length: 4\r\n\r\ngone',
      redirect: '<TransparentMirrorResponseCodes>404</TransparentMirrorResponseCodes>',
      status: 404,
      body: 'gone',
    },
    {
      name: 'a listed redirect is passed through and not followed',
      origin: 'HTTP/1.1 302 X\r\nLocation: /other\r\nContent-Length: 4\r\n\r\nover',
      redirect: '<TransparentMirrorResponseCodes>302</TransparentMirrorResponseCodes>',
      status: 302,
      body: 'over',
    },
  ]
  it.each(rows)('$name', async ({ origin: bytes, redirect, status, body, message, stored }) => {
    const origin = await rawOrigin(bytes)
    const server = await bucket(website(rule(origin.url, redirect === undefined ? {} : { redirect })))
    await using([server, origin], async () => {
      const answer = await server.get('/a.jpg')
      expect({ status: answer.status, message: answer.message, cut: answer.cut }).toEqual({
        status,
        message,
        cut: false,
      })
      if (body !== undefined) expect(answer.body.toString()).toBe(body)
      if (message !== undefined) expect(answer.code).toBe(status === 404 ? 'NoSuchKey' : 'MirrorFailed')
      expect(server.sink.objects.get('b/a.jpg')?.bytes.toString()).toBe(stored)
      expect(server.facts).toHaveLength(1)
      expect(server.facts[0]).toMatchObject({ status, stored: stored !== undefined, ruleNumber: 1 })
    })
  })

  it('that fails leaves no writer open', async () => {
    const origin = await rawOrigin('HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf')
    const server = await bucket(website(rule(origin.url)))
    await using([server, origin], async () => {
      await server.get('/a')
      expect(server.sink).toMatchObject({ opened: 1, aborted: 1 })
    })
  })
})

describe('an origin that cannot be asked', () => {
  it.each([
    ['a refused connection', async () => `http://127.0.0.1:${await closedPort()}/`],
    ['a name that does not exist', async () => 'http://nowhere.invalid/'],
  ])('%s is MirrorFailed', async (_, url) => {
    const server = await bucket(website(rule(await url())))
    await using([server], async () => {
      const answer = await server.get('/a')
      expect(answer).toMatchObject({ status: 424, code: 'MirrorFailed', message: configuration })
      expect(server.sink.objects.size).toBe(0)
    })
  })

  it('TLS with somebody who does not speak it is MirrorFailed', async () => {
    const origin = await httpOrigin((_, response) => response.end('plain'))
    const server = await bucket(website(rule(`https://127.0.0.1:${origin.port}/`)))
    await using([server, origin], async () => {
      expect(await server.get('/a')).toMatchObject({ status: 424, message: configuration })
    })
  })

  it('an internal address is refused when the switch says so', async () => {
    const origin = await httpOrigin((_, response) => response.end('x'))
    for (const url of [origin.url, origin.url.replace('127.0.0.1', 'localhost')]) {
      const server = await bucket(website(rule(url)), { switches: { refuseInternalAddresses: true } })
      await using([server], async () => {
        expect(await server.get('/a')).toMatchObject({ status: 424, message: configuration })
      })
    }
    expect(origin.heads).toEqual([])
    await origin.close()
  })
})

describe('redirects of the origin', () => {
  const hops = (count: number, status = 302) =>
    httpOrigin((request, response) => {
      const hop = Number(/hop=(\d+)/.exec(request.url ?? '')?.[1] ?? 0)
      if (hop >= count) response.end('found')
      else response.writeHead(status, { location: `/elsewhere?hop=${hop + 1}` }).end('moved')
    })

  it.each([301, 302, 303, 307])('%i is followed, and the result stored under the requested key', async (status) => {
    const origin = await hops(1, status)
    const server = await bucket(website(rule(origin.url)))
    await using([server, origin], async () => {
      expect((await server.get('/a.jpg')).body.toString()).toBe('found')
      expect(server.sink.objects.get('b/a.jpg')?.bytes.toString()).toBe('found')
      expect(server.facts[0]).toMatchObject({ hops: 1, originStatus: 200, originPath: '/a.jpg' })
    })
  })

  it('ten are followed, eleven are a failure', async () => {
    for (const [count, status] of [
      [10, 200],
      [11, 424],
    ] as const) {
      const origin = await hops(count)
      const server = await bucket(website(rule(origin.url)))
      await using([server, origin], async () => {
        expect((await server.get('/a')).status).toBe(status)
        expect(origin.heads).toHaveLength(11)
      })
    }
  })

  it('take the Set headers along to the other host', async () => {
    const target = await httpOrigin((_, response) => response.end('there'))
    const origin = await httpOrigin((_, response) => response.writeHead(302, { location: `${target.url}x` }).end())
    const redirect = '<MirrorHeaders><Set><Key>x-mirror-secret</Key><Value>s3cret</Value></Set></MirrorHeaders>'
    const server = await bucket(website(rule(origin.url, { redirect })))
    await using([server, origin, target], async () => {
      expect((await server.get('/a')).body.toString()).toBe('there')
      expect(target.requests[0]?.headers).toMatchObject({
        'x-mirror-secret': 's3cret',
        host: `127.0.0.1:${target.port}`,
      })
      expect(JSON.stringify(server.facts)).not.toContain('s3cret')
    })
  })

  it('become 302 with their Location when the rule does not follow', async () => {
    const origin = await rawOrigin('HTTP/1.1 307 X\r\nLocation: http://else.where/x\r\nContent-Length: 0\r\n\r\n')
    const xml = website(rule(origin.url, { redirect: '<MirrorFollowRedirect>false</MirrorFollowRedirect>' }))
    const server = await bucket(xml)
    const refusing = await bucket(xml, { switches: { refuseRedirects: true } })
    await using([server, refusing, origin], async () => {
      const answer = await server.get('/a')
      expect(answer.status).toBe(302)
      expect(answer.headers.location).toBe('http://else.where/x')
      expect(server.sink.objects.size).toBe(0)
      expect(await refusing.get('/a')).toMatchObject({ status: 400, code: 'ExternalRedirectForbidden' })
    })
  })
})

describe('a failure after the first bytes went out', () => {
  it('cuts the connection and stores nothing', async () => {
    const origin = await rawOrigin((socket) => {
      socket.write('HTTP/1.1 200 OK\r\nContent-Length: 400000\r\n\r\n')
      socket.end(Buffer.alloc(300_000, 1))
    })
    const server = await bucket(website(rule(origin.url)))
    await using([server, origin], async () => {
      const answer = await server.get('/a')
      expect(answer).toMatchObject({ status: 200, cut: true })
      await until(() => server.facts.length > 0)
      expect(server.facts[0]).toMatchObject({ stored: false, why: short, bytes: 300_000 })
      expect(server.sink).toMatchObject({ opened: 1, aborted: 1 })
      expect(server.sink.objects.size).toBe(0)
    })
  })

  it('is one from the first byte on when nothing is held back', async () => {
    const origin = await rawOrigin('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n')
    const server = await bucket(website(rule(origin.url)), { switches: { bufferFirstBytes: 0 } })
    await using([server, origin], async () => {
      const answer = await server.get('/a')
      expect(answer).toMatchObject({ status: 200, cut: true })
      expect(server.sink.objects.size).toBe(0)
    })
  })

  it('of the store reaches neither reader nor store as a whole object', async () => {
    const sink = memorySink()
    const origin = await httpOrigin((_, response) => response.end('x'))
    const open = sink.openWriter.bind(sink)
    sink.openWriter = async (name) => ({ ...(await open(name)), commit: () => Promise.reject(new Error('disk full')) })
    const server = await bucket(website(rule(origin.url)), { sink })
    await using([server, origin], async () => {
      expect((await server.get('/a')).status).toBe(500)
      expect(sink.aborted).toBe(1)
    })
  })
})
