import { hopsOf } from '../../../../../scripts/local/page/app/flow/hops.ts'
import { moved, placed, WHOLE } from '../../../../../scripts/local/page/app/compare/view.ts'
import { showBytes, showMs, showShare } from '../../../../../scripts/local/page/app/format.ts'
import { derivativesOf, nameFault, plainKeyOf } from '../../../../../scripts/local/page/app/keys.ts'
import { createLine } from '../../../../../scripts/local/page/app/photos/line.ts'
import { en } from '../../../../../scripts/local/page/app/words/en.ts'
import { zh } from '../../../../../scripts/local/page/app/words/zh.ts'
import { fill } from '../../../../../scripts/local/page/app/words/fill.ts'
import type { Trace } from '../../../../../scripts/local/page/told.ts'

const SETTINGS = {
  dialects: ['suffix', 'style'] as const,
  styles: { thumb: 'image/resize,w_9' },
  allow: 'open' as const,
}

describe('words', () => {
  it.each(Object.keys(en) as (keyof typeof en)[])(
    '%s has the same values in both languages, and is not left as it was',
    (name) => {
      const values = (text: string) =>
        [...text.matchAll(/\{(\w+)\}/g)].map(([, value = '']) => value).sort((a, b) => (a < b ? -1 : 1))
      expect(values(zh[name])).toEqual(values(en[name]))
      const isCode = /^(hopAsk|sends|explainPlaceholder|language)$/.test(name)
      if (!isCode) expect(zh[name]).toMatch(/\p{Script=Han}/u)
    },
  )

  it('a value is text, whatever it looks like', () => {
    expect(fill('{a} and {b}', { a: '{b}', b: '$&' })).toBe('{b} and $&')
  })
})

it('sizes, shares and times as people read them', () => {
  expect([0, 999, 1000, 12_345, 999_499, 999_500, 1_240_000, 5e9].map((bytes) => showBytes(bytes, 'en'))).toEqual([
    '0 B',
    '999 B',
    '1.00 kB',
    '12.3 kB',
    '999 kB',
    '1.00 MB',
    '1.24 MB',
    '5.00 GB',
  ])
  // Not all is gone while something is left.
  expect([0.5, 0.999, 0.001].map((share) => showShare(share, 'en'))).toEqual(['50 %', '99 %', '0 %'])
  expect([0.44, 12.6, 999, 1234, 12_345].map((ms) => showMs(ms, 'en'))).toEqual([
    '0.4 ms',
    '13 ms',
    '999 ms',
    '1.2 s',
    '12 s',
  ])
})

describe('keys', () => {
  it('an original is read by its name, escaped where that would ask for something', () => {
    expect(plainKeyOf('a.jpg', SETTINGS)).toBe('a.jpg')
    expect(plainKeyOf('a.jpg!thumb', SETTINGS)).toBe('a.jpg!thumb__op__')
    expect(plainKeyOf('a__op__info', SETTINGS)).toBe('a__op__info__op__')
  })

  it('versions of an original are those made from it and no namesakes', () => {
    const stored = ['a.jpg', 'a.jpg!thumb', 'a.jpg__op__resize,w_8', 'a.jpg2', 'a.jpg!other', 'b.jpg'].map((key) => ({
      key,
    }))
    expect(derivativesOf('a.jpg', stored, SETTINGS).map(({ key }) => key)).toEqual([
      'a.jpg',
      'a.jpg!thumb',
      'a.jpg__op__resize,w_8',
    ])
  })

  it('names that cannot be are refused before anything is sent', () => {
    expect(nameFault('trip/a.jpg')).toBeUndefined()
    expect(nameFault('../a.jpg')).toMatch(/^Expected a key without "\." and "\.\." segments/)
    expect(nameFault('é'.repeat(600))).toMatch(/at most 1023 bytes, got 1200/)
  })
})

describe('a look at a picture', () => {
  const picture = { width: 1600, height: 1200 }
  const room = { width: 800, height: 300 }
  it('fits whole into the window, in its middle, and is never enlarged to fit', () => {
    expect(placed(WHOLE, picture, room, 1)).toEqual({ width: 400, height: 300, left: 200, top: 0 })
    expect(placed(WHOLE, { width: 80, height: 60 }, room, 1)).toMatchObject({ width: 80, left: 360, top: 120 })
  })

  it('one to one is one dot of the screen', () => {
    expect(placed({ ...WHOLE, zoom: 1 }, picture, room, 2)).toMatchObject({ width: 800, height: 600 })
    expect(placed({ ...WHOLE, zoom: 4 }, picture, room, 1)).toMatchObject({ width: 6400, left: -2800 })
  })

  it('moves as far as the hand, and no further than the edge', () => {
    const close = { ...WHOLE, zoom: 1 as const }
    const before = placed(close, picture, room, 1)
    const after = placed(moved(close, picture, room, 1, -30, 20), picture, room, 1)
    expect(after.left).toBeCloseTo(before.left - 30)
    expect(after.top).toBeCloseTo(before.top + 20)
    expect(placed(moved(close, picture, room, 1, 9999, -9999), picture, room, 1)).toMatchObject({ left: 0, top: -900 })
    expect(moved(WHOLE, picture, room, 1, 50, 50)).toEqual(WHOLE)
  })
})

it('a line lets so many through at a time, in their order, failures included', async () => {
  const line = createLine(2)
  const log: string[] = []
  let running = 0
  let most = 0
  const task = (name: string) =>
    line(async () => {
      most = Math.max(most, (running += 1))
      log.push(name)
      await new Promise((resolve) => setImmediate(resolve))
      running -= 1
      if (name === 'b') throw new Error('b')
      return name
    })
  const settled = await Promise.allSettled(['a', 'b', 'c', 'd', 'e'].map(task))
  expect(log).toEqual(['a', 'b', 'c', 'd', 'e'])
  expect(most).toBe(2)
  expect(settled.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled', 'fulfilled', 'fulfilled'])
})

describe('the steps of a read', () => {
  const read: Trace['read'] = {
    id: '1',
    via: 'bucket',
    key: 'a.jpg',
    url: 'http://localhost/compressed/a.jpg',
    requestHeaders: [],
    started: 0,
    status: 200,
    responseHeaders: [],
    firstByteMs: 1,
    ms: 9,
    bytes: 100,
    broken: undefined,
  }
  const entry = { requestId: 'r', time: 0, method: 'GET', path: '/', status: 200, bytesIn: 0, bytesOut: 0, ms: 9 }
  const mirror = {
    requestId: 'r',
    key: 'a.jpg',
    originPath: '/a.jpg',
    originStatus: 200,
    totalMs: 8,
    stored: false,
    merged: false,
  }
  const line = {
    requestId: 'f',
    status: 200,
    outcome: 'compressed',
    ms: { total: 7, read: 1, render: 4, put: 2 },
    put: 'stored',
  }
  const names = (trace: Trace) => hopsOf(trace).map(({ name, state }) => (state === 'ok' ? name : `${name} ${state}`))

  it('stop at a bucket that has it', () => {
    expect(names({ read, bucket: { ...entry, mirrored: false }, coldStart: false, calls: [] })).toEqual([
      'ask',
      'answer',
    ])
  })

  it('go all the way where it is made, and say what failed', () => {
    const bucket = { ...entry, mirrored: true }
    const calls = [{ operation: 'GetObject', bucket: 'originals', key: 'a.jpg', status: 200, ms: 1 }]
    const whole: Trace = { read, bucket, mirror, line, coldStart: false, calls }
    expect(names(whole)).toEqual(['ask', 'miss', 'read', 'render', 'put', 'relay', 'answer'])
    expect(names({ ...whole, line: { ...line, put: 'failed', putError: '500' } })).toContain('put bad')
    const { originStatus: _, ...unreached } = mirror
    expect(names({ read: { ...read, status: 424 }, bucket, mirror: unreached, coldStart: false, calls: [] })).toEqual([
      'ask',
      'miss',
      'relay bad',
      'answer bad',
    ])
    const denied = { requestId: 'f', status: 502, outcome: 'bucket_denied', ms: { total: 3 } }
    const refused = [{ operation: 'GetObject', bucket: 'originals', key: 'a.jpg', status: 403, ms: 1 }]
    expect(
      names({
        read: { ...read, status: 424 },
        bucket,
        mirror: { ...mirror, originStatus: 502 },
        line: denied,
        coldStart: false,
        calls: refused,
      }),
    ).toEqual(['ask', 'miss', 'read bad', 'render bad', 'relay bad', 'answer bad'])
  })
})
