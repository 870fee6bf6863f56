// The built function as a process: how it starts and how it ends.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'

import { functionNode } from '../../scripts/local/cloud.ts'
import { BUILT } from '../e2e/support.ts'
import { LEAST_ENVIRONMENT } from '../support/settings.ts'

function web(env: Record<string, string>) {
  const child = spawn(functionNode().path, [join(BUILT, 'web.js')], { env, stdio: ['ignore', 'pipe', 'pipe'] })
  return { child, ended: once(child, 'exit'), said: text(child.stderr) }
}

it('wrong settings end the start, with a message that names them all', async () => {
  const { ended, said } = web({ ...LEAST_ENVIRONMENT, MIRROR_SECRET: 'short', STORE: 'nowhere' })
  expect(await ended).toEqual([1, null])
  expect(await said).toMatch(/MIRROR_SECRET[^]*STORE|STORE[^]*MIRROR_SECRET/)
})

it('ends by itself when it is told to', async () => {
  const { child, ended } = web({
    ...LEAST_ENVIRONMENT,
    FC_CUSTOM_LISTEN_PORT: '0',
    OSS_IMAGE_ORIGIN_LISTEN_HOST: '127.0.0.1',
  })
  await once(child.stdout, 'data')
  child.kill('SIGTERM')
  expect(await ended).toEqual([0, null])
})
