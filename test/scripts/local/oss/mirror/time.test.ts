import { once } from 'node:events'
import { request as httpRequest, type IncomingMessage } from 'node:http'
import { bucket, httpOrigin, ok, rawOrigin, rule, until, using, website } from './harness.ts'

const failed = {
  status: 424,
  code: 'MirrorFailed',
  message: 'Mirroring failed, please check your mirror configuration',
}

/** Origins that hang at a stage. */
const silent = () => rawOrigin(() => {})
const headersOnly = () => rawOrigin((socket) => socket.write('HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf'))

describe('the time limit', () => {
  it('is ten seconds in all unless told otherwise', async () => {
    const origin = await rawOrigin(ok('x'))
    const server = await bucket(website(rule(origin.url)))
    await using([server, origin], async () => {
      expect(server.switches).toMatchObject({ timeoutMs: 10_000, timeoutMeasures: 'total' })
    })
  })

  it.each([
    ['no answer', silent],
    ['half a body', headersOnly],
  ])('in all covers %s', async (_, start) => {
    const origin = await start()
    const server = await bucket(website(rule(origin.url)), { switches: { timeoutMs: 50 } })
    await using([server, origin], async () => {
      expect(await server.get('/a')).toMatchObject(failed)
      expect(server.facts[0]).toMatchObject({ why: 'timeout', stored: false, status: 424 })
      expect(server.sink.opened).toBe(server.sink.aborted)
    })
  })

  it('in all covers redirects together', async () => {
    const origin = await httpOrigin((request, response) => {
      setTimeout(() => response.writeHead(302, { location: `/x${request.url}` }).end(), 20)
    })
    const server = await bucket(website(rule(origin.url)), { switches: { timeoutMs: 100 } })
    await using([server, origin], async () => {
      expect(await server.get('/a')).toMatchObject(failed)
      expect(server.facts[0]?.why).toBe('timeout')
      expect(origin.heads.length).toBeLessThan(11)
    })
  })

  it('cuts a body that is on its way already', async () => {
    const origin = await headersOnly()
    const server = await bucket(website(rule(origin.url)), { switches: { timeoutMs: 50, bufferFirstBytes: 0 } })
    await using([server, origin], async () => {
      expect(await server.get('/a')).toMatchObject({ status: 200, cut: true })
      await until(() => server.facts.length > 0)
      expect(server.facts[0]).toMatchObject({ why: 'timeout', stored: false })
    })
  })

  it('to the first byte covers a silent origin and not a slow body', async () => {
    const switches = { timeoutMs: 400, timeoutMeasures: 'first-byte' } as const
    const quiet = await silent()
    const server = await bucket(website(rule(quiet.url)), { switches })
    await using([server, quiet], async () => expect(await server.get('/a')).toMatchObject(failed))

    const slow = await rawOrigin((socket) => {
      socket.write('HTTP/1.1 200 OK\r\nContent-Length: 8\r\n\r\nhalf')
      setTimeout(() => socket.end('half'), 600)
    })
    const patient = await bucket(website(rule(slow.url)), { switches })
    await using([patient, slow], async () => {
      expect((await patient.get('/a')).body.toString()).toBe('halfhalf')
      expect(patient.sink.objects.get('b/a')?.size).toBe(8)
    })
  })

  it('to the connection covers neither answer nor body', async () => {
    const slow = await rawOrigin((socket) => {
      setTimeout(() => socket.end(ok('late')), 600)
    })
    const server = await bucket(website(rule(slow.url)), { switches: { timeoutMs: 400, timeoutMeasures: 'connect' } })
    await using([server, slow], async () => expect((await server.get('/a')).body.toString()).toBe('late'))
  })
})

describe('a reader that leaves', () => {
  const leaveAtHeaders = async (port: number) => {
    const request = httpRequest({ port, host: '127.0.0.1', path: '/a', agent: false }).end()
    const [response] = (await once(request, 'response')) as [IncomingMessage]
    response.on('error', () => {})
    response.destroy()
  }

  it('ends the origin request, and nothing is stored', async () => {
    let closed = 0
    const origin = await rawOrigin((socket) => {
      socket.write('HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf')
      socket.on('close', () => (closed += 1))
    })
    const server = await bucket(website(rule(origin.url)), { switches: { bufferFirstBytes: 0 } })
    await using([server, origin], async () => {
      await leaveAtHeaders(server.port)
      await until(() => closed === 1 && server.facts.length === 1)
      expect(server.facts[0]).toMatchObject({ why: 'reader left', stored: false })
      expect(server.sink).toMatchObject({ opened: 1, aborted: 1 })
    })
  })

  it('before any answer ends the origin request too', async () => {
    let closed = 0
    const origin = await rawOrigin((socket) => socket.on('close', () => (closed += 1)))
    const server = await bucket(website(rule(origin.url)))
    await using([server, origin], async () => {
      const request = httpRequest({ port: server.port, host: '127.0.0.1', path: '/a', agent: false }).end()
      request.on('error', () => {})
      await until(() => origin.heads.length === 1)
      request.destroy()
      await until(() => closed === 1 && server.facts.length === 1)
      expect(server.facts[0]).toMatchObject({ why: 'reader left', status: undefined })
    })
  })

  it('is no reason to stop when the switch says so', async () => {
    let finish = () => {}
    const origin = await rawOrigin((socket) => {
      socket.write('HTTP/1.1 200 OK\r\nContent-Length: 8\r\n\r\nhalf')
      finish = () => socket.end('half')
    })
    const switches = { bufferFirstBytes: 0, clientGone: 'store' } as const
    const server = await bucket(website(rule(origin.url)), { switches })
    await using([server, origin], async () => {
      await leaveAtHeaders(server.port)
      await until(() => server.left === 1)
      finish()
      await until(() => server.facts.length === 1)
      expect(server.sink.objects.get('b/a')?.bytes.toString()).toBe('halfhalf')
    })
  })
})

describe('the end of the server', () => {
  it('ends its mirror requests', async () => {
    const controller = new AbortController()
    const origin = await silent()
    const server = await bucket(website(rule(origin.url)), { deps: { signal: controller.signal } })
    await using([server, origin], async () => {
      const answer = server.get('/a')
      await until(() => origin.heads.length === 1)
      controller.abort()
      expect((await answer).status).toBe(424)
      expect(server.facts[0]?.why).toBe('shutdown')
    })
  })
})
