import { request } from 'node:http'

import { cameraJpeg } from '../support/pictures.ts'
import { testCloud, type TestCloud } from './support.ts'

let cloud: TestCloud
let photo: Buffer
beforeAll(async () => {
  cloud = await testCloud()
  photo = await cameraJpeg(200, 100)
})
afterAll(() => cloud.close())

it.each([
  '图片/山 水.jpg',
  'a+b.jpg',
  'a%20b.jpg',
  'per%cent.jpg',
  'hash#mark.jpg',
  "it's (1) [2] {3} !~*&=$,;@.jpg",
  'a//b.jpg',
  'ends-with-slash.jpg/',
  '.hidden.jpg',
  'a...b/..c.jpg',
  'no-extension',
  'Ünïcödé ☃ 👩‍🚀.jpg',
  'K'.repeat(1023),
  '中'.repeat(341),
])('the key %s is read, stored and read again', async (key) => {
  await cloud.upload(key, photo)
  const first = await cloud.read(key)
  expect([first.status, first.headers.get('content-type')]).toEqual([200, 'image/jpeg'])
  const { invocations } = cloud.counts()
  const second = await cloud.read(key)
  expect([second.status, second.body.equals(first.body)]).toEqual([200, true])
  expect(cloud.counts().invocations).toBe(invocations)
  expect(cloud.lines().at(-1)).toMatchObject({ requestedKey: key, sourceKey: key, put: 'stored' })
})

/** A path exactly as written: fetch would tidy it up. */
function askRaw(path: string, headers: Record<string, string> = {}): Promise<number> {
  const { hostname, port } = new URL(cloud.addresses.function)
  return new Promise((resolve, reject) => {
    const asked = request(
      { hostname, port, path, headers: { 'x-mirror-secret': cloud.addresses.mirrorSecret, ...headers } },
      (response) => {
        response.resume()
        resolve(response.statusCode ?? 0)
      },
    )
    asked.on('error', reject)
    asked.end()
  })
}

it.each([
  '/../a.jpg',
  '/a/../../b.jpg',
  '/%2e%2e/a.jpg',
  '/a/%2E%2E%2Fb.jpg',
  '/./a.jpg',
  '/a%00.jpg',
  '/%c0%ae%c0%ae/a.jpg',
  '/%ff.jpg',
  '/%.jpg',
  '/%4.jpg',
  '/',
])('the path %s is refused before anything is read', async (path) => {
  const { reads } = cloud.counts()
  expect(await askRaw(path)).toBe(400)
  expect(cloud.counts().reads).toBe(reads)
})

it('query, Range, If-* and Accept change nothing', async () => {
  await cloud.upload('plain.jpg', photo)
  const plain = await cloud.ask('/plain.jpg')
  const headers = {
    'x-mirror-secret': cloud.addresses.mirrorSecret,
    range: 'bytes=0-9',
    'if-none-match': plain.headers.get('etag') ?? '',
    'if-modified-since': new Date().toUTCString(),
    accept: 'image/avif,image/webp',
  }
  const loaded = await cloud.ask('/plain.jpg?x-oss-process=image/resize,w_10&a=b', { headers })
  expect([loaded.status, loaded.body.equals(plain.body)]).toEqual([200, true])
})

it('HEAD asks whether there is an original; other methods are not let in', async () => {
  await cloud.upload('head.jpg', photo)
  const { reads, puts } = cloud.counts()
  const headers = { 'x-mirror-secret': cloud.addresses.mirrorSecret }
  expect((await cloud.ask('/head.jpg', { method: 'HEAD', headers })).status).toBe(200)
  expect((await cloud.ask('/none.jpg', { method: 'HEAD', headers })).status).toBe(404)
  expect(cloud.counts()).toMatchObject({ reads, puts })
  expect((await cloud.ask('/head.jpg', { method: 'DELETE', headers })).status).toBe(403)
})

it('a missing original is 404, through the mirror too, and not stored', async () => {
  expect((await cloud.ask('/none.jpg')).status).toBe(404)
  expect((await cloud.read('none.jpg')).status).toBe(404)
})

it('many names for a header are one wrong secret', async () => {
  const secret = cloud.addresses.mirrorSecret
  expect(await askRaw('/plain.jpg', { 'x-mirror-secret': `${secret}, ${secret}` })).toBe(403)
})
