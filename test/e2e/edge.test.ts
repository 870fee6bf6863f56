import sharp from 'sharp'

import { type Edge, startEdge } from '../../scripts/local/edge.ts'
import { ACCEPT } from '../entry/edge-bucket.ts'
import { cameraJpeg } from '../support/pictures.ts'
import { testCloud, type TestCloud } from './support.ts'

const STYLES = { card: 'image/resize,w_120/format,f_auto' }

let cloud: TestCloud
let edge: Edge
beforeAll(async () => {
  cloud = await testCloud({
    environment: {
      STYLES: Object.entries(STYLES)
        .map(([name, text]) => `${name}=${text}`)
        .join(';'),
    },
  })
  const { oss, compressed } = cloud.addresses
  edge = await startEdge({
    port: 0,
    bucketUrl: `${oss}/${compressed}`,
    settings: { dialects: ['suffix', 'style'], styles: STYLES },
  })
  await cloud.upload('trip/图 1.jpg', await cameraJpeg(320, 240))
})
afterAll(async () => {
  await edge.close()
  await cloud.close()
})

async function read(
  path: string,
  headers: Record<string, string> = {},
  method = 'GET',
): Promise<{ status: number; headers: Headers; body: Buffer }> {
  const response = await fetch(`${edge.url}${path}`, { headers, method, redirect: 'manual' })
  return { status: response.status, headers: response.headers, body: Buffer.from(await response.arrayBuffer()) }
}

const PHOTO = `/trip/${encodeURIComponent('图 1.jpg')}`

describe('a plain key', () => {
  it('is made on the first read and comes from the bucket on the second', async () => {
    const { invocations } = cloud.counts()
    const first = await read(PHOTO, { accept: ACCEPT.chrome })
    expect([first.status, first.headers.get('content-type')]).toEqual([200, 'image/jpeg'])
    expect(first.headers.get('vary')).toBeNull()
    const second = await read(PHOTO, { accept: ACCEPT.oldSafari })
    expect(second.body.equals(first.body)).toBe(true)
    expect(cloud.counts().invocations).toBe(invocations + 1)
    expect(cloud.lines().at(-1)).toMatchObject({ requestedKey: 'trip/图 1.jpg' })
  })

  it('has its ranges and conditions answered by the bucket', async () => {
    const whole = await read(PHOTO)
    const part = await read(PHOTO, { range: 'bytes=10-19' })
    expect([part.status, part.headers.get('content-range')]).toEqual([206, `bytes 10-19/${whole.body.length}`])
    expect(part.body.equals(whole.body.subarray(10, 20))).toBe(true)
    const etag = whole.headers.get('etag') ?? ''
    expect((await read(PHOTO, { 'if-none-match': etag })).status).toBe(304)
    expect((await read(PHOTO, { 'if-none-match': '"other"' })).status).toBe(200)
    const head = await read(PHOTO, {}, 'HEAD')
    expect([head.status, head.headers.get('content-length')]).toEqual([200, String(whole.body.length)])
  })

  it('that is missing is the bucket’s 404, not to be cached', async () => {
    const answer = await read('/none.jpg')
    expect([answer.status, answer.headers.get('cache-control')]).toEqual([404, 'no-store'])
  })
})

it('a key that is refused reaches neither bucket nor function', async () => {
  const { invocations } = cloud.counts()
  const before = cloud.oss.requests.entries().length
  expect((await read('/trip/a.jpg__op__resize,w_0')).status).toBe(400)
  expect((await read('/..%2foriginals%2fa.jpg')).status).toBe(400)
  expect(cloud.counts().invocations).toBe(invocations)
  expect(cloud.oss.requests.entries()).toHaveLength(before)
})

describe('a key with f_auto', () => {
  const READERS = [
    ['Chrome', ACCEPT.chrome, 'avif'],
    ['Firefox', ACCEPT.firefox, 'avif'],
    ['Safari', ACCEPT.safari, 'avif'],
    ['Chrome before AVIF', ACCEPT.oldChrome, 'webp'],
    ['Safari before WebP', ACCEPT.oldSafari, 'jpeg'],
  ] as const

  it('is read by five browsers in their own formats, each stored once under its own key', async () => {
    const path = `${PHOTO}__op__resize,w_120__op__format,f_auto`
    const { invocations } = cloud.counts()
    for (const [, accept, format] of READERS) {
      const answer = await read(path, { accept })
      expect([answer.status, answer.headers.get('content-type')]).toEqual([200, `image/${format}`])
      expect(answer.headers.get('vary')).toMatch(/(?:^|, )Accept$/)
      expect(await sharp(answer.body).metadata()).toMatchObject({
        format: format === 'avif' ? 'heif' : format,
        width: 120,
        height: 90,
      })
    }
    expect(cloud.counts().invocations).toBe(invocations + 3)
    for (const suffix of ['__op__format,f_avif', '__op__format,f_webp', '']) {
      expect((await cloud.head(`trip/图 1.jpg__op__resize,w_120${suffix}`)).status).toBe(200)
    }
    expect((await cloud.head('trip/图 1.jpg__op__resize,w_120__op__format,f_auto')).status).toBe(404)
  })

  it('means the same as a style and as a query: nothing is made twice', async () => {
    const headers = { accept: ACCEPT.chrome }
    const first = await read(`${PHOTO}__op__resize,w_120__op__format,f_auto`, headers)
    const { invocations } = cloud.counts()
    for (const path of [`${PHOTO}!card`, `${PHOTO}?x-oss-process=image/resize,w_120/format,f_auto`]) {
      const answer = await read(path, headers)
      expect([answer.status, answer.headers.get('vary')]).toEqual([200, expect.stringContaining('Accept')])
      expect(answer.body.equals(first.body)).toBe(true)
    }
    expect(cloud.counts().invocations).toBe(invocations)
  })

  it('keeps readers apart whose caches ask again with what they have', async () => {
    const path = `${PHOTO}__op__resize,w_120__op__format,f_auto`
    const avif = await read(path, { accept: ACCEPT.chrome })
    const again = { 'if-none-match': avif.headers.get('etag') ?? '' }
    expect((await read(path, { accept: ACCEPT.chrome, ...again })).status).toBe(304)
    const other = await read(path, { accept: ACCEPT.oldChrome, ...again })
    expect([other.status, other.headers.get('content-type')]).toEqual([200, 'image/webp'])
  })
})
