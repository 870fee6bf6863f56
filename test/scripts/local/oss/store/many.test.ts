import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { listPage } from '../../../../../scripts/local/oss/api/list.ts'
import { openStore } from '../../../../../scripts/local/oss/store/store.ts'
import type { ObjectRecord } from '../../../../../scripts/local/oss/store/bucket.ts'

const COUNT = 100_000
const dataDir = mkdtempSync(join(tmpdir(), 'oss-'))
afterAll(() => rmSync(dataDir, { recursive: true, force: true }))

function record(number: number): ObjectRecord {
  return {
    key: `photos/${String((number * 7919) % COUNT).padStart(6, '0')}.jpg`,
    contentType: 'image/jpeg',
    headers: { 'cache-control': 'public, max-age=3600' },
    user: { recipe: '1' },
    size: 0,
    etag: 'D41D8CD98F00B204E9800998ECF8427E',
    crc64: '0',
    md5: '1B2M2Y8AsgTpgAmY7PhCfg==',
    lastModified: 0,
    type: 'Normal',
    segments: [],
  }
}

describe('a bucket of 100,000 objects', () => {
  it('opens, and lists in pages that are read one at a time', async () => {
    const settings = { ownerId: '1', created: 0, acl: 'private' as const, storageClass: 'Standard' }
    const filling = openStore({ dataDir, now: Date.now, durable: false })
    const bucket = filling.createBucket('bucket', { ...settings, blockPublicAccess: false, documents: {} })
    for (let at = 0; at < COUNT; at += 1) await bucket.files.put(record(at))
    // Some of them replaced in another order: a listing follows the keys, not the journal.
    for (let at = 10_000; at > 0; at -= 1) await bucket.files.put(record(at))
    filling.close()

    const store = openStore({ dataDir, now: Date.now, durable: false })
    const files = store.bucket('bucket')?.files
    if (!files) throw new Error('Expected the bucket')
    expect(files.size).toBe(COUNT)
    let after = ''
    let seen = 0
    let inOrder = true
    for (;;) {
      const page = listPage(files, { prefix: 'photos/', delimiter: '', after, limit: 1000 })
      for (const { key } of page.objects) {
        inOrder &&= key > after
        after = key
      }
      seen += page.objects.length
      if (page.next === undefined) break
      expect(page.next).toBe(after)
    }
    expect({ seen, inOrder }).toEqual({ seen: COUNT, inOrder: true })
    // A folder of 100,000 keys is one step, not 100,000.
    const folded = listPage(files, { prefix: '', delimiter: '/', after: '', limit: 1000 })
    expect(folded).toEqual({ objects: [], prefixes: ['photos/'], next: undefined })
    store.close()
    expect(statSync(join(dataDir, 'buckets', 'bucket', 'journal')).size).toBeLessThan(80_000_000)
  }, 120_000)
})
