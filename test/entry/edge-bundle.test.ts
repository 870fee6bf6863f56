import { bundleEdge } from '../../scripts/local/edge/bundle.ts'
import { edgeFetch } from '../../scripts/local/edge/fetch.ts'
import { runRoutine } from '../../scripts/local/edge.ts'
import { ACCEPT, type Bucket, startBucket, STYLES } from './edge-bucket.ts'

/** What an edge routine may weigh; the settings of a deployment come on top. */
const MAX_BYTES = 20_000

const settings = { bucketUrl: 'https://img.example.com', dialects: ['suffix', 'style'], styles: {} }

it('what is deployed is under 20 KB, one module that imports nothing and exports the platform’s contract', async () => {
  const code = await bundleEdge(settings, 'esm')
  expect(Buffer.byteLength(code)).toBeLessThan(MAX_BYTES)
  expect(code).not.toMatch(/\bimport\b|\brequire\(/)
  expect(code).toMatch(/export\s*\{\s*\w+ as default\s*\};?\s*$/)
})

it('the settings are inside', async () => {
  const code = await bundleEdge({ ...settings, styles: { thumb: 'image/resize,w_7' } }, 'esm')
  expect(code).toContain('"https://img.example.com"')
  expect(code).toContain('"image/resize,w_7"')
})

it.each([
  '',
  'img.example.com',
  'ftp://img.example.com',
  'https://',
  'https://a b',
  'https://user@host',
  'https://a/?b',
])('the address %j is refused', async (bucketUrl) => {
  await expect(bundleEdge({ ...settings, bucketUrl }, 'esm')).rejects.toThrow(/^Expected the bucket's address/)
})

describe('in a world of standard fetch objects', () => {
  let bucket: Bucket
  let routine: ReturnType<typeof runRoutine>
  beforeAll(async () => {
    bucket = await startBucket()
    routine = runRoutine(await bundleEdge({ ...settings, bucketUrl: `${bucket.url}/`, styles: STYLES }, 'iife'))
  })
  afterAll(() => bucket.close())

  const ask = (path: string, init?: RequestInit): Promise<Response> =>
    routine.fetch(new Request(`https://img.example.com${path}`, init))

  it('there is nothing of Node', () => {
    expect(() => runRoutine('process.exit()')).toThrow('process is not defined')
    expect(() => runRoutine('require("node:fs")')).toThrow('require is not defined')
    expect(() => runRoutine('Buffer.alloc(1)')).toThrow('Buffer is not defined')
  })

  it.each([
    ['/a.jpg__op__resize,w_9__op__format,f_auto', '/a.jpg__op__resize,w_9__op__format,f_avif', 'Accept'],
    ['/a.jpg!hero', '/a.jpg__op__resize,h_400,m_fill,w_1200__op__format,f_avif', 'Accept'],
    ['/a.jpg?x-oss-process=image/resize,w_9', '/a.jpg__op__resize,w_9', null],
    // Base64 both ways.
    ['/a.jpg__op__watermark,text_5rC05Y2w', '/a.jpg__op__watermark,text_5rC05Y2w', null],
    ['/图.jpg', '/图.jpg', null],
  ])('%s is read, asked for as %s and streamed back', async (path, url, vary) => {
    const answer = await ask(path, { headers: { accept: ACCEPT.chrome } })
    expect([answer.status, await answer.text(), answer.headers.get('vary')]).toEqual([200, 'picture', vary])
    expect(bucket.lastUrl()).toBe(url)
  })

  it('a refusal and a failure are answered', async () => {
    expect((await ask('/a.jpg__op__resize')).status).toBe(400)
    expect((await ask('/a.jpg', { method: 'POST' })).status).toBe(405)
    bucket.respond((request) => request.socket.destroy())
    expect((await ask('/a.jpg')).status).toBe(502)
  })
})

it('the imitated fetch refuses to be called in ways it does not imitate', async () => {
  const init = { method: 'GET', headers: {}, signal: new AbortController().signal, redirect: 'manual' } as const
  await expect(edgeFetch('http://127.0.0.1:1/', init as never)).rejects.toThrow(/^Expected redirect and decompress/)
})
