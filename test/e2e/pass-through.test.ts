import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { Readable } from 'node:stream'

import { ownerClient } from '../../scripts/owner.ts'
import { testCloud, type TestCloud } from './support.ts'

const MP4_HEAD = Buffer.from('000000206674797069736f6d0000020069736f6d69736f32617663316d703431', 'hex')

let cloud: TestCloud
beforeAll(async () => {
  cloud = await testCloud()
})
afterAll(() => cloud.close())

it('500 MB of film stream through in flat memory and are stored by a copy on the server', async () => {
  const block = Buffer.alloc(1_000_000, 'film')
  const hash = createHash('md5')
  const film = function* () {
    for (let i = 0; i < 500; i++) {
      const chunk = i === 0 ? Buffer.concat([MP4_HEAD, block.subarray(MP4_HEAD.length)]) : block
      hash.update(chunk)
      yield chunk
    }
  }
  const { addresses } = cloud
  const client = ownerClient({ ...addresses, endpoint: addresses.oss }, addresses.originals)
  // A short film first: the instance has loaded what it needs.
  await cloud.upload('short.mp4', Buffer.concat([MP4_HEAD, block]))
  await cloud.ask('/short.mp4')
  await client.putStream('film.mp4', Readable.from(film()), { contentLength: 500_000_000, timeout: 120_000 } as never)
  const sent = hash.digest('hex')

  const before = peakMemory()
  const response = await fetch(`${addresses.function}/film.mp4`, {
    headers: { 'x-mirror-secret': addresses.mirrorSecret },
  })
  expect([response.status, response.headers.get('content-type')]).toEqual([200, 'video/mp4'])
  const received = createHash('md5')
  for await (const chunk of response.body as AsyncIterable<Uint8Array>) received.update(chunk)
  expect(received.digest('hex')).toBe(sent)
  const grown = peakMemory() - before
  expect(grown).toBeLessThan(150)

  expect(cloud.counts()).toMatchObject({ puts: 0, copies: 2 })
  const stored = await cloud.head('film.mp4')
  expect([stored.status, stored.headers.get('content-length')]).toEqual([200, '500000000'])
  expect(cloud.lines().at(-1)).toMatchObject({ outcome: 'passed_through', put: 'copied', bytesOut: 500_000_000 })
}, 180_000)

/** MB the function's process ever had in memory; only Linux tells. */
function peakMemory(): number {
  const [instance] = cloud.gateway.instances()
  if (instance === undefined) throw new Error('Expected an instance of the function, found none.')
  if (process.platform !== 'linux') {
    process.stderr.write('note: peak memory is not checked here: only Linux tells it of another process\n')
    return 0
  }
  const kilobytes = /VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${instance.pid}/status`, 'utf8'))?.[1]
  return Number(kilobytes) / 1024
}
