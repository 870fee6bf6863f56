import { cameraJpeg } from '../support/pictures.ts'
import { testCloud } from './support.ts'

let photo: Buffer
beforeAll(async () => {
  photo = await cameraJpeg(400, 300)
})

/**
 * Two may write one key: the function, and OSS, which saves what it relays. Whatever the real service turns out to do,
 * the reader gets the picture and one valid object is left.
 */
describe.each(['function', 'mirror'] as const)('STORE=%s', (store) => {
  describe.each([
    ['honoured', false],
    ['ignored by OSS', true],
  ] as const)('MirrorProxyPass %s', (_, ignoreProxyPass) => {
    it.each(['overwrite', 'fail'] as const)('an object that appeared meanwhile: %s', async (whenExists) => {
      const cloud = await testCloud({
        environment: { STORE: store },
        rule: store === 'function' ? { proxyPass: true } : { proxyPass: false, saveMeta: true },
      })
      Object.assign(cloud.oss.switches.mirror, {
        proxyPass: ignoreProxyPass ? 'ignored' : 'by-rule',
        existing: whenExists,
      })
      try {
        await cloud.upload('a.jpg', photo)
        const first = await cloud.read('a.jpg')
        // The one case in which the first reader pays: both write, and OSS refuses to be second.
        const bothWrite = store === 'function' && ignoreProxyPass
        expect(first.status).toBe(bothWrite && whenExists === 'fail' ? 424 : 200)

        const { invocations } = cloud.counts()
        const second = await cloud.read('a.jpg')
        expect([second.status, second.headers.get('content-type')]).toEqual([200, 'image/jpeg'])
        expect(second.headers.get('cache-control')).toBe('public, max-age=3600')
        expect(second.headers.get('content-disposition')).toBeNull()
        expect(second.body.length).toBeLessThan(photo.length)
        if (first.status === 200) expect(second.body.equals(first.body)).toBe(true)
        expect(cloud.counts().invocations).toBe(invocations)
        // The recipe is there unless OSS wrote last without keeping it: nothing may depend on it.
        const recipe = second.headers.get('x-oss-meta-recipe')
        if (!bothWrite || whenExists === 'fail') expect(recipe).not.toBeNull()
      } finally {
        await cloud.close()
      }
    })
  })
})
