// Requests as no client would send them, byte for byte on a socket, straight to the built function.
import { readFileSync } from 'node:fs'
import { Agent, type IncomingHttpHeaders, request } from 'node:http'
import { connect } from 'node:net'

import { testCloud, type TestCloud } from '../e2e/support.ts'
import { cameraJpeg } from '../support/pictures.ts'

let cloud: TestCloud
const printed: string[] = []
beforeAll(async () => {
  cloud = await testCloud({ gatewaySwitches: { freeze: false }, onLog: ({ text }) => printed.push(text) })
  for (const key of ['a.jpg', 'dir/a.jpg']) await cloud.upload(key, await cameraJpeg(120, 80))
  await cloud.ask('/a.jpg')
})
afterAll(() => cloud.close())

/** Everything that comes back until the function closes the connection, or its first answer is whole. */
function send(bytes: string): Promise<string> {
  const port = cloud.gateway.instances()[0]?.port ?? 0
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => socket.write(Buffer.from(bytes, 'latin1')))
    let received = ''
    socket.on('data', (chunk) => (received += chunk.toString('latin1')))
    // Who closes with something unread resets the connection, and the reset may overtake the answer.
    socket.on('error', (error: NodeJS.ErrnoException) => (error.code === 'ECONNRESET' ? undefined : reject(error)))
    socket.on('close', () => resolve(received))
  })
}

const secret = () => cloud.addresses.mirrorSecret
const get = (target: string, headers: string[] = [`x-mirror-secret: ${secret()}`]) =>
  send([`GET ${target} HTTP/1.1`, 'Host: function', 'Connection: close', ...headers, '', ''].join('\r\n'))
const statuses = (text: string) => [...text.matchAll(/HTTP\/1\.1 (\d{3})/g)].map(([, status]) => Number(status))

it('a request as it should be is answered', async () => expect(statuses(await get('/a.jpg'))).toEqual([200]))

describe('the secret', () => {
  it.each([
    ['twice, wrong and right', () => ['x-mirror-secret: wrong', `x-mirror-secret: ${secret()}`]],
    ['twice, right and wrong', () => [`x-mirror-secret: ${secret()}`, 'x-mirror-secret: wrong']],
    ['twice, both right', () => [`x-mirror-secret: ${secret()}`, `X-Mirror-Secret: ${secret()}`]],
    ['under another name', () => [`x-mirror-secret2: ${secret()}`, `x_mirror_secret: ${secret()}`]],
    ['cut short', () => [`x-mirror-secret: ${secret().slice(0, -1)}`]],
    ['with something behind it', () => [`x-mirror-secret: ${secret()}x`]],
    ['empty', () => ['x-mirror-secret:']],
    [
      'as a trailer',
      () => ['Transfer-Encoding: chunked', 'Trailer: x-mirror-secret', '', '0', `x-mirror-secret: ${secret()}`],
    ],
    [
      'behind more headers than are read',
      () => [...Array.from({ length: 250 }, (_, i) => `x-${i}: y`), `x-mirror-secret: ${secret()}`],
    ],
    ['in a cookie', () => [`Cookie: x-mirror-secret=${secret()}`, `Authorization: Bearer ${secret()}`]],
  ])('%s is none', async (_, headers) => {
    const before = cloud.counts().reads
    expect(statuses(await get('/a.jpg', headers()))).toEqual([403])
    expect(statuses(await get(`/a.jpg?x-mirror-secret=${secret()}`, headers()))).toEqual([403])
    expect(cloud.counts().reads).toBe(before)
  })
})

it.each([
  ['http://other-bucket.oss.example/a.jpg', [200]],
  ['//other-bucket/a.jpg', [400, 404]],
  ['/originals/a.jpg', [404]],
  ['/dir%2Fa.jpg', [200]],
  ['/dir%5Ca.jpg', [404]],
  ['/%2e%2e/compressed/a.jpg', [400]],
  ['/dir/%2e%2e%2fa.jpg', [400]],
  ['/%c0%ae%c0%ae/a.jpg', [400]],
  ['/%e0%80%af/a.jpg', [400]],
  ['/a.jpg%00.png', [400]],
  ['/a.jpg\x00', [400]],
  ['/a.jpg HTTP/1.1\r\nHost: x', [400, 200]],
  ['*', [400, 404]],
  ['', [400]],
  [`/${'a'.repeat(20_000)}`, [400, 431]],
])('the target %j names no other bucket and no other key', async (target, expected) => {
  const [status] = statuses(await get(target))
  expect(expected).toContain(status)
})

it.each([
  ['Host', 'compressed.oss-cn-hangzhou.aliyuncs.com'],
  ['X-Forwarded-Host', 'elsewhere'],
  ['X-Oss-Process', 'image/resize,w_1'],
  ['X-Oss-Copy-Source', '/originals/dir/a.jpg'],
  ['X-Original-Url', '/dir/a.jpg'],
  ['X-Http-Method-Override', 'DELETE'],
  ['Range', 'bytes=0-3'],
  ['If-None-Match', '*'],
  ['X-Filler', 'f'.repeat(8_000)],
])('%s changes nothing', async (name, value) => {
  const plain = await get('/a.jpg')
  const body = (text: string) => text.slice(text.indexOf('\r\n\r\n'))
  const answer = await get('/a.jpg', [`x-mirror-secret: ${secret()}`, `${name}: ${value}`])
  expect([statuses(answer), body(answer) === body(plain)]).toEqual([[200], true])
})

it.each([
  [
    'length and chunks at once',
    'Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /dir/a.jpg HTTP/1.1\r\nHost: x\r\n\r\n',
  ],
  ['two lengths', 'Content-Length: 0\r\nContent-Length: 44\r\n\r\nGET /dir/a.jpg HTTP/1.1\r\nHost: x\r\n\r\n'],
  ['a line folded', `x-mirror-\r\n secret: x\r\n\r\n`],
  ['a space before the colon', `x-mirror-secret : x\r\n\r\n`],
  ['headers of 100 KB', `X-Filler: ${'f'.repeat(100_000)}\r\n\r\n`],
  ['a line end in the wrong place', `X-A: b\rx-mirror-secret: x\r\n\r\n`],
])('%s: refused, and nothing behind it is taken for a request', async (_, rest) => {
  const before = cloud.counts().reads
  const answer = await send(
    `POST /a.jpg HTTP/1.1\r\nHost: function\r\nConnection: close\r\nx-mirror-secret: ${secret()}\r\n${rest}`,
  )
  const seen = statuses(answer)
  expect(seen.length).toBeLessThanOrEqual(1)
  const overtaken = rest.length > 50_000 && seen.length === 0
  if (!overtaken) expect([400, 405, 431]).toContain(seen[0])
  expect(cloud.counts().reads).toBe(before)
})

it('an event that a caller posts, right in all it says, is a POST like any other', async () => {
  const http = { method: 'GET', path: '/a.jpg' }
  const event = JSON.stringify({
    version: 'v1',
    rawPath: '/a.jpg',
    headers: { 'x-mirror-secret': secret() },
    requestContext: { http },
  })
  for (const path of ['/invoke', '/a.jpg']) {
    const answer = await send(
      `POST ${path} HTTP/1.1\r\nHost: function\r\nConnection: close\r\nx-mirror-secret: ${secret()}\r\nContent-Length: ${event.length}\r\n\r\n${event}`,
    )
    expect([path, statuses(answer)]).toEqual([path, [405]])
  }
})

it('what the platform says is believed as far as it makes sense', async () => {
  const asked = (...headers: string[]) => get('/a.jpg', [`x-mirror-secret: ${secret()}`, ...headers])
  // Its keys are those of the request.
  const keys = ['x-fc-access-key-id: STS.unknown', 'x-fc-access-key-secret: x', 'x-fc-security-token: x']
  const refused = await get('/dir/a.jpg', [`x-mirror-secret: ${secret()}`, ...keys])
  expect([statuses(refused), refused.includes('bucket_denied')]).toEqual([[502], true])
  expect(statuses(await asked())).toEqual([200])
  // Its name for the request goes into logs and errors.
  for (const [id, kept] of [
    ['1-abc_DEF', true],
    ['a"b', false],
    ['x'.repeat(200), false],
  ] as const) {
    const answer = await get('/none', [`x-fc-request-id: ${id}`, 'x-mirror-secret: wrong'])
    expect([id, answer.includes(`"requestId":"${id}"`)]).toEqual([id, kept])
    expect(answer).toMatch(/"requestId":"[\w-]{1,100}"/)
  }
})

it('closes no connection that is kept: the platform asks again on it, and would find it gone', async () => {
  const port = cloud.gateway.instances()[0]?.port ?? 0
  const agent = new Agent({ keepAlive: true })
  const { headers, reused } = await new Promise<{ headers: IncomingHttpHeaders; reused: boolean }>(
    (resolve, reject) => {
      const ask = (again: boolean) => {
        const sent = request({ port, host: '127.0.0.1', agent, path: '/none' }, (answer) => {
          answer
            .resume()
            .on('end', () =>
              setImmediate(() =>
                again ? ask(false) : resolve({ headers: answer.headers, reused: sent.reusedSocket }),
              ),
            )
        })
        sent.on('error', reject).end()
      }
      ask(true)
    },
  )
  agent.destroy()
  // Whoever means to close it after a while announces that.
  expect([reused, headers['keep-alive']]).toEqual([true, undefined])
})

it('lived through all of it, in one process, and printed no secret', async () => {
  expect(statuses(await get('/dir/a.jpg'))).toEqual([200])
  expect(cloud.gateway.counters.started ?? cloud.gateway.instances().length).toBe(1)
  const environment = readFileSync(`/proc/${cloud.gateway.instances()[0]?.pid}/environ`, 'utf8').split('\0')
  const secrets = environment
    .filter((entry) => /^(MIRROR_SECRET|ALIBABA_CLOUD_\w*(SECRET|TOKEN))=/.test(entry))
    .map((entry) => entry.slice(entry.indexOf('=') + 1))
  expect(secrets).toContain(secret())
  const everything = printed.join('\n')
  expect(everything).toContain('wrong_secret')
  for (const one of secrets) expect(everything.includes(one)).toBe(false)
})
