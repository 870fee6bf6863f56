import { once } from 'node:events'
import { spawn } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ask, createBench, json, nodePath, processState, until, web } from './support.ts'

const bench = createBench()
afterEach(async () => bench.cleanUp())

const onLinux = process.platform === 'linux' ? it : it.skip

// Answers once the test touches the file named by the query.
const HELD = `
  const gate = new URL(req.url, 'http://x').searchParams.get('gate')
  while (gate && !fs.existsSync(gate)) await new Promise((resolve) => setTimeout(resolve, 5))
  res.end(String(process.pid))
`

let folder = ''
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fc-gate-'))
})
afterEach(async () => rm(folder, { recursive: true, force: true }))

describe('freezing', () => {
  onLinux('stops an instance while nothing is in flight, and wakes it for the next request', async () => {
    const gateway = await bench.start(web(HELD))
    const gate = join(folder, 'open')
    const held = ask(`${gateway.url}/?gate=${gate}`)
    await until(() => gateway.instances()[0]?.inFlight === 1)
    const pid = gateway.instances()[0]?.pid
    await until(async () => (await ask(`${gateway.url}/`)).status === 200)
    expect(await processState(pid)).not.toBe('T')
    await writeFile(gate, '')
    await held
    await until(async () => (await processState(pid)) === 'T')
    expect((await ask(gateway.url)).body.toString()).toBe(String(pid))
    await until(async () => (await processState(pid)) === 'T')
  })

  onLinux('leaves instances running when switched off', async () => {
    const gateway = await bench.start(web(`res.end()`), { switches: { freeze: false } })
    await ask(gateway.url)
    expect(gateway.instances()[0]?.frozen).toBe(false)
    expect(await processState(gateway.instances()[0]?.pid)).not.toBe('T')
  })

  it('does no work between requests', async () => {
    const gateway = await bench.start(
      web(`if (!state.timer) state.timer = setInterval(() => { state.ticks = (state.ticks ?? 0) + 1 }, 5);
        res.end(String(state.ticks ?? 0))`),
    )
    await ask(gateway.url)
    await new Promise((resolve) => setTimeout(resolve, 300))
    // Thawed, at most the ticks of the moments around the requests have run; unfrozen there would be about sixty.
    expect(Number((await ask(gateway.url)).body.toString())).toBeLessThan(20)
  })
})

describe('instances', () => {
  it('fills one instance, then starts the next, then refuses with 429', async () => {
    const gateway = await bench.start(web(HELD), { instances: 2, function: { instanceConcurrency: 2 } })
    const gate = join(folder, 'open')
    const held = [1, 2, 3, 4].map(async () => ask(`${gateway.url}/?gate=${gate}`))
    await until(() => gateway.instances().reduce((sum, one) => sum + one.inFlight, 0) === 4)
    const refused = await ask(gateway.url)
    expect(refused.status).toBe(429)
    expect(refused.headers['x-fc-error-type']).toBe('FcCommonError')
    expect(json(refused)['ErrorCode']).toBe('ResourceThrottled')
    gateway.switches.throttleStatus = 503
    expect((await ask(gateway.url)).status).toBe(503)
    await writeFile(gate, '')
    const pids = (await Promise.all(held)).map((answer) => answer.body.toString())
    expect(new Set(pids).size).toBe(2)
    expect(gateway.counters.started).toBe(2)
  })

  it('goes round all instances when spreading', async () => {
    const gateway = await bench.start(web(HELD), { instances: 3, switches: { spread: true } })
    const pids = new Set<string>()
    for (let count = 0; count < 6; count++) pids.add((await ask(gateway.url)).body.toString())
    expect(pids.size).toBe(3)
  })

  it('answers a crash with the documented body, by default with 200, and starts anew', async () => {
    const gateway = await bench.start(web(`if (req.url === '/crash') process.exit(3); res.end('well')`))
    const before = gateway.instances()
    expect(before).toEqual([])
    const crashed = await ask(`${gateway.url}/crash`)
    expect(crashed.status).toBe(200)
    expect(crashed.headers['x-fc-error-type']).toBe('UnhandledInvocationError')
    expect(json(crashed)['errorMessage']).toMatch(
      /^Process exited unexpectedly before completing request \(duration: \d+ms/,
    )
    expect((await ask(gateway.url)).body.toString()).toBe('well')
    expect(gateway.counters).toMatchObject({ started: 2, crashed: 1 })
    gateway.switches.exitStatus = 502
    expect((await ask(`${gateway.url}/crash`)).status).toBe(502)
  })

  it('answers what never listens as a failed start, by default with 200', async () => {
    const gateway = await bench.start({ 'web.js': `throw new Error('at import')` })
    const failed = await ask(gateway.url)
    expect(failed.status).toBe(200)
    expect(json(failed)).toMatchObject({ ErrorCode: 'FunctionNotStarted' })
    gateway.switches.startFailureStatus = 502
    gateway.switches.startupMs = 100
    expect((await ask(gateway.url)).status).toBe(502)
    expect(gateway.logs().some((line) => line.text.includes('at import'))).toBe(true)
  })

  it('gives up on one that takes too long to listen', async () => {
    const gateway = await bench.start({ 'web.js': `setInterval(() => {}, 1000)` }, { switches: { startupMs: 200 } })
    expect(json(await ask(gateway.url))['ErrorMessage']).toBe('Function instance did not listen within 0.2 seconds')
    await until(() => gateway.instances().length === 0)
  })

  it('answers a failed initializer with 200 InitializationError', async () => {
    const gateway = await bench.start(
      web(
        `res.statusCode = req.url === '/initialize' && req.headers['x-fc-control-path'] === '/initialize' ? 500 : 200; res.end()`,
      ),
      { function: { initializer: { timeoutSeconds: 3 } } },
    )
    const failed = await ask(gateway.url)
    expect(failed.status).toBe(200)
    expect(failed.headers['x-fc-error-type']).toBe('InitializationError')
  })

  it('runs the initializer once, before the first request', async () => {
    const gateway = await bench.start(
      web(`state.log = [...(state.log ?? []), req.method + req.url]; res.end(JSON.stringify({ log: state.log }))`),
      { function: { initializer: { timeoutSeconds: 3 } } },
    )
    await ask(`${gateway.url}/a`)
    expect(json(await ask(`${gateway.url}/b`))['log']).toEqual(['POST/initialize', 'GET/a', 'GET/b'])
  })

  it('ends an instance that runs into the time limit, and starts anew', async () => {
    const gateway = await bench.start(web(`if (req.url !== '/stall') res.end('well')`), {
      function: { timeoutSeconds: 0.3 },
    })
    const late = await ask(`${gateway.url}/stall`)
    expect(late.status).toBe(200)
    expect(late.headers['x-fc-error-type']).toBe('UnhandledInvocationError')
    expect(json(late)['errorMessage']).toBe('Function timed out after 0.3 seconds')
    expect((await ask(gateway.url)).body.toString()).toBe('well')
    expect(gateway.counters.started).toBe(2)
    gateway.switches.timeoutStatus = 504
    expect((await ask(`${gateway.url}/stall`)).status).toBe(504)
  })

  onLinux('ends an instance that passes its memory', async () => {
    const gateway = await bench.start(
      web(`state.hog = Buffer.alloc(300 * 1024 * 1024, 1); setTimeout(() => res.end(), Number(req.url.slice(1)))`),
      { function: { memoryMb: 192 } },
    )
    const answer = await ask(`${gateway.url}/9000`)
    const message = String(json(answer)['errorMessage'])
    expect(message).toMatch(/^Process exited unexpectedly .* maxMemoryUsage: \d+\.\d\dMB\)$/)
    // Ended at the first look that finds it above its limit, which may be in the middle of taking the 300 MB.
    expect(Number(/maxMemoryUsage: ([\d.]+)MB/.exec(message)?.[1])).toBeGreaterThan(192)
    gateway.switches.memoryLimit = false
    expect((await ask(`${gateway.url}/500`)).body.toString()).toBe('')
  })

  it('tells the instance when the caller has gone', async () => {
    const gateway = await bench.start(
      web(`if (req.url === '/aborted') return res.end(String(state.aborted ?? 0));
        res.on('close', () => { if (!res.writableFinished) state.aborted = (state.aborted ?? 0) + 1 })`),
      { switches: { freeze: false } },
    )
    const outward = request(`${gateway.url}/slow`, { agent: false })
    outward.on('error', () => undefined)
    outward.end()
    await until(() => gateway.instances()[0]?.inFlight === 1 && gateway.instances()[0]?.served === 1)
    await until(async () => (await ask(`${gateway.url}/aborted`)).body.toString() === '0')
    outward.destroy()
    await until(async () => (await ask(`${gateway.url}/aborted`)).body.toString() === '1')
    const record = gateway.invocations.find((one) => one.path === '/slow')
    expect(record).toMatchObject({ status: 499, failure: 'canceled', reached: true })
  })

  it('takes a kill from outside as a crash', async () => {
    const gateway = await bench.start(web(`if (req.url !== '/held') res.end(String(process.pid))`))
    const first = (await ask(gateway.url)).body.toString()
    const held = ask(`${gateway.url}/held`)
    await until(() => gateway.instances()[0]?.inFlight === 1)
    expect(await gateway.killInstance(gateway.instances()[0]?.id ?? '')).toBe(true)
    expect(json(await held)['errorMessage']).toMatch(/^Process exited unexpectedly/)
    expect((await ask(gateway.url)).body.toString()).not.toBe(first)
    expect(await gateway.killInstance('none')).toBe(false)
  })

  onLinux('are gone when the gateway closes', async () => {
    const gateway = await bench.start(web(`res.end(String(process.pid))`))
    const pid = Number((await ask(gateway.url)).body.toString())
    await until(async () => (await processState(pid)) === 'T')
    await gateway.close()
    expect(await processState(pid)).toMatch(/^[gZX]?$/)
    await expect(ask(gateway.url)).rejects.toThrow('ECONNREFUSED')
  })

  onLinux('do not outlive a gateway whose process is killed', async () => {
    const script = join(folder, 'run.ts')
    const code = join(folder, 'web.js')
    await writeFile(code, web(`res.end(String(process.pid))`)['web.js'] ?? '')
    await writeFile(
      script,
      `import { startGateway } from '${join(process.cwd(), 'scripts/local/fc/gateway.ts')}'
       const gateway = await startGateway({ port: 0, instances: 1, region: 'cn-hangzhou', nodePath: '${nodePath}',
         credentials: () => ({ accessKeyId: 'a', accessKeySecret: 'b', securityToken: 'c', expiration: '' }),
         function: { name: 'f', runtime: 'custom.debian10', codeDir: '${folder}', environment: {}, memoryMb: 512,
           command: ['/var/fc/lang/nodejs20/bin/node', 'web.js'], timeoutSeconds: 5, instanceConcurrency: 1, methods: ['GET'] } })
       const pid = await (await fetch(gateway.url)).text()
       process.stdout.write(pid + '\\n')`,
    )
    await writeFile(join(folder, 'package.json'), '{"type":"commonjs"}')
    const tsx = join(process.cwd(), 'node_modules', 'tsx', 'dist', 'loader.mjs')
    const child = spawn(
      process.execPath,
      ['--import', tsx, '--input-type=module', '-e', await readFile(script, 'utf8')],
      {
        stdio: ['ignore', 'pipe', 'inherit'],
      },
    )
    try {
      const [line] = (await once(child.stdout, 'data')) as [Buffer]
      const pid = Number(line.toString())
      await until(async () => (await processState(pid)) === 'T')
      child.kill('SIGKILL')
      await until(async () => /^[gZX]?$/.test(await processState(pid)))
    } finally {
      child.kill('SIGKILL')
    }
  })
})
