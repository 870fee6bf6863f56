import sharp from 'sharp'

import { ownerClient } from '../../scripts/owner.ts'
import { cameraJpeg, meanDifference } from '../support/pictures.ts'
import { testCloud, type TestCloud } from './support.ts'

let cloud: TestCloud
let day: Buffer
let night: Buffer
beforeAll(async () => {
  cloud = await testCloud({
    environment: { STYLES: 'thumb=image/resize,w_120;card=image/resize,w_300', PREGENERATE: 'thumb' },
    events: { instances: 4, parallel: 4, backoffMs: 20, environment: { OSS_IMAGE_ORIGIN_SETTLE_MS: '1000' } },
  })
  ;[day, night] = await Promise.all([cameraJpeg(640, 480, 1), cameraJpeg(640, 480, 9)])
})
afterAll(() => cloud.close())

const originals = () => ownerClient({ ...cloud.addresses, endpoint: cloud.addresses.oss }, cloud.addresses.originals)
const rested = async () => {
  await cloud.events?.trigger.idle()
}
/** Whether a stored version shows this original. */
async function shows(key: string, original: Buffer): Promise<boolean> {
  const { status, body } = await cloud.read(key)
  expect([key, status]).toEqual([key, 200])
  const { width, height } = await sharp(body).metadata()
  const expected = await sharp(original).resize(width, height, { fit: 'fill' }).png().toBuffer()
  return (await meanDifference(body, expected)) < 8
}

const SPELLINGS = ['photo.jpg', 'photo.jpg!thumb', 'photo.jpg!card', 'photo.jpg@!card', 'photo.jpg__op__resize,w_200']

it('replaced: every version shows the new picture from the next read on; the plain one is there before anybody asks', async () => {
  await cloud.upload('photo.jpg', day)
  await rested()
  expect((await cloud.head('photo.jpg')).status).toBe(200)
  for (const key of SPELLINGS) expect([key, await shows(key, day)]).toEqual([key, true])
  await cloud.upload('photo.jpg2', day)
  await cloud.read('photo.jpg2')

  await cloud.upload('photo.jpg', night)
  await rested()
  expect((await cloud.head('photo.jpg')).status).toBe(200)
  expect((await cloud.head('photo.jpg!thumb')).status).toBe(200)
  expect((await cloud.head('photo.jpg!card')).status).toBe(404)
  expect(await shows('photo.jpg2', day)).toBe(true)
  for (const key of SPELLINGS) expect([key, await shows(key, night)]).toEqual([key, true])
}, 60_000)

it('deleted: 404 everywhere', async () => {
  await originals().delete('photo.jpg')
  await rested()
  for (const key of SPELLINGS) expect([key, (await cloud.read(key)).status]).toEqual([key, 404])
}, 60_000)
