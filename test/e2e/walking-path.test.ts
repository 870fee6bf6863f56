import sharp from 'sharp'

import { cameraJpeg } from '../support/pictures.ts'
import { testCloud, type TestCloud } from './support.ts'

let cloud: TestCloud
beforeAll(async () => {
  cloud = await testCloud()
})
afterAll(() => cloud.close())

it('an original is read through the mirror, compressed, stored and streamed back; the second read stays in the bucket', async () => {
  const original = await cameraJpeg(640, 480, 1, 6)
  await cloud.upload('trip/photo.jpg', original)

  const first = await cloud.read('trip/photo.jpg')
  expect(first.status).toBe(200)
  expect(first.headers.get('content-type')).toBe('image/jpeg')
  expect(first.body.length).toBeLessThan(original.length)
  expect(await sharp(first.body).metadata()).toMatchObject({ format: 'jpeg', width: 480, height: 640 })

  const stored = await cloud.head('trip/photo.jpg')
  expect(stored.headers.get('content-length')).toBe(String(first.body.length))
  expect(stored.headers.get('x-oss-meta-outcome')).toBe('compressed')
  expect(cloud.counts()).toEqual({ invocations: 1, reads: 1, puts: 1, copies: 0 })

  const second = await cloud.read('trip/photo.jpg')
  expect(second.body.equals(first.body)).toBe(true)
  expect(cloud.counts()).toEqual({ invocations: 1, reads: 1, puts: 1, copies: 0 })
})
