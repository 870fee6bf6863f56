import { createHash } from 'node:crypto'
import { bucket, httpOrigin, rawOrigin, rule, using, website } from './harness.ts'

const seven = {
  'content-type': 'image/webp',
  'content-encoding': 'identity',
  'content-disposition': 'attachment',
  'cache-control': 'max-age=60',
  expires: 'Thu, 01 Jan 2032 00:00:00 GMT',
  'content-language': 'en',
  'access-control-allow-origin': '*',
}
const others = {
  etag: '"origin"',
  'last-modified': 'Wed, 01 Jan 2020 00:00:00 GMT',
  'content-md5': createHash('md5').update('x').digest('base64'),
  'x-oss-meta-recipe': '7',
  'x-other': 'y',
  vary: 'Accept',
  'set-cookie': 'a=b',
}

async function mirrored(
  headers: Record<string, string>,
  options: { redirect?: string; switches?: Parameters<typeof bucket>[1]; body?: string } = {},
) {
  const origin = await httpOrigin((_, response) => response.writeHead(200, headers).end(options.body ?? 'x'))
  const server = await bucket(website(rule(origin.url, options)), options.switches ?? {})
  const seen: { answer?: Awaited<ReturnType<typeof server.get>>; url: string } = { url: origin.url }
  await using([server, origin], async () => {
    seen.answer = await server.get('/a.jpg')
  })
  return { ...seen, facts: server.facts[0], object: server.sink.objects.get('b/a.jpg') }
}

describe('what is kept of the origin', () => {
  it('are seven headers, and the same are what the first reader sees', async () => {
    const before = Date.now()
    const { object, answer } = await mirrored({ ...seven, ...others })
    const { 'content-type': contentType, ...headers } = seven
    expect(object).toMatchObject({ contentType, headers, user: {}, extra: { 'x-oss-tag': 'MIRROR' } })
    expect(Object.keys(object?.headers ?? {}).sort()).toEqual(Object.keys(headers).sort())
    expect(object?.lastModified).toBeGreaterThanOrEqual(before)
    const { date: _date, connection: _connection, 'keep-alive': _keepAlive, ...rest } = answer?.headers ?? {}
    expect(rest).toEqual({
      ...seven,
      'transfer-encoding': 'chunked',
      'x-oss-tag': 'MIRROR',
      'x-oss-request-id': 'REQUEST',
    })
  })

  it('is no content type when there is none', async () => {
    const origin = await rawOrigin('HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nx')
    const server = await bucket(website(rule(origin.url)))
    await using([server, origin], async () => {
      expect((await server.get('/a.jpg')).headers).toMatchObject({
        'content-type': 'application/octet-stream',
        'content-length': '1',
      })
      expect(server.sink.objects.get('b/a.jpg')).toMatchObject({ contentType: 'application/octet-stream', headers: {} })
    })
  })

  it('is user metadata only with MirrorSaveOssMeta', async () => {
    const { object, answer } = await mirrored(others, { redirect: '<MirrorSaveOssMeta>true</MirrorSaveOssMeta>' })
    expect(object?.user).toEqual({ recipe: '7' })
    expect(answer?.headers['x-oss-meta-recipe']).toBe('7')
  })

  it('is not more than 8 KB of user metadata', async () => {
    const redirect = '<MirrorSaveOssMeta>true</MirrorSaveOssMeta>'
    const fits = await mirrored({ 'x-oss-meta-a': 'v'.repeat(8191) }, { redirect })
    expect(fits.answer?.status).toBe(200)
    const over = await mirrored({ 'x-oss-meta-a': 'v'.repeat(8192) }, { redirect })
    expect(over.answer).toMatchObject({ status: 424, message: 'Meta is too large' })
    expect(over.object).toBeUndefined()
  })

  it('is the time of the origin only with MirrorUserLastModified', async () => {
    const redirect = '<MirrorUserLastModified>true</MirrorUserLastModified>'
    expect((await mirrored(others, { redirect })).object?.lastModified).toBe(Date.UTC(2020, 0, 1))
    const before = Date.now()
    expect((await mirrored({ 'last-modified': 'soon' }, { redirect })).object?.lastModified).toBeGreaterThanOrEqual(
      before,
    )
  })

  it('are the headers of x-oss-persistent-headers, unless the switch is off', async () => {
    const base64 = (text: string) => Buffer.from(text).toString('base64')
    const list = `X-Kept:${base64('yes, it is')},x-oss-meta-m:${base64('1')},broken,content-length:${base64('9')},x-nl:${base64('a\r\nb: c')}`
    const headers = { 'x-oss-persistent-headers': list }
    const { object } = await mirrored(headers)
    expect(object).toMatchObject({ headers: { 'x-kept': 'yes, it is' }, user: { m: '1' } })
    expect(Object.keys(object?.headers ?? {})).toEqual(['x-kept'])
    const off = await mirrored(headers, { switches: { switches: { persistentHeaders: false } } })
    expect(off.object).toMatchObject({ headers: {}, user: {} })
  })

  it('are the tags of MirrorTaggings', async () => {
    const redirect = '<MirrorTaggings><Taggings><Key>k</Key><Value>v</Value></Taggings></MirrorTaggings>'
    expect((await mirrored({}, { redirect })).object?.tags).toEqual({ k: 'v' })
    expect((await mirrored({})).object?.tags).toBeUndefined()
  })

  it('is its address only in a tag the switch asks for', async () => {
    const { object, url } = await mirrored({}, { switches: { switches: { tag: 'with-url' } } })
    expect(object?.extra).toEqual({ 'x-oss-tag': `MIRROR ${encodeURIComponent(`${url}a.jpg`)}` })
  })
})

describe('the first reader', () => {
  it('sees the headers of MirrorReturnHeaders, which are not stored', async () => {
    const redirect =
      '<MirrorReturnHeaders><ReturnHeader><Key>X-Return</Key><Value>v</Value></ReturnHeader></MirrorReturnHeaders>'
    const { answer, object } = await mirrored({}, { redirect })
    expect(answer?.headers['x-return']).toBe('v')
    expect(JSON.stringify(object)).not.toContain('x-return')
  })
})

describe('nothing is stored', () => {
  it('with MirrorProxyPass, unless the field is ignored', async () => {
    const redirect = '<MirrorProxyPass>true</MirrorProxyPass>'
    const passed = await mirrored(seven, { redirect })
    expect(passed.answer).toMatchObject({ status: 200, headers: { 'content-type': 'image/webp' } })
    expect(passed.object).toBeUndefined()
    expect(passed.facts).toMatchObject({ stored: false, why: 'MirrorProxyPass' })
    const ignored = await mirrored(seven, { redirect, switches: { switches: { proxyPass: 'ignored' } } })
    expect(ignored.object?.bytes.toString()).toBe('x')
  })

  it('of a body whose MD5 is wrong, which the reader gets all the same', async () => {
    const redirect = '<MirrorCheckMd5>true</MirrorCheckMd5>'
    const wrong = { 'content-md5': createHash('md5').update('y').digest('base64') }
    const failed = await mirrored(wrong, { redirect })
    expect(failed.answer).toMatchObject({ status: 200, cut: false, body: Buffer.from('x') })
    expect(failed.object).toBeUndefined()
    expect(failed.facts).toMatchObject({ stored: false, why: 'MD5 in header() is not equal to MD5 calculated' })
    expect((await mirrored(others, { redirect })).object?.size).toBe(1)
    expect((await mirrored({}, { redirect })).object?.size).toBe(1)
    expect((await mirrored(wrong)).object?.size).toBe(1)
  })

  it('of a chunked answer when the switch refuses it', async () => {
    const refuse = { switches: { chunked: 'refuse' } } as const
    const chunked = await mirrored({}, { switches: refuse })
    expect(chunked.answer?.body.toString()).toBe('x')
    expect(chunked.object).toBeUndefined()
    expect((await mirrored({})).object?.size).toBe(1)
    expect((await mirrored({ 'content-length': '1' }, { switches: refuse })).object?.size).toBe(1)
  })
})
