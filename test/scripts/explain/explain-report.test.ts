import { takeApart } from '../../../scripts/explain/asked.ts'
import { printReport } from '../../../scripts/explain/print.ts'
import { reportOn } from '../../../scripts/explain/report.ts'
import { readExplainSettings } from '../../../scripts/explain/settings.ts'

const settings = readExplainSettings(
  {
    ALLOW: 'open',
    STYLES: 'hero=image/resize,w_1200/format,f_auto;small=image/resize,w_100',
    OSS_ORIGINAL_BUCKET_NAME: 'my-originals',
    OSS_COMPRESS_BUCKET_NAME: 'my-compressed',
  },
  '',
)
const report = (asked: string) => reportOn(asked, false, settings)

describe('what was typed', () => {
  it.each([
    ['a b%20+c.jpg', 'a b%20+c.jpg', ''],
    ['what?.jpg', 'what?.jpg', ''],
    ['what?.jpg?v=1', 'what?.jpg?v=1', ''],
    ['a.jpg?x-oss-process=image/rotate,90', 'a.jpg', '?x-oss-process=image/rotate,90'],
    ['a.jpg?v=1&image_process=rotate,90', 'a.jpg', '?v=1&image_process=rotate,90'],
    ['/a%20b.jpg', 'a b.jpg', ''],
    ['/图.jpg?v=1', '图.jpg', '?v=1'],
    ['https://img.example.com/a%2520b.jpg', 'a%20b.jpg', ''],
    ['https://img.example.com/d/a.jpg?x-bce-process=image/rotate,90#top', 'd/a.jpg', '?x-bce-process=image/rotate,90'],
    ['https://img.example.com/my-compressed/a.jpg', 'my-compressed/a.jpg', ''],
    ['http://localhost:8787/my-compressed/a.jpg', 'a.jpg', ''],
    ['http://127.0.0.1:8790/a.jpg', 'a.jpg', ''],
    ['http:a.jpg', 'http:a.jpg', ''],
  ])('%s is the key %s and the query %s', (typed, key, query) => {
    expect(takeApart(typed, 'my-compressed')).toEqual({ key, query })
  })
})

describe('the report', () => {
  it('names every place that is read and written', () => {
    const logo = Buffer.from('marks/logo.png').toString('base64url')
    const key = `a.jpg__op__watermark,image_${logo}`
    expect(report(key)).toMatchObject({
      reads: [
        { bucket: 'my-originals', key: 'a.jpg' },
        { bucket: 'my-originals', key: 'marks/logo.png' },
      ],
      stored: { bucket: 'my-compressed', key },
    })
  })

  it('says what the edge makes of f_auto, for each kind of reader', () => {
    expect(report('a.jpg!hero').edge).toEqual({
      negotiated: true,
      keys: {
        avif: 'a.jpg__op__resize,w_1200__op__format,f_avif',
        webp: 'a.jpg__op__resize,w_1200__op__format,f_webp',
        source: 'a.jpg__op__resize,w_1200',
      },
    })
  })

  it('says what the edge asks for only where that is another key', () => {
    expect(report('a.jpg__op__resize,w_9').edge).toBeUndefined()
    expect(report('a.jpg!small').edge).toBeUndefined()
    expect(report('a.jpg__op__resize,m_lfit,w_9').edge).toEqual({ negotiated: false, key: 'a.jpg__op__resize,w_9' })
  })

  it('translates queries of every kind', () => {
    for (const query of ['x-oss-process=image/resize,w_9', 'image_process=resize,w_9']) {
      expect(report(`a.jpg?${query}`)).toMatchObject({ requestedKey: 'a.jpg__op__resize,w_9', fromQuery: true })
    }
    expect(report('a.jpg?x-bce-process=image/resize,w_9').requestedKey).toBe('a.jpg__op__resize,limit_0,w_9')
    expect(report('a.jpg?x-oss-process=style/small').requestedKey).toBe('a.jpg!small')
  })

  it.each([
    ['x/../a.jpg', 400, 'bad_key'],
    ['https://img.example.com/%ff.jpg', 400, 'bad_key'],
    ['a.jpg__op__resize', 400, 'bad_operation'],
    ['a.jpg?x-oss-process=image/blur', 400, 'bad_operation'],
    ['a.jpg?x-oss-process=style/huge', 404, 'no_such_style'],
  ])('%s is refused as the function or the edge would: %i %s', (asked, status, code) => {
    const { refusal, reads, stored } = report(asked)
    expect(refusal).toMatchObject({ status, code, message: expect.stringMatching(/^Expected .*, got /) as string })
    expect([reads, stored]).toEqual([[], undefined])
  })

  it('refuses originals outside the allowed prefixes, those of watermarks too', () => {
    const within = { ...settings, sourcePrefixes: ['public/'] }
    expect(reportOn('public/a.jpg', false, within).refusal).toBeUndefined()
    expect(reportOn('secret/a.jpg', false, within).refusal).toMatchObject({ status: 404, code: 'not_found' })
    const mark = Buffer.from('secret/b.png').toString('base64url')
    const refusal = reportOn(`public/a.jpg__op__watermark,image_${mark}`, false, within).refusal
    expect(refusal?.message).toBe('Expected an original whose key begins with public/, got "secret/b.png"')
  })

  it('refuses to sign a key that needs no signature', () => {
    const signing = readExplainSettings({ SIGNING_KEY: 'a-signing-key-of-the-tests' }, '')
    expect(reportOn('a.jpg', true, signing).refusal).toMatchObject({ code: 'bad_signature' })
  })
})

describe('printed', () => {
  it('is a table, in either language', () => {
    const text = printReport(report('a.jpg__op__resize,w_9,color_ff0000'), 'en')
    expect(text).toBe(`key              a.jpg__op__resize,w_9,color_ff0000
original         a.jpg
dialect          suffix
steps            1. resize,w_9 — fit to width 9 px, never enlarged
canonical key    a.jpg__op__resize,w_9
no effect        resize color
reads            my-originals: a.jpg
stored as        my-compressed: a.jpg__op__resize,w_9,color_ff0000
via the edge as  a.jpg__op__resize,w_9
`)
    const chinese = printReport(report('a.jpg!hero'), 'zh')
    expect(chinese).toContain('经边缘函数存储为  AVIF: a.jpg__op__resize,w_1200__op__format,f_avif\n')
    expect(chinese).toContain('对象名            a.jpg!hero\n')
    expect(chinese).not.toMatch(/undefined/)
  })

  it('says that a style may be mistyped', () => {
    expect(printReport(report('a.jpg!smal'), 'en')).toMatch(/^if missing .*did you mean "small"/m)
  })

  it('says that a canonical key is too long to be stored', () => {
    expect(printReport(report(`${'a'.repeat(1000)}!hero`), 'en')).toContain('(too long for an object')
  })

  it('of a refusal has no line about what is read and stored', () => {
    const text = printReport(report('x/../a.jpg'), 'en')
    expect(text).toMatch(/^refused +400 bad_key, not a possible object name: Expected/m)
    expect(text).not.toMatch(/^(?:reads|stored)/m)
    const notAllowed = printReport(reportOn('a.jpg__op__rotate,90', false, readExplainSettings({}, '')), 'en')
    expect(notAllowed).toMatch(/^steps +1\. rotate,90/m)
    expect(notAllowed).not.toMatch(/^(?:reads|stored)/m)
  })
})
