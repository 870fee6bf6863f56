import sharp from 'sharp'

import { compress } from '../src/image/compress.ts'
import { render } from '../src/image/render.ts'
import { createLog, type RequestLine } from '../src/log.ts'
import { createOrigin } from '../src/origin.ts'
import type { Product } from '../src/product.ts'
import { createRecent } from '../src/recent.ts'
import { type MemoryBuckets, memoryBuckets } from './support/memory-buckets.ts'
import { SECRET, testConfig } from './support/settings.ts'

const picture = (background: string) =>
  sharp({
    create: {
      width: 64,
      height: 48,
      channels: 3,
      background,
      noise: { type: 'gaussian', mean: 128, sigma: 30 },
    },
  })
    .jpeg({ quality: 98 })
    .toBuffer()

/** An instance that is asked for one key after the other, each to its end. */
function instance(buckets: MemoryBuckets, environment: Record<string, string> = {}) {
  const lines: RequestLine[] = []
  const origin = createOrigin({
    config: testConfig(environment),
    buckets: () => buckets,
    compress,
    render,
    log: createLog('info', (text) => lines.push(JSON.parse(text) as RequestLine)),
  })
  return async (path: string): Promise<{ status: number; body: Buffer; line: RequestLine }> => {
    const context = { requestId: 'r', credentials: undefined, function: { name: 'origin', memoryMb: 512, region: 'r' } }
    const answer = await origin.handle({ method: 'GET', rawPath: path, mirrorSecret: SECRET }, context)
    await answer.settled
    const body = Buffer.isBuffer(answer.body) ? answer.body : Buffer.alloc(0)
    answer.finish({ sentBytes: body.length, aborted: false })
    const line = lines.at(-1)
    if (line === undefined) throw new Error('Expected a log line, got none.')
    return { status: answer.status, body, line }
  }
}

describe('who comes a moment after the put', () => {
  it('gets the same picture after a look at the original, without another read, encode or put', async () => {
    const buckets = memoryBuckets({ 'photo.jpg': await picture('#888') })
    const ask = instance(buckets)
    const first = await ask('/photo.jpg')
    const second = await ask('/photo.jpg')
    expect(second).toMatchObject({ status: 200, line: { joined: true, put: 'exists' } })
    expect(second.body.equals(first.body)).toBe(true)
    expect(buckets.counts).toMatchObject({ opened: 1, heads: 1 })
  })

  it('gets the new picture where the original was replaced meanwhile', async () => {
    const buckets = memoryBuckets({ 'photo.jpg': await picture('#888') })
    const ask = instance(buckets)
    const first = await ask('/photo.jpg')
    buckets.files.set('photo.jpg', await picture('#f00'))
    buckets.stored.clear()
    const second = await ask('/photo.jpg')
    expect(second.line).toMatchObject({ status: 200, put: 'stored' })
    expect(second.line.joined).toBeUndefined()
    expect(second.body.equals(first.body)).toBe(false)
    expect(buckets.stored.get('photo.jpg')?.bytes).toEqual(second.body)
  })

  it('learns that the original is gone', async () => {
    const buckets = memoryBuckets({ 'photo.jpg': await picture('#888') })
    const ask = instance(buckets)
    await ask('/photo.jpg')
    buckets.files.delete('photo.jpg')
    expect((await ask('/photo.jpg')).status).toBe(404)
  })

  it('has it stored again where it was removed meanwhile', async () => {
    const buckets = memoryBuckets({ 'photo.jpg': await picture('#888') })
    const ask = instance(buckets)
    const { body } = await ask('/photo.jpg')
    buckets.stored.clear()
    expect((await ask('/photo.jpg')).line).toMatchObject({ joined: true, put: 'stored' })
    expect(buckets.stored.get('photo.jpg')?.bytes).toEqual(body)
  })

  it('has it made anew where the put failed', async () => {
    const buckets = memoryBuckets({ 'photo.jpg': await picture('#888') })
    const ask = instance(buckets)
    buckets.faults.put = 'denied'
    await ask('/photo.jpg')
    delete buckets.faults.put
    expect((await ask('/photo.jpg')).line).toMatchObject({ put: 'stored' })
    expect(buckets.counts.opened).toBe(2)
  })

  it('has it made anew where a watermark is on it, which may have been replaced', async () => {
    const mark = () =>
      sharp({ create: { width: 20, height: 20, channels: 4, background: '#f00' } })
        .png()
        .toBuffer()
    const buckets = memoryBuckets({ 'photo.jpg': await picture('#888'), 'mark.png': await mark() })
    const ask = instance(buckets, { ALLOW: 'open' })
    const key = `/photo.jpg__op__watermark,image_${Buffer.from('mark.png').toString('base64url')}`
    await ask(key)
    await ask(key)
    expect(buckets.counts.opened).toBe(4)
  })
})

describe('what is kept', () => {
  const product = (bytes: number): Product => ({
    headers: {},
    body: Buffer.alloc(bytes),
    facts: {},
    ms: { read: 0 },
    sourceEtag: 'A',
    store: () => Promise.resolve('stored'),
  })
  const same = () => Promise.resolve('A')

  it('is not given out later than a straggler can come, even where no timer ran', async () => {
    let now = 1_000_000
    const recent = createRecent(() => now)
    recent.keep('a', product(1))
    now += 2000
    expect(await recent.find('a', same)).toBeDefined()
    now += 1
    expect(await recent.find('a', same)).toBeUndefined()
  })

  it('never takes more than 16 MB: the oldest goes first, and what is larger is not kept', async () => {
    const recent = createRecent()
    for (const name of ['a', 'b', 'c', 'd']) recent.keep(name, product(5_000_000))
    expect(await recent.find('a', same)).toBeUndefined()
    for (const name of ['b', 'c', 'd']) expect(await recent.find(name, same)).toBeDefined()
    recent.keep('e', product(16_000_001))
    expect(await recent.find('e', same)).toBeUndefined()
    expect(await recent.find('d', same)).toBeDefined()
  })
})
