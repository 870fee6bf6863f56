import { eventRecord, wants } from '../../../../scripts/local/fc/event-record.ts'
import { createTrigger, type EventTrigger, type TriggerOptions } from '../../../../scripts/local/fc/events.ts'
import type { InvokeResult } from '../../../../scripts/local/fc/gateway.ts'
import { createBench, until, web } from './support.ts'

const bench = createBench()
const triggers: EventTrigger[] = []
afterEach(async () => {
  await Promise.all(triggers.splice(0).map(async (trigger) => trigger.close()))
  await bench.cleanUp()
})

const change = (key: string, name = 'ObjectCreated:PutObject') =>
  eventRecord(
    { name, bucket: 'photos', key, etag: 'E1', size: 7, time: new Date('2026-11-21T07:00:00.123Z') },
    'cn-hangzhou',
    '1234567890',
  )

const SUCCESS: InvokeResult = {
  requestId: 'r',
  status: 200,
  errorType: undefined,
  failure: undefined,
  body: Buffer.alloc(0),
}
const FAILURE: InvokeResult = { ...SUCCESS, errorType: 'UnhandledInvocationError', failure: 'exception' }
const FULL: InvokeResult = { ...SUCCESS, status: 429, errorType: 'FcCommonError', failure: 'throttled' }

interface Seen {
  keys: string[]
  documents: string[]
}

/** A trigger on a function that answers one result after the other, the last for ever. */
function trigger(
  results: InvokeResult[],
  options: Partial<TriggerOptions> = {},
): { trigger: EventTrigger; seen: Seen } {
  const seen: Seen = { keys: [], documents: [] }
  let turn = 0
  const made = createTrigger({
    name: 'invalidate',
    bucket: 'photos',
    events: ['oss:ObjectCreated:*', 'oss:ObjectRemoved:DeleteObject'],
    backoffMs: 1,
    parallel: 1,
    invoke: async (event) => {
      const document = event.toString()
      seen.documents.push(document)
      seen.keys.push(
        (JSON.parse(document) as { events: { oss: { object: { key: string } } }[] }).events[0]?.oss.object.key ?? '',
      )
      return results[Math.min(turn++, results.length - 1)] ?? SUCCESS
    },
    ...options,
  })
  triggers.push(made)
  return { trigger: made, seen }
}

describe('the events an OSS trigger delivers', () => {
  it('have the documented shape', async () => {
    const { trigger: one, seen } = trigger([SUCCESS])
    one.emit(change('image/中 a.jpg'))
    await one.idle()
    expect(JSON.parse(seen.documents[0] ?? '')).toEqual({
      events: [
        {
          eventName: 'ObjectCreated:PutObject',
          eventSource: 'acs:oss',
          eventTime: '2026-11-21T07:00:00.123Z',
          eventVersion: '1.0',
          oss: {
            bucket: {
              arn: 'acs:oss:cn-hangzhou:1234567890:photos',
              name: 'photos',
              ownerIdentity: '1234567890',
              virtualBucket: '',
            },
            object: { deltaSize: 7, eTag: 'E1', key: 'image/中 a.jpg', size: 7 },
            ossSchemaVersion: '1.0',
            ruleId: 'invalidate',
          },
          region: 'cn-hangzhou',
          requestParameters: { sourceIPAddress: '127.0.0.1' },
          responseElements: { requestId: '' },
          userIdentity: { principalId: '1234567890' },
        },
      ],
    })
  })

  it('carry an encoded key by switch', async () => {
    const { trigger: one, seen } = trigger([SUCCESS], { switches: { keyEncoding: 'url' } })
    one.emit(change('a/中 +.jpg'))
    await one.idle()
    expect(seen.keys).toEqual(['a%2F%E4%B8%AD%20%2B.jpg'])
    expect(one.deliveries[0]?.key).toBe('a/中 +.jpg')
  })

  it('reach a real function through the gateway', async () => {
    const gateway = await bench.start(
      web(
        `let text = ''; for await (const c of req) text += c; console.log(text); res.setHeader('x-fc-status', '200'); res.end()`,
      ),
    )
    const { trigger: one } = trigger([], { invoke: gateway.invoke.bind(gateway) })
    one.emit(change('a.jpg'))
    one.emit(change('b.jpg', 'ObjectRemoved:DeleteObject'))
    await one.idle()
    await until(() => gateway.logs().length === 2)
    expect(gateway.logs().map((line) => JSON.parse(line.text) as unknown)).toEqual([
      { events: [expect.objectContaining({ eventName: 'ObjectCreated:PutObject' })] },
      { events: [expect.objectContaining({ eventName: 'ObjectRemoved:DeleteObject' })] },
    ])
  })
})

describe('the filters of a trigger', () => {
  const filters = { bucket: 'photos', events: ['oss:ObjectCreated:*', 'oss:ObjectRemoved:DeleteObject'] }

  it.each([
    ['a wildcard type', {}, change('a', 'ObjectCreated:CompleteMultipartUpload'), true],
    ['an exact type', {}, change('a', 'ObjectRemoved:DeleteObject'), true],
    ['a longer name than an exact type', {}, change('a', 'ObjectRemoved:DeleteObjects'), false],
    ['another type', {}, change('a', 'ObjectModified:UpdateObjectMeta'), false],
    ['another bucket', { bucket: 'photos-small' }, change('a'), false],
    ['prefix and suffix', { prefix: 'trip/', suffix: '.jpg' }, change('trip/a.jpg'), true],
    ['another prefix', { prefix: 'trip/' }, change('other/a.jpg'), false],
    ['another suffix', { suffix: '.jpg' }, change('a.JPG'), false],
    ['empty filters', { prefix: '', suffix: '' }, change(''), true],
  ])('%s', (_name, more, record, expected) => {
    expect(wants({ ...filters, ...more }, record)).toBe(expected)
  })
})

describe('delivery', () => {
  it('is asynchronous: emit returns before the function is asked', async () => {
    const { trigger: one, seen } = trigger([SUCCESS])
    one.emit(change('a'))
    expect(seen.keys).toEqual([])
    await one.idle()
    expect(seen.keys).toEqual(['a'])
  })

  it('tries again after a failure, three times by default, then gives up', async () => {
    const { trigger: one, seen } = trigger([FAILURE])
    one.emit(change('a'))
    await one.idle()
    expect(seen.keys).toHaveLength(4)
    expect(one.deliveries.map((each) => each.outcome)).toEqual(['failed', 'failed', 'failed', 'given-up'])
  })

  it('takes an invocation that was lost for a failure', async () => {
    const { trigger: one } = trigger([], { retries: 0, invoke: async () => Promise.reject(new Error('no gateway')) })
    one.emit(change('a'))
    await one.idle()
    expect(one.deliveries).toMatchObject([{ outcome: 'given-up' }])
  })

  it('stops trying once it worked', async () => {
    const { trigger: one } = trigger([FAILURE, SUCCESS])
    one.emit(change('a'))
    await one.idle()
    expect(one.deliveries.map((each) => [each.attempt, each.outcome])).toEqual([
      [1, 'failed'],
      [2, 'delivered'],
    ])
  })

  it('waits for room without using up attempts', async () => {
    const { trigger: one } = trigger([FULL, FULL, FULL, FULL, FULL, FAILURE, SUCCESS], { retries: 1 })
    one.emit(change('a'))
    await one.idle()
    expect(one.deliveries.at(-1)).toMatchObject({ attempt: 2, outcome: 'delivered' })
    expect(one.deliveries).toHaveLength(7)
  })

  it('keeps the order by itself, and loses it by a switch, the same way for the same seed', async () => {
    const keys = Array.from({ length: 12 }, (_, n) => `k${n}`)
    const order = async (switches: TriggerOptions['switches']): Promise<string[]> => {
      const { trigger: one, seen } = trigger([SUCCESS], switches ? { switches } : {})
      keys.forEach((key) => one.emit(change(key)))
      await one.idle()
      return seen.keys
    }
    expect(await order(undefined)).toEqual(keys)
    const shuffled = await order({ shuffle: true, seed: 5 })
    expect(shuffled).not.toEqual(keys)
    expect([...shuffled].sort()).toEqual([...keys].sort())
    expect(await order({ shuffle: true, seed: 5 })).toEqual(shuffled)
    expect(await order({ shuffle: true, seed: 6 })).not.toEqual(shuffled)
  })

  it('delivers some events twice by a switch', async () => {
    const { trigger: one, seen } = trigger([SUCCESS], { switches: { duplicates: 1 } })
    one.emit(change('a'))
    await one.idle()
    expect(seen.keys).toEqual(['a', 'a'])
    expect(one.deliveries.map((each) => each.duplicate)).toEqual([false, true])
  })

  it('may come late', async () => {
    const { trigger: one, seen } = trigger([SUCCESS], { switches: { lateMs: 60, seed: 3 } })
    for (let n = 0; n < 20; n++) one.emit(change(`k${n}`))
    await one.idle()
    expect(new Set(seen.keys).size).toBe(20)
    expect(seen.keys).not.toEqual(Array.from({ length: 20 }, (_, n) => `k${n}`))
  })

  it('has no more under way than allowed', async () => {
    let now = 0
    let most = 0
    const { trigger: one } = trigger([], {
      parallel: 3,
      invoke: async () => {
        most = Math.max(most, ++now)
        await new Promise((resolve) => setTimeout(resolve, 5))
        now--
        return SUCCESS
      },
    })
    for (let n = 0; n < 10; n++) one.emit(change(`k${n}`))
    await one.idle()
    expect(most).toBe(3)
    expect(one.deliveries).toHaveLength(10)
  })

  it('is idle at once with nothing to do, and after closing', async () => {
    const { trigger: one, seen } = trigger([FAILURE], { backoffMs: 60_000 })
    await one.idle()
    one.emit(change('a'))
    await until(() => seen.keys.length === 1)
    const idle = one.idle()
    await one.close()
    await idle
    one.emit(change('b'))
    await one.idle()
    expect(seen.keys).toEqual(['a'])
  })
})
