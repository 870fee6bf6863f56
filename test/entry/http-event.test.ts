import type { Answer } from '../../src/answer.ts'
import { answerEvent, MOST_EVENT_BYTES } from '../../src/entry/http-event.ts'
import type { Origin, OriginRequest } from '../../src/origin.ts'

const context = {
  requestId: 'request-1',
  credentials: undefined,
  function: { name: 'origin', memoryMb: 512, region: 'cn-hangzhou' },
}

const event = (more: object = {}) =>
  Buffer.from(
    JSON.stringify({
      version: 'v1',
      rawPath: '/a%2520b.jpg',
      headers: { 'X-Mirror-Secret': 'one' },
      requestContext: { http: { method: 'GET', path: '/a%20b.jpg' } },
      ...more,
    }),
  )

/** How an event is answered where the origin answers so, and what the origin was asked. */
async function answered(given: Buffer, answer: Partial<Answer> = {}) {
  const asked: OriginRequest[] = []
  const finished: Parameters<Answer['finish']>[0][] = []
  const origin: Origin = {
    handle: (request) => {
      asked.push(request)
      return Promise.resolve({
        status: 200,
        headers: {},
        body: Buffer.from('picture'),
        settled: Promise.resolve(),
        finish: (how) => finished.push(how),
        ...answer,
      })
    },
    make: () => Promise.reject(new Error('not here')),
  }
  const { statusCode, body } = await answerEvent(given, origin, context)
  return { statusCode, body: Buffer.from(body, 'base64').toString(), asked, finished }
}

it('an event asks for its path as it was sent, without its query', async () => {
  const { asked } = await answered(event({ rawPath: '/a%2520b.jpg?x=1' }))
  expect(asked).toEqual([{ method: 'GET', rawPath: '/a%2520b.jpg', mirrorSecret: 'one' }])
})

it('two spellings of the secret are a wrong one', async () => {
  const { asked } = await answered(event({ headers: { 'X-Mirror-Secret': 'one', 'x-mirror-secret': 'two' } }))
  expect(asked[0]?.mirrorSecret).toBe('one, two')
})

it.each(['', 'nonsense', 'null', '[]', '{}', '{"rawPath":"/a"}'])('%j is a 400, and nothing is asked', async (text) => {
  const { statusCode, asked } = await answered(Buffer.from(text))
  expect([statusCode, asked]).toEqual([400, []])
})

it('the answer waits for the put', async () => {
  let settle: () => void = () => undefined
  const settled = new Promise<void>((resolve) => {
    settle = resolve
  })
  let done = false
  const answer = answered(event(), { settled }).then((result) => {
    done = true
    return result
  })
  for (let turn = 0; turn < 20; turn++) await new Promise(setImmediate)
  expect(done).toBe(false)
  settle()
  expect((await answer).finished).toEqual([{ sentBytes: 7, aborted: false }])
})

it('bytes that turn out wrong on the way are an error, never a shorter picture', async () => {
  async function* breaking() {
    yield await Promise.resolve(Buffer.from('pict'))
    throw new Error('bytes were wrong')
  }
  const { statusCode, body, finished } = await answered(event(), { body: breaking() })
  expect([statusCode, JSON.parse(body)]).toMatchObject([502, { code: 'bad_original' }])
  expect(finished).toMatchObject([{ sentBytes: 0, aborted: true }])
})

it('what is too large for an event is held no further than that', async () => {
  const megabyte = Buffer.alloc(1_000_000)
  let read = 0
  async function* large() {
    for (; read < 100; read++) yield await Promise.resolve(megabyte)
  }
  const { statusCode } = await answered(event(), { body: large() })
  expect(statusCode).toBe(413)
  expect(read * megabyte.length).toBeLessThan(2 * MOST_EVENT_BYTES)
})
