import { request } from 'node:http'
import { ask, createBench, json, keys, until, web, type StartOptions } from './support.ts'

const bench = createBench()
afterEach(async () => bench.cleanUp())

/** A built-in function from the body of `async (event, context) => {…}`. */
async function start(handler: string, options: StartOptions = {}) {
  return bench.start(
    { 'index.js': `const state = {}; module.exports.handler = async (event, context) => { ${handler} }` },
    { ...options, function: { runtime: 'nodejs20', handler: 'index.handler', ...options.function } },
  )
}

const ok = (result: { errorType: string | undefined; body: Buffer }): Record<string, unknown> => {
  expect(result.errorType).toBeUndefined()
  return json(result)
}

describe('a handler invoked with an event', () => {
  it('gets a Buffer and the documented context', async () => {
    const gateway = await start(
      `const { logger, ...rest } = context
       logger.info('hello')
       return { buffer: Buffer.isBuffer(event), event: event.toString(), context: rest, logger: Object.keys(logger).sort() }`,
    )
    const result = await gateway.invoke(Buffer.from('{"a":"中"}'))
    const value = ok(result)
    expect(value).toMatchObject({
      buffer: true,
      event: '{"a":"中"}',
      logger: ['debug', 'error', 'info', 'log', 'warn'],
    })
    expect(value['context']).toEqual({
      requestId: result.requestId,
      credentials: {
        accessKeyId: keys.accessKeyId,
        accessKeySecret: keys.accessKeySecret,
        securityToken: keys.securityToken,
      },
      function: { name: 'origin', handler: 'index.handler', memory: 512, timeout: 10 },
      service: { logProject: '', logStore: '', qualifier: 'LATEST', versionId: '' },
      region: 'cn-hangzhou',
      accountId: '1234567890',
      tracing: {},
    })
    await until(() => gateway.logs().some((line) => line.text.endsWith(`${result.requestId} [info] hello`)))
  })

  it('may be an ES module, and may use a callback', async () => {
    const module = await bench.start(
      { 'index.mjs': `export const handler = async () => 'from a module'` },
      { function: { runtime: 'nodejs20', handler: 'index.handler' } },
    )
    expect((await module.invoke(Buffer.alloc(0))).body.toString()).toBe('from a module')
    const callback = await bench.start(
      {
        'main.js': `exports.run = (event, context, callback) => setTimeout(() => callback(null, Buffer.from([1, 2, 255])), 5)`,
      },
      { function: { runtime: 'nodejs20', handler: 'main.run' } },
    )
    expect([...(await callback.invoke(Buffer.alloc(0))).body]).toEqual([1, 2, 255])
  })

  it('is told as failed by the header when it throws, with status 200', async () => {
    const gateway = await start(`throw new TypeError('no such thing')`)
    const result = await gateway.invoke(Buffer.from('{}'))
    expect(result).toMatchObject({ status: 200, errorType: 'UnhandledInvocationError', failure: 'exception' })
    expect(json(result)).toMatchObject({ errorMessage: 'no such thing', errorType: 'TypeError' })
    expect(json(result)['stackTrace']).toEqual(expect.arrayContaining([expect.stringContaining('index.js')]))
  })

  it.each([
    ['no such file', { handler: 'absent.handler' }, "Module 'absent' is missing"],
    ['no such export', { handler: 'index.absent' }, "Handler 'absent' is missing on module 'index'"],
  ])('fails where there is %s', async (_name, spec, message) => {
    const gateway = await start(`return ''`, { function: spec })
    const result = await gateway.invoke(Buffer.from('{}'))
    expect(result.errorType).toBe('UnhandledInvocationError')
    expect(json(result)['errorMessage']).toBe(message)
  })

  it('takes the process down with a stray exception, as the platform lets it', async () => {
    const gateway = await start(`setTimeout(() => { throw new Error('stray') }, 5); await new Promise(() => {})`)
    const result = await gateway.invoke(Buffer.from('{}'))
    expect(result).toMatchObject({ status: 200, failure: 'exit' })
    expect(json(result)['errorMessage']).toMatch(/^Process exited unexpectedly before completing request/)
  })

  it('has one request per instance, whatever the concurrency says', async () => {
    const gateway = await start(
      `await new Promise((resolve) => setTimeout(resolve, 300)); return String(process.pid)`,
      {
        instances: 2,
        function: { instanceConcurrency: 100 },
      },
    )
    const results = await Promise.all([1, 2, 3].map(async () => gateway.invoke(Buffer.from('{}'))))
    expect(results.map((one) => one.status).sort((a, b) => a - b)).toEqual([200, 200, 429])
    expect(new Set(results.filter((one) => one.status === 200).map((one) => one.body.toString())).size).toBe(2)
    expect(results.find((one) => one.status === 429)).toMatchObject({
      errorType: 'FcCommonError',
      failure: 'throttled',
    })
  })

  it('is ended at the time limit', async () => {
    const gateway = await start(`await new Promise(() => setInterval(() => {}, 1000))`, {
      function: { timeoutSeconds: 0.3 },
    })
    const result = await gateway.invoke(Buffer.from('{}'))
    expect(result).toMatchObject({ failure: 'timeout', errorType: 'UnhandledInvocationError' })
    await until(() => gateway.instances().length === 0)
  })
})

describe('the HTTP trigger of a built-in runtime', () => {
  it('describes the request as event v1', async () => {
    const gateway = await start(`return { statusCode: 200, body: event.toString() }`, {
      function: { methods: ['POST'] },
    })
    const answer = await ask(`${gateway.url}/a%20b/%E4%B8%AD.jpg?k=v&k=w&x=%2B+`, {
      method: 'POST',
      headers: {
        Host: 'x.cn-hangzhou.fcapp.run:80',
        'accept-encoding': 'br',
        'X-MIRROR-secret': 's',
        'x-twice': ['1', '2'],
        'user-agent': 'aliyun-oss-mirror',
        'x-fc-request-id': 'evil',
        'Content-Type': 'image/jpeg',
      },
      body: Buffer.from([255, 216]),
    })
    const event = json(answer)
    expect(event).toMatchObject({
      version: 'v1',
      rawPath: '/a%20b/%E4%B8%AD.jpg',
      body: '/9g=',
      isBase64Encoded: true,
      queryParameters: { k: 'v,w', x: '+ ' },
      requestContext: {
        accountId: '1234567890',
        domainName: 'x.cn-hangzhou.fcapp.run',
        domainPrefix: 'x',
        requestId: answer.headers['x-fc-request-id'],
        time: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/),
        timeEpoch: expect.stringMatching(/^\d{13}$/),
        http: {
          method: 'POST',
          path: '/a b/中.jpg',
          protocol: 'HTTP/1.1',
          sourceIp: expect.stringContaining('127.0.0.1'),
          userAgent: 'aliyun-oss-mirror',
        },
      },
    })
    expect(event['headers']).toEqual({
      Host: 'x.cn-hangzhou.fcapp.run:80',
      'Accept-Encoding': 'br',
      'X-Mirror-Secret': 's',
      'X-Twice': '1,2',
      'User-Agent': 'aliyun-oss-mirror',
      'Content-Type': 'image/jpeg',
    })
  })

  it('keeps a text body as text, and an empty one empty', async () => {
    const gateway = await start(`return { statusCode: 200, body: event.toString() }`, {
      function: { methods: ['POST'] },
    })
    const text = json(
      await ask(gateway.url, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: '{"a":"中"}' }),
    )
    expect(text).toMatchObject({ body: '{"a":"中"}', isBase64Encoded: false })
    expect(json(await ask(gateway.url, { method: 'POST' }))).toMatchObject({ body: '', isBase64Encoded: false })
  })

  it('answers what the handler returned, binary included, with its length', async () => {
    const gateway = await start(
      `return { statusCode: 404, headers: { 'content-type': 'image/webp', 'x-number': 7, server: 'mine' }, isBase64Encoded: true,
        body: Buffer.from([0, 255, 1]).toString('base64') }`,
    )
    const answer = await ask(gateway.url)
    expect(answer.status).toBe(404)
    expect([...answer.body]).toEqual([0, 255, 1])
    expect(answer.headers).toMatchObject({ 'content-type': 'image/webp', 'x-number': '7', 'content-length': '3' })
    expect(answer.rawHeaders).toContain('Content-Type')
    expect(answer.headers.server).toBeUndefined()
  })

  it('takes an answer without a status as 200, or as a failure', async () => {
    const gateway = await start(`return event.includes('/text') ? 'plain' : { some: 'thing' }`)
    const inferred = await ask(gateway.url)
    expect(inferred.status).toBe(200)
    expect(inferred.headers['content-type']).toBe('application/json')
    expect((await ask(`${gateway.url}/text`)).body.toString()).toBe('plain')
    gateway.switches.inferAnswer = false
    gateway.switches.exceptionStatus = 502
    const refused = await ask(gateway.url)
    expect(refused.status).toBe(502)
    expect(refused.headers['x-fc-error-type']).toBe('UnhandledInvocationError')
  })

  it.each([
    ['a status that is none', `{ statusCode: 'many' }`],
    ['a status out of range', `{ statusCode: 99 }`],
    ['a body that is no string', `{ statusCode: 200, body: { a: 1 } }`],
    ['headers that are none', `{ statusCode: 200, headers: 'a: b' }`],
    ['a header that would split the answer', `{ statusCode: 200, headers: { a: 'b\\r\\nc: d' } }`],
  ])('takes %s as a failure', async (_name, value) => {
    const gateway = await start(`return ${value}`)
    const answer = await ask(gateway.url)
    expect(answer.status).toBe(200)
    expect(answer.headers['x-fc-error-type']).toBe('UnhandledInvocationError')
    expect(gateway.invocations[0]?.failure).toBe('invalid-answer')
  })

  it('answers an exception with its document, by default with 200', async () => {
    const gateway = await start(`throw new Error('broken')`)
    const answer = await ask(gateway.url)
    expect(answer.status).toBe(200)
    expect(json(answer)).toMatchObject({ errorMessage: 'broken', errorType: 'Error' })
    gateway.switches.exceptionStatus = 502
    expect((await ask(gateway.url)).status).toBe(502)
  })

  it('ends the instance of a caller who has gone', async () => {
    const gateway = await start(`console.log('begun'); await new Promise(() => setInterval(() => {}, 1000))`)
    const outward = request(gateway.url, { agent: false })
    outward.on('error', () => undefined)
    outward.end()
    await until(() => gateway.logs().some((line) => line.text === 'begun'))
    outward.destroy()
    await until(() => gateway.invocations.length === 1 && gateway.instances().length === 0)
    expect(gateway.invocations[0]?.failure).toBe('canceled')
  })
})

describe('a custom runtime invoked with an event', () => {
  it('gets POST /invoke, and only the body of its answer counts', async () => {
    const gateway = await bench.start(
      web(`const chunks = []; for await (const c of req) chunks.push(c)
        res.writeHead(500, { 'x-lost': '1' })
        res.end(JSON.stringify({ method: req.method, url: req.url, headers: req.headers, body: Buffer.concat(chunks).toString() }))`),
    )
    const result = await gateway.invoke(Buffer.from('{"events":[]}'))
    expect(result).toMatchObject({ status: 200, errorType: undefined })
    expect(json(result)).toMatchObject({
      method: 'POST',
      url: '/invoke',
      body: '{"events":[]}',
      headers: {
        'x-fc-control-path': '/invoke',
        'content-type': 'application/octet-stream',
        'x-fc-request-id': result.requestId,
      },
    })
  })

  it('reports a failure with x-fc-status alone', async () => {
    const gateway = await bench.start(
      web(`res.setHeader('x-fc-status', req.method === 'POST' ? '404' : '200'); res.end('no')`),
    )
    const result = await gateway.invoke(Buffer.from('{}'))
    expect(result).toMatchObject({ status: 200, errorType: 'UnhandledInvocationError' })
    expect(result.body.toString()).toBe('no')
  })

  it('is refused an event over 32 MB', async () => {
    const gateway = await bench.start(web(`res.end()`))
    expect(await gateway.invoke(Buffer.alloc(32 * 1024 * 1024 + 1))).toMatchObject({ status: 400, failure: 'argument' })
  })
})
