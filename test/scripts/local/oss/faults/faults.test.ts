import { once } from 'node:events'
import { createServer, request as httpRequest, type IncomingMessage } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { OssError } from '../../../../../scripts/local/oss/error.ts'
import { answerFaults } from '../../../../../scripts/local/oss/faults/admin.ts'
import { parseFault, type Fault } from '../../../../../scripts/local/oss/faults/fault.ts'
import { createFaults, type FaultFacts } from '../../../../../scripts/local/oss/faults/faults.ts'
import { seededRandom } from '../../../../../scripts/local/oss/faults/random.ts'

const object = Buffer.from('0123456789'.repeat(10))
const crc = '11051210869376104954'

interface Answer {
  /** undefined: the connection broke before an answer. */
  status: number | undefined
  headers: IncomingMessage['headers']
  body: string
  cut: boolean
}

/** A server that uses faults as the real one does; `carriedOut` counts requests that got past them. */
async function faulty(...faults: Fault[]) {
  const injected = createFaults(() => Date.UTC(2030, 0, 1))
  for (const fault of faults) injected.add(fault)
  const state = { arrived: 0, carriedOut: 0, drawn: [] as string[] }
  const sockets = new Set<Socket>()
  const server = createServer((request, response) => {
    const operation = request.method === 'PUT' ? 'put' : request.method === 'HEAD' ? 'head' : 'read'
    const [, bucket = '', key = ''] = (request.url ?? '').split('/')
    const facts: FaultFacts = { operation, bucket, key }
    state.arrived += 1
    const serve = async () => {
      if (bucket === '-') return answerFaults(injected, request, response)
      if ((await injected.before(facts, request, response)) === 'handled') return
      state.carriedOut += 1
      state.drawn.push(...injected.drawn(facts))
      response.writeHead(200, { 'content-length': String(object.length), 'x-oss-hash-crc64ecma': crc })
      const change = injected.body(facts)
      const source = Readable.from([object.subarray(0, 40), object.subarray(40)])
      await (change ? pipeline(source, change, response) : pipeline(source, response))
    }
    serve().catch((error: unknown) => {
      if (response.headersSent) return response.destroy()
      const known = error instanceof OssError ? error : new OssError(500, 'Bug', String(error))
      return response.writeHead(known.status, { 'x-code': known.code, ...known.detail }).end(known.message)
    })
  })
  server.on('connection', (socket: Socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo

  /** The client leaves when the condition holds, looked at while it waits. */
  const ask = async (
    path = '/b/k',
    method = 'GET',
    sent?: string,
    leave?: (answer: Answer, arrived: number, carriedOut: number) => boolean,
  ): Promise<Answer> => {
    const request = httpRequest({ port, host: '127.0.0.1', path, method, agent: false })
    request.on('error', () => {})
    request.end(sent)
    const answer: Answer = { status: undefined, headers: {}, body: '', cut: false }
    const watch = setInterval(() => {
      if (leave?.(answer, state.arrived, state.carriedOut)) request.destroy()
    }, 5)
    try {
      const [response] = (await once(request, 'response')) as [IncomingMessage]
      answer.status = response.statusCode
      answer.headers = response.headers
      for await (const chunk of response) answer.body += String(chunk)
    } catch {
      answer.cut = true
    } finally {
      clearInterval(watch)
    }
    return answer
  }
  const close = async () => {
    server.close()
    for (const socket of sockets) socket.destroy()
    await once(server, 'close')
  }
  return { ask, close, faults: injected, state }
}

async function once1(faults: Fault[], ...asked: Parameters<Awaited<ReturnType<typeof faulty>>['ask']>) {
  const server = await faulty(...faults)
  const answer = await server.ask(...asked)
  await server.close()
  return { answer, ...server.state }
}

const whole = object.toString()

describe('an injected fault', () => {
  it('that is none changes nothing', async () => {
    const { answer } = await once1([])
    expect(answer).toMatchObject({ status: 200, body: whole, cut: false })
  })

  it.each([
    ['status', { status: 504 }, 504, 'InternalError'],
    ['status', {}, 500, 'InternalError'],
    ['slowdown', {}, 503, 'SlowDown'],
    ['denied', {}, 403, 'AccessDenied'],
    ['token-expired', {}, 403, 'SecurityTokenExpired'],
    ['clock-skew', {}, 403, 'RequestTimeTooSkewed'],
  ] as const)('%s %j answers an error and carries nothing out', async (kind, more, status, code) => {
    const { answer, carriedOut } = await once1([{ match: {}, kind, ...more }])
    expect(answer).toMatchObject({ status, headers: { 'x-code': code } })
    expect(carriedOut).toBe(0)
  })

  it('clock-skew tells the time of a clock that is ahead', async () => {
    const { answer } = await once1([{ match: {}, kind: 'clock-skew', ms: 60_000 }])
    expect(answer.headers).toMatchObject({ servertime: '2030-01-01T00:01:00.000Z' })
  })

  it.each(['reset', 'refused'] as const)('%s breaks the connection before anything happens', async (kind) => {
    const { answer, carriedOut } = await once1([{ match: {}, kind }])
    expect(answer).toMatchObject({ status: undefined, cut: true })
    expect(carriedOut).toBe(0)
  })

  it.each(['reset', 'stall'] as const)('%s after the fact loses the answer only', async (kind) => {
    const leave = (_: Answer, _arrived: number, carriedOut: number) => kind === 'stall' && carriedOut === 1
    const { answer, carriedOut } = await once1([{ match: {}, kind, when: 'after' }], '/b/k', 'PUT', 'x', leave)
    expect(answer).toMatchObject({ status: undefined, cut: true })
    expect(carriedOut).toBe(1)
  })

  it('stall never answers', async () => {
    const { answer, carriedOut } = await once1(
      [{ match: {}, kind: 'stall' }],
      '/b/k',
      'GET',
      undefined,
      (_, arrived) => arrived === 1,
    )
    expect(answer.status).toBeUndefined()
    expect(carriedOut).toBe(0)
  })

  it.each([0, 1, 39, 40, 41, 99])('short sends %i bytes of a body and breaks the connection', async (bytes) => {
    const { answer } = await once1([{ match: {}, kind: 'short', bytes }])
    expect(answer).toMatchObject({ status: 200, cut: true, headers: { 'content-length': '100' } })
    expect(answer.body).toBe(whole.slice(0, bytes))
  })

  it('reset in the body breaks the connection in it', async () => {
    const { answer, carriedOut } = await once1([{ match: {}, kind: 'reset', bytes: 41 }])
    expect(answer.cut).toBe(true)
    expect(carriedOut).toBe(1)
    // A reset may take back bytes that were under way.
    expect(whole.slice(0, 41).startsWith(answer.body)).toBe(true)
  })

  it('short beyond the end changes nothing', async () => {
    expect((await once1([{ match: {}, kind: 'short', bytes: 100 }])).answer).toMatchObject({ body: whole, cut: false })
  })

  it('stall in the body stops after its part', async () => {
    const { answer } = await once1(
      [{ match: {}, kind: 'stall', bytes: 7 }],
      '/b/k',
      'GET',
      undefined,
      ({ body }) => body.length >= 7,
    )
    expect(answer).toMatchObject({ status: 200, body: whole.slice(0, 7), cut: true })
  })

  it.each([0, 39, 40, 99])('corrupt changes the byte at %i and no header', async (bytes) => {
    const { answer } = await once1([{ match: {}, kind: 'corrupt', bytes }])
    expect(answer).toMatchObject({ cut: false, headers: { 'x-oss-hash-crc64ecma': crc } })
    const received = answer.body
    expect(received.slice(0, bytes)).toBe(whole.slice(0, bytes))
    expect(received).not.toBe(whole)
    expect(received.endsWith(whole.slice(bytes + 1))).toBe(true)
  })

  it('wrong-crc changes the header and no byte', async () => {
    const { answer } = await once1([{ match: {}, kind: 'wrong-crc' }])
    expect(answer).toMatchObject({ body: whole, cut: false })
    expect(answer.headers['x-oss-hash-crc64ecma']).toMatch(/^\d+$/)
    expect(answer.headers['x-oss-hash-crc64ecma']).not.toBe(crc)
  })

  it('slow waits, then goes on; with bytes it trickles', async () => {
    const started = performance.now()
    const { answer } = await once1([{ match: {}, kind: 'slow', ms: 40 }])
    expect(answer.body).toBe(whole)
    expect(performance.now() - started).toBeGreaterThan(30)
    const trickled = await once1([{ match: {}, kind: 'slow', ms: 1, bytes: 9 }])
    expect(trickled.answer.body).toBe(whole)
  })

  it('may come with others', async () => {
    const faults: Fault[] = [
      { match: {}, kind: 'slow', ms: 1 },
      { match: {}, kind: 'wrong-crc' },
      { match: {}, kind: 'short', bytes: 5 },
    ]
    const { answer, drawn } = await once1(faults)
    expect(answer).toMatchObject({ body: whole.slice(0, 5), cut: true })
    expect(answer.headers['x-oss-hash-crc64ecma']).not.toBe(crc)
    expect(drawn).toEqual(['slow', 'wrong-crc', 'short'])
  })
})

describe('which requests', () => {
  it('is decided by operation, bucket and prefix together', async () => {
    const server = await faulty({ match: { operation: 'read', bucket: 'b', keyPrefix: 'ab' }, kind: 'denied' })
    const statuses = []
    for (const [path, method] of [
      ['/b/abc', 'GET'],
      ['/b/abc', 'PUT'],
      ['/c/abc', 'GET'],
      ['/b/xab', 'GET'],
    ] as const) {
      statuses.push((await server.ask(path, method)).status)
    }
    expect(statuses).toEqual([403, 200, 200, 200])
    await server.close()
  })

  it('is as many as times says', async () => {
    const server = await faulty({ match: {}, kind: 'slowdown', times: 2 })
    const statuses = []
    for (let count = 0; count < 4; count += 1) statuses.push((await server.ask()).status)
    expect(statuses).toEqual([503, 503, 200, 200])
    expect(server.faults.list()).toMatchObject([{ id: 1, kind: 'slowdown', fired: 2 }])
    await server.close()
  })

  it('is drawn by probability, the same for the same seed', async () => {
    const draw = async (seed: number) => {
      const server = await faulty({ match: {}, kind: 'denied', probability: 0.5, seed })
      let drawn = ''
      for (let count = 0; count < 24; count += 1) drawn += (await server.ask()).status === 403 ? 'x' : '.'
      await server.close()
      return drawn
    }
    const first = await draw(7)
    expect(await draw(7)).toBe(first)
    expect(await draw(8)).not.toBe(first)
    expect(first).toContain('x')
    expect(first).toContain('.')
  })

  it('is spread evenly', () => {
    const random = seededRandom(3)
    const draws = Array.from({ length: 10_000 }, random)
    expect(draws.filter((value) => value < 0.1).length).toBeGreaterThan(800)
    expect(draws.filter((value) => value < 0.1).length).toBeLessThan(1200)
    expect(Math.max(...draws)).toBeLessThan(1)
  })
})

describe('the admin endpoint', () => {
  it('adds, lists and clears faults', async () => {
    const server = await faulty()
    const fault = { match: { operation: 'read' }, kind: 'short', bytes: 3, times: 1 }
    expect(await server.ask('/-/faults', 'POST', JSON.stringify(fault))).toMatchObject({
      status: 200,
      body: '{"id":1}',
    })
    expect(JSON.parse((await server.ask('/-/faults')).body)).toEqual([{ ...fault, id: 1, fired: 0 }])
    expect((await server.ask()).body).toBe(whole.slice(0, 3))
    await server.ask('/-/faults', 'DELETE')
    expect(server.faults.list()).toEqual([])
    expect(await server.ask('/-/faults', 'PATCH')).toMatchObject({ status: 405 })
    expect(await server.ask('/-/faults', 'POST', '{')).toMatchObject({ status: 400 })
    await server.close()
  })

  it.each([
    [null],
    [[]],
    [{}],
    [{ kind: 'nothing' }],
    [{ kind: 'slow', ms: -1 }],
    [{ kind: 'slow', ms: '5' }],
    [{ kind: 'slow', probability: 2 }],
    [{ kind: 'slow', match: { operation: 'eat' } }],
    [{ kind: 'slow', match: { bucket: 1 } }],
    [{ kind: 'status', status: 99 }],
    [{ kind: 'slow', when: 'after' }],
  ])('refuses %j', (value) => {
    expect(() => parseFault(value)).toThrow(/^Expected .*, got .*\.$/)
  })
})
