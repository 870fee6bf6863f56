import { ask, createBench, json, keys, web } from './support.ts'

const bench = createBench()
afterEach(async () => bench.cleanUp())

const ECHO = `
  const chunks = []
  for await (const chunk of req) chunks.push(chunk)
  res.end(JSON.stringify({ method: req.method, url: req.url, headers: req.headers, raw: req.rawHeaders,
    body: Buffer.concat(chunks).toString(), env: process.env, cwd: process.cwd(), version: process.version }))
`

describe('a custom runtime behind the gateway', () => {
  it('gets method, path, query and headers as the caller sent them', async () => {
    const gateway = await bench.start(web(ECHO))
    const answer = json(
      await ask(`${gateway.url}/a%20b/%E4%B8%AD%2F.jpg?x=1&y=%2B`, {
        headers: { 'X-Mirror-Secret': 's', Accept: '*/*' },
      }),
    )
    expect(answer['method']).toBe('GET')
    expect(answer['url']).toBe('/a%20b/%E4%B8%AD%2F.jpg?x=1&y=%2B')
    expect(answer['headers']).toMatchObject({ 'x-mirror-secret': 's', accept: '*/*' })
  })

  it('gets the platform headers, and none that the caller made up', async () => {
    const gateway = await bench.start(web(ECHO))
    const answer = await ask(`${gateway.url}/`, {
      headers: { 'X-Fc-Access-Key-Id': 'evil', 'x-fc-control-path': '/invoke', 'X-FC-Made-Up': '1', 'Keep-Alive': '5' },
    })
    const headers = json(answer)['headers'] as Record<string, string>
    expect(headers).toMatchObject({
      'x-fc-access-key-id': keys.accessKeyId,
      'x-fc-access-key-secret': keys.accessKeySecret,
      'x-fc-security-token': keys.securityToken,
      'x-fc-control-path': '/http-invoke',
      'x-fc-function-name': 'origin',
      'x-fc-function-handler': 'index.handler',
      'x-fc-function-memory': '512',
      'x-fc-region': 'cn-hangzhou',
      'x-fc-account-id': '1234567890',
      'x-fc-qualifier': 'LATEST',
      connection: 'keep-alive',
    })
    expect(headers['x-fc-request-id']).toBe(answer.headers['x-fc-request-id'])
    expect(headers).not.toHaveProperty('x-fc-made-up')
    expect(headers).not.toHaveProperty('keep-alive')
  })

  it('starts with the documented environment and nothing of ours', async () => {
    process.env['LEAKED_FROM_THE_SHELL'] = '1'
    const gateway = await bench.start(web(ECHO), {
      function: { environment: { MALLOC_ARENA_MAX: '2', FC_REGION: 'reserved' } },
    })
    const env = json(await ask(gateway.url))['env'] as Record<string, string>
    delete process.env['LEAKED_FROM_THE_SHELL']
    expect(env).toMatchObject({
      MALLOC_ARENA_MAX: '2',
      FC_REGION: 'cn-hangzhou',
      FC_ACCOUNT_ID: '1234567890',
      FC_FUNCTION_NAME: 'origin',
      FC_FUNCTION_MEMORY_SIZE: '512',
      FC_FUNCTION_HANDLER: 'index.handler',
      FC_VER_ID: 'LATEST',
      ALIBABA_CLOUD_ACCESS_KEY_ID: keys.accessKeyId,
      ALIBABA_CLOUD_ACCESS_KEY_SECRET: keys.accessKeySecret,
      ALIBABA_CLOUD_SECURITY_TOKEN: keys.securityToken,
      OSS_IMAGE_ORIGIN_LISTEN_HOST: '127.0.0.1',
    })
    expect(env['FC_INSTANCE_ID']).toBe(gateway.instances()[0]?.id)
    expect(env['FC_CUSTOM_LISTEN_PORT']).toBe(String(gateway.instances()[0]?.port))
    expect(env).not.toHaveProperty('LEAKED_FROM_THE_SHELL')
  })

  it('sends fresh keys with each request while the environment keeps the first', async () => {
    let turn = 0
    const gateway = await bench.start(web(ECHO), { credentials: () => ({ ...keys, accessKeyId: `STS.${turn++}` }) })
    const first = json(await ask(gateway.url))
    const second = json(await ask(gateway.url))
    const id = (answer: Record<string, unknown>, place: string, name: string): string | undefined =>
      (answer[place] as Record<string, string>)[name]
    expect(id(second, 'headers', 'x-fc-access-key-id')).not.toBe(id(first, 'headers', 'x-fc-access-key-id'))
    expect(id(second, 'env', 'ALIBABA_CLOUD_ACCESS_KEY_ID')).toBe(id(first, 'env', 'ALIBABA_CLOUD_ACCESS_KEY_ID'))
  })

  it('can leave out keys as the switches say', async () => {
    const gateway = await bench.start(web(ECHO), {
      switches: { credentialHeaders: 'no-token', credentialEnvironment: false },
    })
    const answer = json(await ask(gateway.url))
    expect(answer['headers']).toHaveProperty('x-fc-access-key-id')
    expect(answer['headers']).not.toHaveProperty('x-fc-security-token')
    expect(answer['env']).not.toHaveProperty('ALIBABA_CLOUD_ACCESS_KEY_ID')
  })

  it('counts what reached the function, per request and instance', async () => {
    const gateway = await bench.start(web(ECHO))
    await ask(`${gateway.url}/one`)
    await ask(`${gateway.url}/two`, { method: 'DELETE' })
    expect(gateway.counters).toMatchObject({ requests: 2, reached: 1, failed: 1, started: 1, crashed: 0 })
    expect(gateway.invocations[0]).toMatchObject({ method: 'GET', path: '/one', status: 200, coldStart: true })
    expect(gateway.invocations[0]?.instance).toBe(gateway.instances()[0]?.id)
    expect(gateway.invocations[0]?.bytesOut).toBeGreaterThan(100)
    expect(gateway.invocations[1]).toMatchObject({ status: 403, failure: 'method', instance: undefined })
  })

  it('keeps what an instance writes, line by line', async () => {
    const seen: string[] = []
    const gateway = await bench.start(web(`console.log('one\\ntwo'); console.error('three'); res.end()`), {
      onLog: (line) => seen.push(`${line.stream}:${line.text}`),
    })
    await ask(gateway.url)
    const [instance] = gateway.instances()
    await gateway.killInstance(instance?.id ?? '')
    expect(
      gateway
        .logs(instance?.id)
        .map((line) => line.text)
        .sort(),
    ).toEqual(['one', 'three', 'two'])
    expect(seen).toContain('stderr:three')
  })
})
