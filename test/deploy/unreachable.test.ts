// What somebody sees who tries the function on a laptop and leaves OSS_ENDPOINT empty: the internal endpoint has an address
// there, but nobody answers at it.
import { spawn } from 'node:child_process'
import { cpSync, mkdtempSync, rmSync } from 'node:fs'
import { connect, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { BUILT } from '../e2e/support.ts'
import { answering, dockerBeside, freePort, localStart } from './component.ts'
import { resolvedProps } from './serverless.ts'

const SECRET = 'secret-of-the-event-files'

// Processes start slowly on a busy machine.
jest.setTimeout(120_000)

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'oss-image-origin-unreachable-'))
  cpSync(BUILT, join(folder, 'code'), { recursive: true })
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** An address where connections begin and never come about: a listener that takes none, its queue full. */
async function deaf(): Promise<{ port: number; close(): void }> {
  const script = `const server = require('node:net').createServer()
    server.listen({ port: 0, host: '127.0.0.1', backlog: 1 }, () => {
      require('node:fs').writeSync(1, String(server.address().port))
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0)
    })`
  const listener = spawn(process.execPath, ['-e', script], { stdio: ['ignore', 'pipe', 'inherit'] })
  const port = await new Promise<number>((done) => listener.stdout.once('data', (text: Buffer) => done(Number(text))))
  const queued: Socket[] = []
  // The queue is full as soon as a connection does not come about.
  for (let full = false; !full;) {
    const socket = connect(port, '127.0.0.1')
    socket.on('error', () => undefined)
    queued.push(socket)
    full = await new Promise<boolean>((done) => {
      const timer = setTimeout(() => done(true), 300)
      socket.once('connect', () => {
        clearTimeout(timer)
        done(false)
      })
    })
  }
  return {
    port,
    close: () => {
      listener.kill('SIGKILL')
      for (const socket of queued) socket.destroy()
    },
  }
}

it('an endpoint that cannot be reached is an error before anybody gives up, and the log says what to set', async () => {
  const endpoint = await deaf()
  const { origin } = resolvedProps({
    env: {
      OSS_ORIGINAL_BUCKET_NAME: 'originals',
      OSS_COMPRESS_BUCKET_NAME: 'compressed',
      OSS_ENDPOINT: `http://localhost:${endpoint.port}`,
      MIRROR_SECRET: SECRET,
    },
  })
  const port = await freePort()
  const keys = { accessKeyId: 'id', accessKeySecret: 'secret' }
  const container = localStart(origin, { codeDir: join(folder, 'code'), port, ...keys }, dockerBeside(folder))
  try {
    const url = `http://127.0.0.1:${port}/trip/photo.jpg`
    const answer = await answering(() => fetch(url, { headers: { 'x-mirror-secret': SECRET } }), container)
    expect([answer.status, ((await answer.json()) as { code: string }).code]).toEqual([504, 'bucket_timeout'])
    const line = container
      .output()
      .split('\n')
      .find((text) => text.includes('bucket_timeout'))
    expect((JSON.parse(line ?? '{}') as { cause: string }).cause).toContain(
      'elsewhere set OSS_ENDPOINT to https://oss-<region>.aliyuncs.com',
    )
  } finally {
    await container.stop()
    endpoint.close()
  }
})
