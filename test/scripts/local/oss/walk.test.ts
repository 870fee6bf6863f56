import { client, closeAgents, start } from './support.ts'
import type { Addressing, Started } from './support.ts'

let started: Started
beforeAll(async () => {
  started = await start({ hosts: { 'img.example.test': 'bucket' } })
  await client(started.oss).putBucket('bucket')
})
afterAll(async () => {
  closeAgents()
  await started.stop()
})

const KEYS = ['a.jpg', "a b+c%41&d=e中(1)!'*.jpg", 'deep/er/x', `long/${'k'.repeat(1018)}`, 'emoji-😀', 'Case', 'case']

describe.each(['path', 'ip', 'virtual-host', 'cname'] as Addressing[])('addressed by %s', (how) => {
  describe.each([false, true])('signed with version 4: %s', (authorizationV4) => {
    it('puts, reads, lists and removes objects of any legal key', async () => {
      const oss = client(started.oss, how, { authorizationV4 })
      for (const key of KEYS) {
        const put = await oss.put(key, Buffer.from(key), {
          headers: { 'Cache-Control': 'no-cache' },
          meta: { uid: 1, pid: 2, who: 'me' },
        })
        expect(put.res.status).toBe(200)
        const got = await oss.get(key)
        expect(got.content.toString()).toBe(key)
        const head = await oss.head(key)
        expect(head.meta).toMatchObject({ who: 'me' })
        expect(head.res.headers['cache-control']).toBe('no-cache')
      }
      const list = await oss.listV2({ 'max-keys': '100' }, {})
      expect((list.objects ?? []).map(({ name }) => name).sort()).toEqual([...KEYS].sort())
      const multi = await oss.deleteMulti(KEYS.slice(1))
      expect(multi.deleted).toHaveLength(KEYS.length - 1)
      await oss.delete(KEYS[0] ?? '')
      expect((await oss.listV2({}, {})).objects ?? []).toEqual([])
      await expect(oss.get('a.jpg')).rejects.toMatchObject({ code: 'NoSuchKey', status: 404 })
      await expect(oss.head('a.jpg')).rejects.toMatchObject({ code: 'NoSuchKey', status: 404 })
    })
  })
})
