import sharp from 'sharp'

import { cameraJpeg, photograph } from '../support/pictures.ts'
import { testCloud, type TestCloud } from './support.ts'

let cloud: TestCloud
beforeAll(async () => {
  cloud = await testCloud({
    environment: {
      DIALECTS: 'suffix,style,size-prefix',
      STYLES: 'small=image/resize,w_100;card=image/resize,m_fill,w_120,h_80/format,webp',
      ALLOW: 'sizes=100,200,150x80,100x100,300x200;formats=auto,webp,png;qualities=60',
    },
  })
  await cloud.upload('trip/a.jpg', await cameraJpeg(600, 400, 1, 6))
  await cloud.upload('a__op__b!.jpg', await cameraJpeg(300, 200))
  await cloud.upload('logo.png', await photograph(300, 200))
})
afterAll(() => cloud.close())

// trip/a.jpg is shown 400 × 600.
it.each([
  ['suffix', 'trip/a.jpg__op__resize,w_200__op__format,f_webp', 'webp', 200, 300],
  ['suffix, OSS spelling', 'trip/a.jpg__op__resize,w_200__op__format,webp', 'webp', 200, 300],
  ['suffix, left to right', 'trip/a.jpg__op__resize,w_100__op__quality,q_60', 'jpeg', 100, 150],
  ['suffix on a name that looks like one', 'a__op__b!.jpg__op__resize,w_100', 'jpeg', 100, 67],
  ['style', 'trip/a.jpg!small', 'jpeg', 100, 150],
  ['style with a format', 'trip/a.jpg!card', 'webp', 120, 80],
  ['size prefix with a star', '100*100/trip/a.jpg', 'jpeg', 100, 100],
  ['size prefix with a cross', 'trip/300x200/a.jpg', 'jpeg', 300, 200],
  ['negotiated format, at the function', 'logo.png__op__format,f_auto', 'webp', 300, 200],
])(
  '%s: %s is made, stored under the requested key, and read from the bucket',
  async (_, key, format, width, height) => {
    const first = await cloud.read(key)
    expect([first.status, first.headers.get('content-type')]).toEqual([200, `image/${format}`])
    expect(await sharp(first.body).metadata()).toMatchObject({ format, width, height })
    const { invocations } = cloud.counts()
    const second = await cloud.read(key)
    expect([second.status, second.body.equals(first.body)]).toEqual([200, true])
    expect(cloud.counts().invocations).toBe(invocations)
  },
)

it.each([
  ['a size that is not listed', 'trip/a.jpg__op__resize,w_201', 403],
  ['an operation that is not listed', 'trip/a.jpg__op__blur,r_3,s_2', 403],
  ['a wrong value', 'trip/a.jpg__op__resize,w_abc', 400],
])('%s is refused with the reason, and nothing is read', async (_, key, expected) => {
  const { reads } = cloud.counts()
  const { status, body } = await cloud.ask(`/${encodeURIComponent(key)}`)
  expect(status).toBe(expected)
  expect((JSON.parse(body.toString()) as { message: string }).message).toMatch(/^Expected .+, got .+/)
  expect(cloud.counts().reads).toBe(reads)
})
