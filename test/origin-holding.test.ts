// How much memory a request is counted with on its way, and that it is given back however the request ends.
import type { Answer } from '../src/answer.ts'
import type { Context } from '../src/context.ts'
import { compress } from '../src/image/compress.ts'
import { ImageFault } from '../src/image/fault.ts'
import { render } from '../src/image/render.ts'
import { createLog } from '../src/log.ts'
import { createOrigin, type OriginDeps } from '../src/origin.ts'
import { createHoldings, type Holdings } from '../src/workers/holdings.ts'
import { memoryBuckets, type MemoryBuckets } from './support/memory-buckets.ts'
import { cameraJpeg } from './support/pictures.ts'
import { SECRET, testConfig } from './support/settings.ts'

const context: Context = {
  requestId: 'request-1',
  credentials: { accessKeyId: 'id', accessKeySecret: 'secret' },
  function: { name: 'origin', memoryMb: 512, region: 'cn-hangzhou' },
}

let photo: Buffer
let broken: Buffer
beforeAll(async () => {
  photo = await cameraJpeg(160, 120)
  broken = photo.subarray(0, photo.length >> 1)
})

const text = Buffer.from('hello')
const film = Buffer.concat([
  Buffer.from('000000206674797069736f6d0000020069736f6d69736f32617663316d703431', 'hex'),
  Buffer.alloc(5_000_000, 7),
])

interface World {
  buckets: MemoryBuckets
  holdings: Holdings
  ask(path: string): Promise<Answer>
  /** Held while each original was read and each picture was made. */
  seen: { reading: number[]; making: number[] }
}

function world(deps: Partial<OriginDeps> = {}, environment: Record<string, string> = {}): World {
  const buckets = memoryBuckets({
    'photo.jpg': photo,
    'broken.jpg': broken,
    'notes.txt': text,
    'film.mp4': film,
    'clip.mp4': film.subarray(0, 1000),
  })
  const holdings = createHoldings(
    1e9,
    () => ({ runningBytes: 0, waitingBytes: 0 }),
    () => undefined,
  )
  const seen: World['seen'] = { reading: [], making: [] }
  const { open } = buckets.originals
  buckets.originals.open = async (...given) => {
    const original = await open(...given)
    const readAll = () => {
      seen.reading.push(holdings.bytes)
      return original.readAll()
    }
    return { ...original, readAll }
  }
  const origin = createOrigin({
    config: testConfig({ ALLOW: 'open', ...environment }),
    buckets: () => buckets,
    hold: holdings.hold,
    compress: (...given) => {
      seen.making.push(holdings.bytes)
      return compress(...given)
    },
    render: (...given) => {
      seen.making.push(holdings.bytes)
      return render(...given)
    },
    log: createLog('silent', () => undefined),
    ...deps,
  })
  const ask = (rawPath: string) => origin.handle({ method: 'GET', rawPath, mirrorSecret: SECRET }, context)
  return { buckets, holdings, ask, seen }
}

const lengthOf = (answer: Answer | undefined) => (Buffer.isBuffer(answer?.body) ? answer.body.length : Number.NaN)
const finished = { sentBytes: 0, aborted: false }

it('an original while it is read, nothing while its job has it, the picture until it is sent', async () => {
  const { holdings, ask, seen } = world()
  const answer = await ask('/photo.jpg')
  await answer.settled
  expect(seen).toEqual({ reading: [photo.length], making: [0] })
  expect(holdings.bytes).toBe(lengthOf(answer))
  answer.finish(finished)
  expect(holdings.bytes).toBe(lengthOf(answer))
  await Promise.resolve()
  expect(holdings.bytes).toBe(0)
})

it('the picture is held until the last of all who share it has it, whatever becomes of the others', async () => {
  const { holdings, ask } = world()
  const answers = await Promise.all(['/photo.jpg', '/photo.jpg', '/photo.jpg'].map(ask))
  await Promise.all(answers.map(({ settled }) => settled))
  const length = lengthOf(answers[0])
  for (const answer of answers) {
    await new Promise(setImmediate)
    expect(holdings.bytes).toBe(length)
    answer.finish({ sentBytes: 0, aborted: true, error: new Error('gone') })
    // Twice is once.
    answer.finish(finished)
  }
  await new Promise(setImmediate)
  expect(holdings.bytes).toBe(0)
})

it('a picture that is sent before it is put is held until it is put', async () => {
  const { buckets, holdings, ask } = world()
  let put = () => undefined as void
  buckets.beforePut = () => new Promise((resolve) => (put = resolve))
  const answer = await ask('/photo.jpg')
  answer.finish(finished)
  await new Promise(setImmediate)
  expect(holdings.bytes).toBe(lengthOf(answer))
  put()
  await answer.settled
  await new Promise(setImmediate)
  expect(holdings.bytes).toBe(0)
})

it('a watermark counts, and never waits', async () => {
  const { holdings, ask, seen } = world()
  const mark = Buffer.from('photo.jpg').toString('base64url')
  const answer = await ask(`/photo.jpg__op__watermark,image_${mark}`)
  expect(answer.status).toBe(200)
  expect(seen.reading).toEqual([photo.length, photo.length])
  answer.finish(finished)
  await answer.settled
  await new Promise(setImmediate)
  expect(holdings.bytes).toBe(0)
})

it('a film streams and holds nothing; what is verified in memory before it goes out is held', async () => {
  const { holdings, ask } = world()
  const long = await ask('/film.mp4')
  expect([long.status, holdings.bytes]).toEqual([200, 0])
  const short = await ask('/clip.mp4')
  expect([short.status, holdings.bytes]).toEqual([200, 1000])
  for (const answer of [long, short]) {
    await answer.settled
    answer.finish(finished)
  }
  await new Promise(setImmediate)
  expect(holdings.bytes).toBe(0)
})

it('a picture too large to be read whole streams and holds nothing', async () => {
  const { holdings, ask, seen } = world({}, { MAX_SOURCE_BYTES: '1000' })
  const answer = await ask('/photo.jpg')
  expect([answer.status, holdings.bytes, seen.reading]).toEqual([200, 0, []])
  await answer.settled
  answer.finish(finished)
})

const fault = (code: 'out_of_time' | 'encoder_fault') => () => Promise.reject(new ImageFault(code, 'made to fail'))

it.each<[string, number, string, Partial<OriginDeps>, MemoryBuckets['faults']]>([
  ['missing', 404, '/nothing.jpg', {}, {}],
  ['of a type that is not let out', 404, '/notes.txt', {}, {}],
  ['not what operations can be carried out on', 415, '/notes.txt__op__resize,w_10', {}, {}],
  ['undecodable', 422, '/broken.jpg__op__resize,w_10', {}, {}],
  ['undecodable, without operations', 200, '/broken.jpg', {}, {}],
  ['broken off on its way', 502, '/photo.jpg', {}, { body: 'damaged' }],
  ['too slow on its way', 504, '/photo.jpg', {}, { body: 'timeout' }],
  ['not made in time', 503, '/photo.jpg', { compress: fault('out_of_time') }, {}],
  ['lost with its worker', 503, '/photo.jpg', { compress: fault('encoder_fault') }, {}],
  ['not to be stored', 200, '/photo.jpg', {}, { put: 'network' }],
])('gives everything back where the original is %s', async (_, status, path, deps, faults) => {
  const { buckets, holdings, ask } = world(deps)
  buckets.faults = faults
  const answer = await ask(path)
  expect(answer.status).toBe(status)
  await answer.settled
  answer.finish(finished)
  await new Promise(setImmediate)
  expect(holdings.bytes).toBe(0)
})

it('gives everything back where the deadline comes before the picture', async () => {
  let make = () => undefined as void
  const late = new Promise<void>((resolve) => (make = resolve))
  const { holdings, ask, buckets } = world(
    { compress: (...given) => late.then(() => compress(...given)) },
    { DEADLINE_MS: '1000' },
  )
  const answer = await ask('/photo.jpg')
  expect(answer.status).toBe(503)
  answer.finish(finished)
  const given = new Promise<void>((resolve) => (buckets.beforePut = async () => resolve()))
  make()
  await given
  await new Promise(setImmediate)
  expect(holdings.bytes).toBe(0)
})

it('an original for which there is no room is a 503 that says when to try again, and is not read', async () => {
  const { ask, seen, buckets } = world({
    hold: createHoldings(
      10,
      () => ({ runningBytes: 10, waitingBytes: 40e6 }),
      () => undefined,
    ).hold,
  })
  const answer = await ask('/photo.jpg')
  expect([answer.status, answer.headers['Retry-After']]).toEqual([503, '1'])
  expect(JSON.parse((answer.body as Buffer).toString())).toMatchObject({ code: 'overloaded' })
  expect(seen.reading).toEqual([])
  expect(buckets.counts.closed).toBe(1)
})
