import type { OriginalsHead } from '../../src/freshness/derivatives.ts'
import type { DerivativesBucket, StoredObject } from '../../src/oss/derivatives-bucket.ts'
import { OssFault } from '../../src/oss/fault.ts'

const NOON = Date.UTC(2026, 10, 21, 12)

/** A compressed bucket with these keys, and originals with those, all of them from noon; nothing waits, nothing fails. */
export function shelf(stored: readonly string[], originals: readonly string[]) {
  const object = (key: string): StoredObject => ({
    key,
    bytes: 1,
    etag: 'E',
    lastModified: NOON,
    contentType: 'image/jpeg',
    meta: {},
  })
  const objects = new Map(stored.map((key) => [key, object(key)]))
  const derivatives: DerivativesBucket = {
    async *list(prefix, _, after = '') {
      yield* [...objects.values()].filter(({ key }) => key.startsWith(prefix) && key > after)
    },
    head: (key) => Promise.resolve(objects.get(key)),
    remove: (keys) => {
      for (const key of keys) objects.delete(key)
      return Promise.resolve()
    },
  }
  const originalsBucket: OriginalsHead = {
    head: async (key) => {
      if (!originals.includes(key)) throw new OssFault('missing', 'no such object')
      const lastModified = new Date(NOON).toUTCString()
      return { etag: 'O', bytes: 1, lastModified, contentEncoding: undefined, crc64: undefined, contentMd5: undefined }
    },
  }
  return {
    derivatives,
    originalsBucket,
    left: () => [...objects.keys()].sort(),
    /** Stored this much after noon. */
    touch(key: string, ms: number) {
      objects.set(key, { ...object(key), lastModified: NOON + ms })
    },
  }
}
