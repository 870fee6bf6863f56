import { type Bucket, startBucket } from './edge-bucket.ts'

let bucket: Bucket
beforeAll(async () => {
  bucket = await startBucket()
})
afterAll(() => bucket.close())

it.each([
  ['x-oss-process=image/resize,w_200', '/a.jpg__op__resize,w_200'],
  ['x-oss-process=image/resize,w_200/quality,q_80', '/a.jpg__op__resize,w_200__op__quality,q_80'],
  ['x-oss-process=image%2Fresize%2Cw_200', '/a.jpg__op__resize,w_200'],
  ['x-oss-process=style/small', '/a.jpg!small'],
  ['x-bce-process=image/resize,w_200', '/a.jpg__op__resize,limit_0,w_200'],
  ['x-bce-process=image/resize,m_lfit,w_200,limit_1', '/a.jpg__op__resize,w_200'],
  ['image_process=resize,w_200/rotate,90', '/a.jpg__op__resize,w_200__op__rotate,90'],
  // The bucket would read this name as x-oss-process.
  ['x%2Doss%2dprocess=image/resize,w_200', '/a.jpg__op__resize,w_200'],
  // What is not about operations is the bucket's business.
  ['v=2', '/a.jpg?v=2'],
  ['v=2&x-oss-process=image/resize,w_200&lang=zh', '/a.jpg__op__resize,w_200?v=2&lang=zh'],
  ['&&', '/a.jpg'],
  ['', '/a.jpg'],
  ['v=%zz', '/a.jpg?v=%zz'],
])('?%s asks the bucket for %s', async (query, url) => {
  expect((await bucket.ask(`/a.jpg?${query}`)).status).toBe(200)
  expect(bucket.asked.at(-1)?.url?.replaceAll('%2C', ',').replaceAll('%21', '!')).toBe(url)
})

it('a key with operations of its own wins, and the bucket does not see the query', async () => {
  await bucket.ask('/a.jpg__op__resize,w_100?x-oss-process=image/resize,w_200')
  expect(bucket.lastUrl()).toBe('/a.jpg__op__resize,w_100')
})

it('spellings of one request become one key', async () => {
  const spellings = [
    '/a.jpg__op__resize,w_200,m_lfit__op__format,webp',
    '/a.jpg__op__resize,m_lfit,limit_1,w_200__op__format,f_webp',
    '/a.jpg?x-oss-process=image/resize,w_200/format,webp',
    '/a.jpg?image_process=resize,w_200/format,f_webp',
    '/%61.jpg%5F%5Fop__resize%2Cw_200__op__format,webp',
  ]
  const urls: string[] = []
  for (const path of spellings) {
    await bucket.ask(path)
    urls.push(bucket.lastUrl())
  }
  expect(new Set(urls)).toEqual(new Set(['/a.jpg__op__resize,w_200__op__format,f_webp']))
})

it.each([
  [
    'x-oss-process=image/resize,w_0',
    400,
    'bad_operation',
    'Expected resize w to be an integer from 1 to 16384, got "0"',
  ],
  ['x-oss-process=image/resize,w_1e3', 400, 'bad_operation', 'got "1e3"'],
  ['x-oss-process=image/resise,w_9', 400, 'bad_operation', 'did you mean "resize"'],
  ['x-oss-process=video/snapshot,t_1000', 400, 'bad_operation', 'to be image/… or style/…'],
  ['x-oss-process=image/resize,w_9|sys/saveas,o_eA', 400, 'bad_operation', 'got a pipe'],
  ['x-oss-process=image/resize,w_9&image_process=rotate,90', 400, 'bad_operation', 'Expected one process'],
  ['x-oss-process=image/resize,w_9&x%2Doss-process=image/rotate,90', 400, 'bad_operation', 'Expected one process'],
  ['x-oss-process=%ff', 400, 'bad_operation', 'percent-encoded UTF-8'],
  ['x-oss-process=', 400, 'bad_operation', 'to be image/… or style/…'],
  ['x-oss-process=style/smal', 404, 'no_such_style', 'did you mean "small"'],
  ['x-bce-process=image/format,f_heic', 400, 'bad_operation', 'nearest is avif'],
])('?%s is refused with %i %s before the bucket is asked', async (query, status, code, message) => {
  const { length } = bucket.asked
  const answer = await bucket.ask(`/a.jpg?${query}`)
  expect(answer.status).toBe(status)
  const body = (await answer.json()) as { code: string; message: string }
  expect(body.code).toBe(code)
  expect(body.message).toContain(message)
  expect(bucket.asked).toHaveLength(length)
})
