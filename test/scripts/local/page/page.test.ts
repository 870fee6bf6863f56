import { once } from 'node:events'
import { Agent, request, type IncomingMessage } from 'node:http'
import { gzipSync } from 'node:zlib'

import { bundlePage } from '../../../../scripts/local/page/bundle.ts'
import type { Listing, PageFacts, Trace } from '../../../../scripts/local/page/told.ts'
import { type Playground, playground } from '../../../page/support.ts'
import { cameraJpeg } from '../../../support/pictures.ts'

let ground: Playground
let facts: PageFacts
beforeAll(async () => {
  ground = await playground()
  facts = factsIn((await ask('')).text)
}, 60_000)
afterAll(() => ground.close())

interface Asked {
  method?: string
  headers?: Record<string, string>
  body?: Buffer
}

function ask(path: string, { body, ...options }: Asked = {}) {
  return new Promise<{ answer: IncomingMessage; text: string; bytes: Buffer }>((resolve, reject) => {
    const sent = request(`${ground.url}${path}`, { agent: false, ...options }, (answer) => {
      const chunks: Buffer[] = []
      answer.on('data', (chunk: Buffer) => chunks.push(chunk))
      answer.on('end', () => resolve({ answer, text: Buffer.concat(chunks).toString(), bytes: Buffer.concat(chunks) }))
    })
    sent.on('error', reject)
    sent.end(body)
  })
}

/** As the page's own script asks. */
function call(path: string, { headers = {}, ...rest }: Asked = {}) {
  return ask(`api/${path}`, { ...rest, headers: { 'x-page-token': facts.token, ...headers } })
}

function factsIn(html: string): PageFacts {
  const content = /<meta name="facts" content="([^"]*)">/.exec(html)?.[1] ?? ''
  const plain = content
    .replace(/&quot;/g, '"')
    .replace(/&#39;/g, "'")
    .replace(/&lt;/g, '<')
    .replace(/&gt;/g, '>')
  return JSON.parse(plain.replace(/&amp;/g, '&')) as PageFacts
}

async function keysOf(bucket: string): Promise<string[]> {
  return (JSON.parse((await call(`list?bucket=${bucket}`)).text) as Listing).objects.map(({ key }) => key)
}

it('is one document without scripts in it, that may load nothing but its own files', async () => {
  const { answer, text } = await ask('')
  const policy = String(answer.headers['content-security-policy'])
  expect(policy).toMatch(/^default-src 'none'; script-src 'self'; style-src 'self';/)
  expect(policy).not.toMatch(/unsafe|https?:|\*/)
  expect(policy).toContain("frame-ancestors 'none'")
  expect(text.match(/<script[^>]*>[^<]/g)).toBeNull()
  for (const [, path] of text.matchAll(/(?:src|href)="(\/[^"]+)"/g)) {
    expect([path, (await ask(String(path).slice(1))).answer.statusCode]).toEqual([path, 200])
  }
  expect(answer.headers).toMatchObject({ 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' })
  for (const secret of [ground.cloud.addresses.accessKeySecret, ground.cloud.addresses.mirrorSecret]) {
    expect(text).not.toContain(secret)
  }
})

it('is under 150 KB, packed, with all that is loaded later', async () => {
  const { assets } = await bundlePage()
  const packed = [...assets.values()].reduce((sum, { bytes }) => sum + gzipSync(bytes).length, 0)
  expect(packed).toBeLessThan(150_000)
  expect(assets.size).toBeGreaterThan(1)
})

describe('nobody else gets through', () => {
  const write = { method: 'PUT', body: Buffer.from('x') }
  const path = 'api/object?bucket=originals&key=forged.jpg'
  it.each<[string, number, Asked, string?]>([
    ['a request without the token', 401, write],
    ['a request with a wrong token', 401, { ...write, headers: { 'x-page-token': 'a'.repeat(32) } }],
    ['a name that is pointed at this machine', 421, { headers: { Host: 'rebound.example' } }, ''],
    ['the same for a call', 421, { headers: { Host: 'rebound.example:80' } }, 'api/list?bucket=originals'],
    ['a picture on another site', 403, { headers: { 'Sec-Fetch-Site': 'cross-site', 'Sec-Fetch-Mode': 'no-cors' } }],
    ['a script of another port here', 403, { headers: { 'Sec-Fetch-Site': 'same-site' } }, 'api/list?bucket=originals'],
    ['a form on another site', 403, { method: 'POST', headers: { Origin: 'https://evil.example' } }, ''],
    ['a frame on another site', 403, { headers: { 'Sec-Fetch-Site': 'cross-site', 'Sec-Fetch-Dest': 'iframe' } }, ''],
    [
      'a frame that says it is a visit',
      403,
      { headers: { 'Sec-Fetch-Site': 'cross-site', 'Sec-Fetch-Mode': 'navigate', 'Sec-Fetch-Dest': 'iframe' } },
      '',
    ],
    [
      'a script that asks for a document',
      403,
      { headers: { 'Sec-Fetch-Site': 'cross-site', 'Sec-Fetch-Mode': 'cors', 'Sec-Fetch-Dest': 'document' } },
      '',
    ],
    [
      'a visit to anything but the page',
      403,
      { headers: { 'Sec-Fetch-Site': 'cross-site', 'Sec-Fetch-Mode': 'navigate', 'Sec-Fetch-Dest': 'document' } },
      'api/list?bucket=originals',
    ],
    ['what is no reading of the page', 405, { method: 'POST' }, ''],
    ['a sandboxed document', 403, { headers: { Origin: 'null' } }, ''],
  ])('%s', async (_, status, asked, at = path) => {
    const { answer } = await ask(at, asked)
    expect(answer.statusCode).toBe(status)
    expect(await keysOf('originals')).not.toContain('forged.jpg')
  })

  it('another machine: only this one is listened to', async () => {
    const { port } = new URL(ground.url)
    // An address of this machine that is not the one of loopback servers.
    await expect(fetch(`http://127.0.0.2:${port}/`)).rejects.toThrow('fetch failed')
  })

  it('a request behind a body that was refused unread', async () => {
    const agent = new Agent({ keepAlive: true })
    const sent = request(`${ground.url}${path}`, { agent, method: 'PUT', headers: { 'Content-Length': 1000 } })
    sent.on('error', () => undefined).flushHeaders()
    const [answer] = (await once(sent, 'response')) as [IncomingMessage]
    expect([answer.statusCode, answer.headers.connection]).toEqual([401, 'close'])
    sent.destroy()
    agent.destroy()
  })

  it('with the token, but from another site', async () => {
    const headers = { 'x-page-token': facts.token, Origin: 'https://evil.example' }
    expect((await ask(path, { ...write, headers })).answer.statusCode).toBe(403)
    expect((await ask(`${path}&t=${facts.token}`, { ...write, headers: { Origin: 'null' } })).answer.statusCode).toBe(
      403,
    )
    expect(await keysOf('originals')).not.toContain('forged.jpg')
  })

  it('a link from elsewhere leads to the page all the same', async () => {
    const headers = { 'Sec-Fetch-Site': 'cross-site', 'Sec-Fetch-Mode': 'navigate', 'Sec-Fetch-Dest': 'document' }
    expect((await ask('', { headers })).answer.statusCode).toBe(200)
  })

  it('other buckets than the two', async () => {
    expect((await call('list?bucket=somebody-elses')).answer.statusCode).toBe(400)
    expect((await call('object?bucket=..%2Foriginals&key=a')).answer.statusCode).toBe(400)
  })

  it('keys that would lead out of the bucket', async () => {
    for (const key of ['..%2F-%2Frequests', '.', 'a%2F..%2F..%2Foriginals%2Fa', 'a%5C..%5Cb', '']) {
      expect([key, (await call(`read?id=out&key=${key}`)).answer.statusCode]).toEqual([key, 400])
    }
  })
})

it('uploads, reads, tells the way of the read, and deletes', async () => {
  const original = await cameraJpeg(600, 400)
  const key = encodeURIComponent('trip/a b+c ü.jpg')
  const put = await call(`object?bucket=originals&key=${key}`, {
    method: 'PUT',
    body: original,
    headers: { 'Content-Type': 'image/jpeg' },
  })
  expect(put.answer.statusCode).toBe(200)
  expect(await keysOf('originals')).toContain('trip/a b+c ü.jpg')
  expect((await call(`object?bucket=originals&key=${key}`)).bytes.equals(original)).toBe(true)

  const first = await call(`read?id=one&key=${key}`)
  expect(first.bytes.length).toBeLessThan(original.length)
  const made = JSON.parse((await call('trace?id=one')).text) as Trace
  expect(made).toMatchObject({
    read: { status: 200, bytes: first.bytes.length },
    bucket: { mirrored: true },
    mirror: { originStatus: 200 },
    line: { outcome: 'compressed', put: 'stored', bytesIn: original.length, width: 600 },
    stored: { by: 'function', bytes: first.bytes.length },
  })
  expect(made.calls.map(({ operation, bucket }) => `${operation} ${bucket}`)).toEqual(
    expect.arrayContaining(['GetObject originals', 'PutObject compressed']),
  )
  expect(JSON.parse(made.lineText ?? '')).toMatchObject({ requestedKey: 'trip/a b+c ü.jpg' })

  const second = await call(`read?id=two&key=${key}`)
  expect(second.bytes.equals(first.bytes)).toBe(true)
  const kept = JSON.parse((await call('trace?id=two')).text) as Trace
  expect(kept.bucket?.mirrored).toBe(false)
  expect(kept.line).toBeUndefined()

  await call(`object?bucket=originals&key=${key}`, { method: 'DELETE' })
  expect(await keysOf('originals')).not.toContain('trip/a b+c ü.jpg')
})

it('gives what is stored to nobody as a document', async () => {
  const script = Buffer.from('<html><script>alert(1)</script></html>')
  for (const [key, type] of [
    ['a.html', 'text/html'],
    ['a.svg', 'image/svg+xml'],
    ['a.xhtml', 'application/xhtml+xml'],
  ] as const) {
    await call(`object?bucket=originals&key=${key}`, { method: 'PUT', body: script, headers: { 'Content-Type': type } })
    const { answer } = await call(`object?bucket=originals&key=${key}`)
    expect(answer.headers['content-security-policy']).toMatch(/default-src 'none';.* sandbox/)
    expect(answer.headers['content-disposition']).toBe('attachment')
    expect(answer.headers['content-type']).toMatch(key === 'a.svg' ? 'image/svg+xml' : 'application/octet-stream')
  }
})

it('turns faults on and off, the wrong secret in the rule among them, and leaves others alone', async () => {
  const set = async (name: string, on: 0 | 1) =>
    JSON.parse((await call(`faults?name=${name}&on=${on}`, { method: 'PUT' })).text) as string[]
  ground.cloud.oss.faults.add({ match: { keyPrefix: 'elsewhere/' }, kind: 'denied' })
  expect(await set('function-down', 1)).toEqual(['function-down'])
  expect(await set('wrong-secret', 1)).toEqual(['function-down', 'wrong-secret'])
  expect(await set('function-down', 0)).toEqual(['wrong-secret'])
  await ground.cloud.upload('for-faults.jpg', await cameraJpeg(60, 40))
  await call('read?id=wrong&key=for-faults.jpg')
  const trace = JSON.parse((await call('trace?id=wrong')).text) as Trace
  expect(trace).toMatchObject({ read: { status: 424 }, line: { status: 403, outcome: 'wrong_secret' } })
  expect(trace.stored).toBeUndefined()
  expect(await set('wrong-secret', 0)).toEqual([])
  expect((await ground.cloud.read('for-faults.jpg')).status).toBe(200)
  expect(ground.cloud.oss.faults.list().map(({ match }) => match.keyPrefix)).toEqual(['elsewhere/'])
  expect((await call('faults?name=nonsense&on=1', { method: 'PUT' })).answer.statusCode).toBe(400)
})
