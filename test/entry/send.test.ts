import { readFileSync } from 'node:fs'
import { createServer, get, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'

import type { Answer } from '../../src/answer.ts'
import { MOST_ANSWER_MS, send } from '../../src/entry/send.ts'

type Finished = Parameters<Answer['finish']>[0]

/** Serves one answer on a real socket; resolves with the response as soon as its headers are there. */
async function serve(answer: Omit<Answer, 'finish'>): Promise<{
  response: IncomingMessage
  /** Resolves with how the answer was finished. */
  finished: Promise<Finished>
  close(): Promise<void>
}> {
  let finish: Answer['finish'] = () => undefined
  const finished = new Promise<Finished>((resolve) => {
    finish = resolve
  })
  const server = createServer((_, response) => void send({ ...answer, finish }, response, false))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    get({ port, host: '127.0.0.1' }, resolve).on('error', reject)
  })
  return {
    response,
    finished,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections()
        server.close(() => resolve())
      }),
  }
}

const body = Buffer.alloc(300_000, 'picture')

function deferred(): { promise: Promise<void>; resolve: () => void } {
  let resolve: () => void = () => undefined
  const promise = new Promise<void>((done) => {
    resolve = done
  })
  return { promise, resolve }
}

async function* inChunks(error?: Error): AsyncIterable<Buffer> {
  for (let at = 0; at < body.length; at += 50_000) {
    yield body.subarray(at, at + 50_000)
    await new Promise(setImmediate)
  }
  if (error !== undefined) throw error
}

describe.each([
  ['a picture in memory', () => body, { 'Content-Length': String(body.length) }],
  ['a stream', () => inChunks(), {}],
] as const)('%s', (_, make, headers) => {
  it('keeps its last bytes until the put is settled', async () => {
    const put = deferred()
    const { response, finished, close } = await serve({ status: 200, headers, body: make(), settled: put.promise })
    let received = 0
    let ended = false
    response.on('end', () => {
      ended = true
    })
    await new Promise<void>((resolve) => {
      response.on('data', (chunk: Buffer) => {
        received += chunk.length
        // Everything but what is held back has arrived, while the put is still running.
        if (received >= body.length - 50_000) resolve()
      })
    })
    // Nothing tells that nothing more will come; what is not held back would be here well within this pause.
    await new Promise((resolve) => setTimeout(resolve, 100))
    expect([received < body.length, ended]).toEqual([true, false])
    put.resolve()
    expect(await finished).toEqual({ sentBytes: body.length, aborted: false })
    await new Promise((resolve) => response.once('end', resolve))
    expect(received).toBe(body.length)
    await close()
  })
})

it('a stream is read no faster than it goes out', async () => {
  const wanted = 100
  const megabyte = Buffer.alloc(1_000_000, 7)
  let pulled = 0
  async function* chunks() {
    for (; pulled < wanted; pulled++) yield megabyte
  }
  const { response, close } = await serve({ status: 200, headers: {}, body: chunks(), settled: Promise.resolve() })
  // The reader has the headers and takes nothing more: only what sockets hold is on the way.
  for (let turn = 0; turn < 1000; turn++) await new Promise(setImmediate)
  const ahead = pulled
  let received = 0
  for await (const chunk of response as AsyncIterable<Buffer>) received += chunk.length
  await close()
  expect([pulled, received]).toEqual([wanted, wanted * megabyte.length])
  expect(ahead).toBeLessThan(wanted / 2)
})

it('a stream that fails half-way breaks the connection instead of ending', async () => {
  const { response, finished, close } = await serve({
    status: 200,
    headers: {},
    body: inChunks(new Error('bytes were wrong')),
    settled: Promise.resolve(),
  })
  response.resume()
  const error = await new Promise<Error>((resolve) => response.once('error', resolve))
  expect(error).toMatchObject({ code: 'ECONNRESET' })
  expect(await finished).toMatchObject({ aborted: true })
  await close()
})

it('a caller who leaves is noticed, and the log line still written', async () => {
  const put = deferred()
  const { response, finished, close } = await serve({
    status: 200,
    headers: {},
    body: inChunks(),
    settled: put.promise,
  })
  response.destroy()
  put.resolve()
  expect(await finished).toMatchObject({ aborted: true })
  await close()
})

it('a stream is read no further when its reader has left', async () => {
  let stopped: () => void = () => undefined
  const stop = new Promise<void>((resolve) => {
    stopped = resolve
  })
  async function* endless() {
    try {
      for (;;) {
        yield Buffer.alloc(1000)
        await new Promise(setImmediate)
      }
    } finally {
      stopped()
    }
  }
  const { response, finished, close } = await serve({
    status: 200,
    headers: {},
    body: endless(),
    settled: Promise.resolve(),
  })
  response.destroy()
  await stop
  expect(await finished).toMatchObject({ aborted: true })
  await close()
})

it('the log line is written before the last byte: an instance may be frozen right after that', async () => {
  let endedBefore: boolean | undefined
  const server = createServer((_, response) => {
    const finish = () => (endedBefore = response.writableEnded)
    void send({ status: 200, headers: {}, body, settled: Promise.resolve(), finish }, response, false)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const answer = await fetch(`http://127.0.0.1:${port}/`)
  expect((await answer.arrayBuffer()).byteLength).toBe(body.length)
  expect(endedBefore).toBe(false)
  server.closeAllConnections()
  await new Promise((resolve) => server.close(resolve))
})

it('an answer that would never end is broken off', async () => {
  jest.useFakeTimers({ doNotFake: ['setImmediate', 'nextTick', 'queueMicrotask'] })
  try {
    const { response, finished, close } = await serve({
      status: 200,
      headers: {},
      body: inChunks(),
      settled: new Promise(() => undefined),
    })
    const broken = new Promise<Error>((resolve) => response.once('error', resolve))
    response.resume()
    jest.advanceTimersByTime(MOST_ANSWER_MS)
    expect(await broken).toMatchObject({ code: 'ECONNRESET' })
    void finished
    await close()
  } finally {
    jest.useRealTimers()
  }
})

it('every answer ends well before the platform would end the instance (s.yaml)', () => {
  const timeoutSeconds = Number(/^ {6}timeout: (\d+)$/m.exec(readFileSync('s.yaml', 'utf8'))?.[1])
  expect(timeoutSeconds * 1000).toBeGreaterThanOrEqual(MOST_ANSWER_MS + 10_000)
})
