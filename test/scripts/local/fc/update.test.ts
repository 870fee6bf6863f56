import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { ask, createBench, until, web } from './support.ts'

const bench = createBench()
let folder = ''
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fc-gate-'))
})
afterEach(async () => {
  await bench.cleanUp()
  await rm(folder, { recursive: true, force: true })
})

// Answers once the test touches the file named by the query.
const VERSION = `
  const gate = new URL(req.url, 'http://x').searchParams.get('gate')
  while (gate && !fs.existsSync(gate)) await new Promise((resolve) => setTimeout(resolve, 5))
  res.end(process.env.VERSION + process.env.KEPT)
`

it('a deployment: what is in flight ends where it is, what comes next gets the new settings, nobody is refused', async () => {
  const gateway = await bench.start(web(VERSION), {
    instances: 1,
    function: { instanceConcurrency: 2, environment: { VERSION: 'one', KEPT: '!' } },
  })
  const gate = join(folder, 'open')
  const held = ask(`${gateway.url}/?gate=${gate}`)
  await until(() => gateway.instances()[0]?.inFlight === 1)
  await gateway.update({ VERSION: 'two' })
  // The old version has room, and the only place there is: the new one gets a place of its own.
  expect((await ask(gateway.url)).body.toString()).toBe('two!')
  expect(gateway.instances()).toHaveLength(2)
  await writeFile(gate, '')
  expect(await held).toMatchObject({ status: 200, complete: true, body: Buffer.from('one!') })
  await until(() => gateway.instances().length === 1)
  expect((await ask(gateway.url)).body.toString()).toBe('two!')
  // Ended by the platform, not crashed; and there are no more places than before.
  expect(gateway.counters).toMatchObject({ started: 2, crashed: 0 })
  const second = join(folder, 'second')
  const busy = [1, 2].map(async () => ask(`${gateway.url}/?gate=${second}`))
  await until(() => gateway.instances()[0]?.inFlight === 2)
  expect((await ask(gateway.url)).status).toBe(429)
  await writeFile(second, '')
  expect((await Promise.all(busy)).map(({ status }) => status)).toEqual([200, 200])
})
