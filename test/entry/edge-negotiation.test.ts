import { ACCEPT, type Bucket, startBucket } from './edge-bucket.ts'

let bucket: Bucket
beforeAll(async () => {
  bucket = await startBucket()
})
afterAll(() => bucket.close())

const AUTO = '/trip/photo.png__op__resize,w_800__op__format,f_auto'

describe('a key with f_auto', () => {
  it.each([
    ['Chrome', ACCEPT.chrome, 'avif'],
    ['Firefox', ACCEPT.firefox, 'avif'],
    ['Safari', ACCEPT.safari, 'avif'],
    ['Chrome before AVIF', ACCEPT.oldChrome, 'webp'],
    ['Chrome, the picture opened as a page', ACCEPT.chromeNavigation, 'avif'],
    ['upper case', 'IMAGE/AVIF', 'avif'],
    ['blanks around everything', ' text/html , image/webp ; q=0.9 ', 'webp'],
    ['AVIF refused', 'image/avif;q=0, image/webp', 'webp'],
    ['AVIF liked less', 'image/avif;q=0.2, image/webp;q=0.8', 'webp'],
    ['both alike', 'image/webp;q=0.8, image/avif;q=0.8', 'avif'],
  ])('goes to %s as its own key', async (_, accept, format) => {
    const answer = await bucket.ask(AUTO, { headers: { accept } })
    expect(bucket.lastUrl()).toBe(`/trip/photo.png__op__resize,w_800__op__format,f_${format}`)
    expect(answer.headers.get('vary')).toBe('Accept')
  })

  it.each([
    ['Safari before WebP', ACCEPT.oldSafari],
    ['Safari, the picture opened as a page', ACCEPT.safariNavigation],
    ['curl', ACCEPT.curl],
    ['pictures of any kind', 'image/*'],
    ['an empty header', ''],
    ['both refused', 'image/avif;q=0,image/webp;q=0.000'],
    ['a type that only begins alike', 'image/webpage, ximage/avif'],
    ['a quality that is none', 'image/avif;q=high'],
  ])('goes to %s in the original’s format', async (_, accept) => {
    const answer = await bucket.ask(AUTO, { headers: { accept } })
    expect(bucket.lastUrl()).toBe('/trip/photo.png__op__resize,w_800')
    expect(answer.headers.get('vary')).toBe('Accept')
  })

  it('goes to a reader without the header in the original’s format', async () => {
    const request = new Request(`https://img.example.com${AUTO}`)
    expect(request.headers.has('accept')).toBe(false)
    expect((await bucket.ask(AUTO)).headers.get('vary')).toBe('Accept')
    expect(bucket.lastUrl()).toBe('/trip/photo.png__op__resize,w_800')
  })

  it('leads two readers of one URL to two keys of the bucket, and tells caches in front', async () => {
    const first = await bucket.ask(AUTO, { headers: { accept: ACCEPT.chrome } })
    const firstUrl = bucket.lastUrl()
    const second = await bucket.ask(AUTO, { headers: { accept: ACCEPT.oldSafari } })
    expect(bucket.lastUrl()).not.toBe(firstUrl)
    expect([first, second].map((answer) => answer.headers.get('vary'))).toEqual(['Accept', 'Accept'])
  })

  it('is settled in a style and in a query too', async () => {
    const headers = { accept: ACCEPT.chrome }
    expect((await bucket.ask('/a.jpg!hero', { headers })).headers.get('vary')).toBe('Accept')
    expect(bucket.lastUrl()).toBe('/a.jpg__op__resize,h_400,m_fill,w_1200__op__format,f_avif')
    const query = '/a.jpg?x-oss-process=image/resize,w_9/format,f_auto'
    expect((await bucket.ask(query, { headers })).headers.get('vary')).toBe('Accept')
    expect(bucket.lastUrl()).toBe('/a.jpg__op__resize,w_9__op__format,f_avif')
  })

  it('keeps a directory that is called f_auto', async () => {
    await bucket.ask('/f_auto/format,f_auto/a.jpg__op__format,f_auto', { headers: { accept: 'image/webp' } })
    expect(bucket.lastUrl()).toBe('/f_auto/format,f_auto/a.jpg__op__format,f_webp')
  })
})

describe('without f_auto', () => {
  it.each(['/a.jpg', '/a.jpg__op__format,f_webp', '/a.jpg!small', '/f_auto/a.jpg', '/a.jpg?x-oss-process=style/small'])(
    'every reader of %s gets the same, and Vary says nothing',
    async (path) => {
      const urls: string[] = []
      for (const accept of Object.values(ACCEPT)) {
        const answer = await bucket.ask(path, { headers: { accept } })
        expect(answer.headers.has('vary')).toBe(false)
        urls.push(bucket.lastUrl())
      }
      expect(new Set(urls).size).toBe(1)
    },
  )
})

describe('Vary of the bucket', () => {
  afterAll(() => bucket.respond((_, response) => response.end('picture')))

  it.each([
    ['Origin', 'Origin, Accept', 'Origin'],
    ['Origin, Accept-Encoding', 'Origin, Accept-Encoding, Accept', 'Origin, Accept-Encoding'],
    ['accept', 'accept', 'accept'],
    ['Origin,Accept', 'Origin,Accept', 'Origin,Accept'],
    ['*', '*', '*'],
  ])('%s becomes %s where Accept had a say, else %s', async (given, negotiated, otherwise) => {
    bucket.respond((_, response) => response.writeHead(200, { Vary: given }).end('picture'))
    expect((await bucket.ask(AUTO)).headers.get('vary')).toBe(negotiated)
    expect((await bucket.ask('/a.jpg')).headers.get('vary')).toBe(otherwise)
  })

  it.each([304, 404, 424, 503])('is completed on a %i as well', async (status) => {
    bucket.respond((_, response) => response.writeHead(status).end())
    const answer = await bucket.ask(AUTO, { headers: { 'if-none-match': '"x"' } })
    expect([answer.status, answer.headers.get('vary')]).toEqual([status, 'Accept'])
  })
})
