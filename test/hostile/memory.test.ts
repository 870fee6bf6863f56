// More large originals at once than the function has memory for, through the built function.
import { readFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'

import sharp from 'sharp'

import { memoryForRenders } from '../../src/workers/memory.ts'
import { testCloud, type TestCloud } from '../e2e/support.ts'
import { cameraJpeg } from '../support/pictures.ts'

const FUNCTION_MB = 512
const ORIGINALS = 32
const ORIGINAL_BYTES = 24_000_000

let cloud: TestCloud
beforeAll(async () => {
  cloud = await testCloud({ memoryMb: FUNCTION_MB, environment: { DEADLINE_MS: '20000' } })
})
afterAll(() => cloud.close())

/** Most memory the process that answers has ever had, in bytes. */
function peakBytes(): number {
  const status = readFileSync(`/proc/${cloud.gateway.instances()[0]?.pid}/status`, 'latin1')
  return 1024 * Number(/VmHWM:\s+([0-9]+)/.exec(status)?.[1])
}

it('are answered with 200 or 503, in less memory than they have, and small ones among them as ever', async () => {
  const small = await cameraJpeg(320, 240)
  // What stands behind its end is nothing to a decoder, and as much to read as any picture.
  await cloud.upload('large.jpg', Buffer.concat([small, Buffer.alloc(ORIGINAL_BYTES)]))
  await cloud.upload('small.jpg', small)
  expect((await cloud.ask('/small.jpg__op__resize,w_20')).status).toBe(200)

  const asked = Array.from({ length: ORIGINALS }, (_, i) => ({ large: i % 8 !== 7, width: 30 + i }))
  const answers = await Promise.all(
    asked.map(async ({ large, width }) => {
      const answer = await cloud.ask(`/${large ? 'large' : 'small'}.jpg__op__resize,w_${width}`)
      return { ...answer, large, width }
    }),
  )
  for (const { status, headers, body, large, width } of answers) {
    if (status === 200) expect((await sharp(body).metadata()).width).toBe(width)
    else expect([status, headers.get('retry-after'), large]).toEqual([503, '1', true])
  }
  const made = answers.filter(({ status }) => status === 200)
  expect(made.filter(({ large }) => large).length).toBeGreaterThan(0)
  // As much as this process and all pictures are given in a function of this size; without room to be waited for it was 530 MB.
  expect(peakBytes()).toBeLessThan(160_000_000 + memoryForRenders(FUNCTION_MB * 1_048_576, availableParallelism()))

  expect((await cloud.ask('/large.jpg__op__resize,w_200')).status).toBe(200)
  expect(cloud.gateway.counters.started).toBe(1)
}, 60_000)
