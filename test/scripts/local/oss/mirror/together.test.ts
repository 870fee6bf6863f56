import type { ServerResponse } from 'node:http'
import { bucket, httpOrigin, memorySink, rule, until, using, website } from './harness.ts'

const exists = 'The object you specified already exists and can not be overwritten'

describe('parallel misses of one key', () => {
  /** An origin that answers nobody until `count` requests are there. */
  async function gathering(count: number) {
    const waiting: ServerResponse[] = []
    const origin = await httpOrigin((_, response) => {
      waiting.push(response)
      if (waiting.length === count) for (const [index, each] of waiting.entries()) each.end(`answer ${index}`)
    })
    return { origin, waiting }
  }

  it('are as many origin requests', async () => {
    const { origin } = await gathering(20)
    const server = await bucket(website(rule(origin.url)))
    await using([server, origin], async () => {
      const answers = await Promise.all(Array.from({ length: 20 }, () => server.get('/a')))
      expect(new Set(answers.map(({ body }) => body.toString())).size).toBe(20)
      expect(origin.heads).toHaveLength(20)
    })
  })

  it('are one with the merge switch', async () => {
    const waiting: ServerResponse[] = []
    const origin = await httpOrigin((_, response) => waiting.push(response))
    const server = await bucket(website(rule(origin.url)), { switches: { merge: true } })
    await using([server, origin], async () => {
      const first = server.get('/a')
      await until(() => waiting.length === 1)
      const more = [server.get('/a', { headers: { range: 'bytes=0-1' } }), server.get('/a')]
      const other = server.get('/other')
      await until(() => waiting.length === 2)
      for (const response of waiting) response.writeHead(200, { 'content-length': '3' }).end('one')
      const answers = await Promise.all([first, ...more, other])
      expect(answers.map(({ status, body }) => `${status} ${body.toString()}`)).toEqual([
        '200 one',
        '206 on',
        '200 one',
        '200 one',
      ])
      await until(() => server.facts.length === 4)
      expect(server.facts.filter(({ merged }) => merged)).toHaveLength(2)
      expect(origin.heads).toHaveLength(2)
    })
  })

  it('merged fail together, and the next one asks again', async () => {
    const waiting: ServerResponse[] = []
    const origin = await httpOrigin((_, response) => waiting.push(response))
    const server = await bucket(website(rule(origin.url)), { switches: { merge: true } })
    await using([server, origin], async () => {
      const both = [server.get('/a'), server.get('/a')]
      await until(() => waiting.length === 1)
      waiting[0]?.writeHead(500).end()
      expect((await Promise.all(both)).map(({ status }) => status)).toEqual([424, 424])
      const again = server.get('/a')
      await until(() => waiting.length === 2)
      waiting[1]?.end('now')
      expect((await again).body.toString()).toBe('now')
    })
  })
})

describe('an object that appeared meanwhile', () => {
  /** Puts the object while the origin is at work: before its answer, or in the middle of it. */
  async function racing(existing: 'overwrite' | 'fail' | 'keep', moment: 'before' | 'within', body: Buffer) {
    const sink = memorySink()
    const origin = await httpOrigin((_, response) => {
      if (moment === 'before') sink.put('b', 'a', 'put')
      response.writeHead(200, { 'content-length': String(body.length) })
      response.write(body.subarray(0, 1))
      const finish = () => {
        if (moment === 'within') sink.put('b', 'a', 'put')
        response.end(body.subarray(1))
      }
      if (moment === 'before') finish()
      else until(() => sink.opened === 1).then(finish, () => response.destroy())
    })
    const server = await bucket(website(rule(origin.url)), { sink, switches: { existing } })
    let answer
    await using([server, origin], async () => {
      answer = await server.get('/a')
      await until(() => server.facts.length > 0)
    })
    return { answer, stored: sink.objects.get('b/a')?.bytes.toString().slice(0, 3), facts: server.facts[0] }
  }
  const small = Buffer.from('origin')
  const large = Buffer.alloc(600_000, 'o')

  it.each(['before', 'within'] as const)('%s the answer is overwritten', async (moment) => {
    const { answer, stored } = await racing('overwrite', moment, small)
    expect(answer).toMatchObject({ status: 200, body: small })
    expect(stored).toBe('ori')
  })

  it.each(['before', 'within'] as const)('%s the answer may make it fail', async (moment) => {
    const { answer, stored, facts } = await racing('fail', moment, small)
    expect(answer).toMatchObject({ status: 424, code: 'MirrorFailed', message: exists })
    expect(stored).toBe('put')
    expect(facts).toMatchObject({ stored: false, why: exists })
  })

  it('before a large answer may make it fail before a byte of it goes out', async () => {
    const { answer, stored } = await racing('fail', 'before', large)
    expect(answer).toMatchObject({ status: 424, message: exists })
    expect(stored).toBe('put')
  })

  it('in the middle of a large answer may cut it', async () => {
    const { answer, stored } = await racing('fail', 'within', large)
    expect(answer).toMatchObject({ status: 200, cut: true })
    expect(stored).toBe('put')
  })

  it.each(['before', 'within'] as const)('%s the answer may stay', async (moment) => {
    const { answer, stored, facts } = await racing('keep', moment, small)
    expect(answer).toMatchObject({ status: 200, body: small })
    expect(stored).toBe('put')
    expect(facts).toMatchObject({ stored: false, why: 'an object of that name was there already' })
  })

  it('is no matter when nothing is stored', async () => {
    const sink = memorySink()
    sink.put('b', 'a', 'put')
    const origin = await httpOrigin((_, response) => response.end('origin'))
    const xml = website(rule(origin.url, { redirect: '<MirrorProxyPass>true</MirrorProxyPass>' }))
    const server = await bucket(xml, { sink, switches: { existing: 'fail' } })
    await using([server, origin], async () => expect((await server.get('/a')).body.toString()).toBe('origin'))
  })
})

describe('the quota', () => {
  it.each([
    [503, 'ServiceUnavailable'],
    [424, 'MirrorFailed'],
  ] as const)('of requests a second refuses with %i', async (status, code) => {
    let now = 1_000_000
    const origin = await httpOrigin((_, response) => response.end('x'))
    const server = await bucket(website(rule(origin.url)), {
      switches: { quota: { perSecond: 2, status } },
      deps: { now: () => now },
    })
    await using([server, origin], async () => {
      const statuses = []
      for (let count = 0; count < 3; count += 1) statuses.push((await server.get('/a')).status)
      expect(statuses).toEqual([200, 200, status])
      const refused = await server.get('/a')
      expect(refused.code).toBe(code)
      expect(refused.message).toContain('Mirror request is rejected by QoS')
      expect(origin.heads).toHaveLength(2)
      now += 1000
      expect((await server.get('/a')).status).toBe(200)
    })
  })
})

describe('a loop', () => {
  it('to the same bucket is refused, by any of its addresses', async () => {
    for (const url of [
      (port: number) => `http://127.0.0.1:${port}/b/`,
      (port: number) => `http://localhost:${port}/b/`,
      (port: number) => `http://b.localhost:${port}/`,
      (port: number) => `http://b.oss-cn-hangzhou.aliyuncs.com:${port}/`,
    ]) {
      const server = await bucket('')
      server.website = website(rule(url(server.port)))
      await using([server], async () => {
        expect(await server.get('/a')).toMatchObject({ status: 424, code: 'MirrorFailed' })
        expect(server.facts).toHaveLength(1)
      })
    }
  })

  it('through another bucket is refused at its second round', async () => {
    // The test's server has the bucket `b` whatever the path; a rule to `c` comes back here with the mark of `b`.
    const server = await bucket('')
    server.website = website(rule(`http://127.0.0.1:${server.port}/c/`))
    await using([server], async () => {
      expect((await server.get('/a')).status).toBe(424)
      expect(server.facts.length).toBeLessThan(4)
    })
  })

  it('through a redirect is refused too', async () => {
    const server = await bucket('')
    const origin = await httpOrigin((_, response) =>
      response.writeHead(302, { location: `http://127.0.0.1:${server.port}/b/a` }).end(),
    )
    server.website = website(rule(origin.url))
    await using([server, origin], async () => {
      expect((await server.get('/a')).status).toBe(424)
      expect(origin.heads).toHaveLength(1)
    })
  })

  it('is none where another bucket has the object', async () => {
    const server = await bucket('')
    const origin = await httpOrigin((request, response) => response.end(request.headers.via))
    // A bucket of the same stand-in, as far as the mirror can tell.
    server.website = website(rule(origin.url))
    const deps = { ownBucket: () => 'c' }
    const marked = await bucket(website(rule(origin.url)), { deps })
    await using([server, marked, origin], async () => {
      expect((await server.get('/a')).body.toString()).toBe('')
      expect((await marked.get('/a')).body.toString()).toBe('1.1 oss-mirror-b')
      expect((await marked.get('/a', { headers: { via: '1.1 oss-mirror-c' } })).status).toBe(424)
    })
  })
})
