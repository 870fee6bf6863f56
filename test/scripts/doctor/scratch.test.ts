import type OSS from 'ali-oss'

import { openScratch } from '../../../scripts/doctor/scratch.ts'

/** As much of a versioned bucket as it takes to see whether anything is left in it; the local cloud keeps no versions. */
function versionedBucket() {
  const versions: { key: string; id: string; marker: boolean }[] = []
  let made = 0
  const add = (key: string, marker: boolean) => {
    made += 1
    versions.push({ key, id: `v${made}`, marker })
    return { res: { headers: { 'x-oss-version-id': `v${made}` } } }
  }
  const bucket = {
    put: (key: string) => Promise.resolve(add(key, false)),
    delete: (key: string, { versionId }: { versionId?: string } = {}) => {
      if (versionId === undefined) return Promise.resolve(add(key, true))
      const at = versions.findIndex((each) => each.key === key && each.id === versionId)
      if (at >= 0) versions.splice(at, 1)
      return Promise.resolve({ res: { headers: {} } })
    },
    listV2: ({ prefix }: { prefix: string }) => {
      const newest = new Map(versions.map((version) => [version.key, version]))
      const objects = [...newest.values()].filter(({ key, marker }) => !marker && key.startsWith(prefix))
      return Promise.resolve({
        objects: objects.map(({ key }) => ({ name: key, lastModified: new Date().toISOString() })),
      })
    },
  }
  return { versions, bucket, client: bucket as unknown as OSS }
}

it('leaves no version and no marker in a versioned originals bucket', async () => {
  const [originals, compressed] = [versionedBucket(), versionedBucket()]
  await originals.bucket.put('somebody-elses.jpg')
  const scratch = openScratch('')
  scratch.used()
  const key = scratch.key('photo.jpg')
  for (const done of [originals.bucket.put(key), originals.bucket.put(key), originals.bucket.delete(key)]) {
    scratch.note(key, (await done).res.headers)
  }
  expect(originals.versions).toHaveLength(4)
  const { left } = await scratch.clean({ originals: originals.client, compressed: compressed.client }, 0)
  expect(left).toEqual([])
  expect(originals.versions.map(({ key }) => key)).toEqual(['somebody-elses.jpg'])
})

it('goes where it is told to, and nowhere else', () => {
  const scratch = openScratch('shop/')
  expect(scratch.moveInto('blog/', '')).toBe(false)
  expect(scratch.key('a.jpg')).toMatch(/^shop\/oss-image-origin-doctor\/[0-9a-f]{12}\/a\.jpg$/)
  expect(scratch.moveInto('shop/2026/', '.jpeg')).toBe(true)
  expect(scratch.key('a.jpg')).toMatch(/^shop\/2026\/oss-image-origin-doctor\/[0-9a-f]{12}\/a\.jpg\.jpeg$/)
  expect(scratch.moveInto('', '')).toBe(true)
})
