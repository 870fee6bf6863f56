import { createFreshness } from '../../src/freshness/freshness.ts'
import { changeOf, type OssEventRecord, parseOssEvent } from '../../src/freshness/oss-event.ts'
import { createLog } from '../../src/log.ts'
import { testConfig } from '../support/settings.ts'
import { shelf } from './shelf.ts'

const record = (
  object: Partial<OssEventRecord['oss']['object']> = {},
  eventName = 'ObjectCreated:PutObject',
): OssEventRecord => ({
  eventName,
  eventTime: '2026-11-21T12:00:00.000Z',
  oss: { bucket: { name: 'originals' }, object: { key: 'a.jpg', size: 10, deltaSize: 10, ...object } },
})

it.each([
  '',
  'null',
  '[]',
  '{}',
  '{"events":[]}',
  '{"events":[{}]}',
  '{"events":[{"eventName":"x","oss":{}}]}',
  '{"version":"v1"}',
])('%s is no event of OSS', (text) => expect(parseOssEvent(Buffer.from(text))).toBeUndefined())

it('reads records, and what is in them only as far as it needs', () => {
  expect(parseOssEvent(Buffer.from(JSON.stringify({ events: [record()] })))).toEqual([record()])
})

it('a key is taken as it is, and decoded where that is something else', () => {
  expect(changeOf(record({ key: 'dir/a.jpg' }))?.sourceKeys).toEqual(['dir/a.jpg'])
  expect(changeOf(record({ key: 'dir%2Fa%20b%E4%B8%AD.jpg' }))?.sourceKeys).toEqual([
    'dir%2Fa%20b%E4%B8%AD.jpg',
    'dir/a b中.jpg',
  ])
  expect(changeOf(record({ key: 'a+b.jpg' }))?.sourceKeys).toEqual(['a+b.jpg', 'a b.jpg'])
  expect(changeOf(record({ key: '100%.jpg' }))?.sourceKeys).toEqual(['100%.jpg'])
})

it('only a single put of what was not there is new', () => {
  expect(changeOf(record())?.isNew).toBe(true)
  for (const object of [{ deltaSize: 0 }, { deltaSize: 3 }, { deltaSize: -5 }, { size: 0, deltaSize: 0 }]) {
    expect(changeOf(record(object))?.isNew).toBe(false)
  }
  for (const name of ['CopyObject', 'CompleteMultipartUpload', 'AppendObject', 'PutSymlink']) {
    expect(changeOf(record({}, `ObjectCreated:${name}`))?.isNew).toBe(false)
  }
  expect(changeOf(record({}, 'ObjectRemoved:DeleteObject'))?.isNew).toBe(false)
})

it('parts of an upload have changed nothing yet', () => {
  expect(changeOf(record({}, 'ObjectCreated:UploadPart'))).toBeUndefined()
  expect(changeOf(record({}, 'ObjectRemoved:AbortMultipartUpload'))).toBeUndefined()
  expect(changeOf({ ...record(), eventTime: 'soon' })?.at).toBeUndefined()
})

describe('what an event may touch', () => {
  const handle = async (given: OssEventRecord, stored: string[], settings: Record<string, string> = {}) => {
    const { derivatives, originalsBucket, left } = shelf(stored, [])
    const lines: string[] = []
    const freshness = createFreshness({
      config: testConfig(settings),
      origin: { make: () => Promise.reject(new Error('Expected nothing to be made')) },
      buckets: () => ({ originals: originalsBucket, derivatives }),
      log: createLog('info', (text) => lines.push(text)),
      settleMs: 0,
    })
    await freshness.handle(
      [given],
      { requestId: 'r', credentials: undefined, function: { name: '', memoryMb: 0, region: '' } },
      Infinity,
    )
    return { left: left(), lines: lines.join('') }
  }

  it('a deleted original takes everything along', async () => {
    const { left, lines } = await handle(record({}, 'ObjectRemoved:DeleteObject'), [
      'a.jpg',
      'a.jpg__op__resize,w_100',
      'b.jpg',
    ])
    expect(left).toEqual(['b.jpg'])
    expect(JSON.parse(lines)).toMatchObject({ sourceKey: 'a.jpg', outcome: 'fresh', removed: 2, made: [] })
  })

  it('an event of another bucket touches nothing, and is told', async () => {
    const foreign = record()
    foreign.oss.bucket.name = 'compressed'
    const { left, lines } = await handle(foreign, ['a.jpg'])
    expect(left).toEqual(['a.jpg'])
    expect(lines).toContain('Expected events of the bucket originals, got one of compressed')
  })

  it.each(['../a.jpg', '/a.jpg', 'a\u0000.jpg', ''])(
    'a name that no key can ask for (%j) touches nothing',
    async (key) => {
      expect((await handle(record({ key }, 'ObjectRemoved:DeleteObject'), ['a.jpg'])).left).toEqual(['a.jpg'])
    },
  )

  it('what lies outside SOURCE_PREFIXES is not ours', async () => {
    const gone = record({}, 'ObjectRemoved:DeleteObject')
    expect((await handle(gone, ['a.jpg'], { SOURCE_PREFIXES: 'public/' })).left).toEqual(['a.jpg'])
  })
})

it.each([
  ['a style that is not configured', { PREGENERATE: 'thumb' }],
  [
    'a style nobody may ask for',
    { PREGENERATE: 'thumb', STYLES: 'thumb=image/resize,w_1;b=image/resize,w_2', ALLOW: 'styles=b' },
  ],
  ['a style without the dialect', { PREGENERATE: 'thumb', STYLES: 'thumb=image/resize,w_1', DIALECTS: 'suffix' }],
])('PREGENERATE refuses %s', (_, settings) => {
  expect(() => testConfig(settings)).toThrow(/PREGENERATE: Expected styles that readers may ask for .* got «thumb»/)
})
