import { purgeOutdated } from '../../src/freshness/purge.ts'
import type { DerivativesBucket, ListedObject } from '../../src/oss/derivatives-bucket.ts'
import { OssFault } from '../../src/oss/fault.ts'
import { OPEN } from '../key/settings.ts'

const original = { etag: 'NEW', lastModified: 'Sat, 21 Nov 2026 00:00:00 GMT' }

/** Holds so many versions of a.jpg; looking at one more than `mostLooks` fails, as at the deadline. */
function bucketOf(count: number, mostLooks: number): { bucket: DerivativesBucket; left: Map<string, ListedObject> } {
  const left = new Map<string, ListedObject>()
  for (let i = 0; i < count; i++) {
    const key = `a.jpg__op__resize,w_${i + 1}`
    left.set(key, { key, bytes: 1, etag: 'x', lastModified: 0 })
  }
  let looks = 0
  const bucket: DerivativesBucket = {
    async *list(prefix) {
      for (const object of left.values()) if (object.key.startsWith(prefix)) yield object
    },
    head: async (key) => {
      if (++looks > mostLooks) throw new OssFault('timeout', 'no time left')
      const found = left.get(key)
      return found === undefined ? undefined : { ...found, contentType: 'image/jpeg', meta: { 'source-etag': 'OLD' } }
    },
    remove: async (keys) => {
      for (const key of keys) left.delete(key)
    },
  }
  return { bucket, left }
}

const purge = (derivatives: DerivativesBucket) => {
  const originals = { head: () => Promise.reject(new OssFault('missing', 'none')) }
  return purgeOutdated('a.jpg', original, { originals, derivatives }, OPEN, 15_000, Date.now() + 60_000)
}

it('a purge that is cut short has removed most of what it saw, so that the next has less to do', async () => {
  const { bucket, left } = bucketOf(1000, 800)
  await expect(purge(bucket)).rejects.toThrow('no time left')
  expect(left.size).toBeLessThan(500)
})

it('removes all that is outdated', async () => {
  const { bucket, left } = bucketOf(450, Infinity)
  const { removed, kept } = await purge(bucket)
  expect([removed.length, kept.length, left.size]).toEqual([450, 0, 0])
})
