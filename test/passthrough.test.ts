import { MAX_SVG_BYTES } from '../src/image/policy.ts'
import { sniff } from '../src/image/sniff.ts'
import type { OriginalFacts } from '../src/oss/bucket.ts'
import { operableType, passedType, passThroughHeaders } from '../src/passthrough.ts'

const JPEG = sniff(Buffer.from('\xff\xd8\xff\xe0', 'latin1'))
const SVG = sniff(Buffer.from('<svg/>'))
const HTML = sniff(Buffer.from('<html>'))
const FILM = sniff(Buffer.from('\0\0\0\x10ftypisom\0\0\0\0', 'latin1'))

const facts = (more: Partial<OriginalFacts> = {}): OriginalFacts => ({
  etag: 'ABC',
  bytes: 1000,
  lastModified: '',
  contentEncoding: undefined,
  crc64: undefined,
  contentMd5: undefined,
  ...more,
})
const config = (passThrough: 'none' | 'media' | 'all' = 'media') => ({ passThrough, maxSourceBytes: 10_000_000 })
const hidden = expect.objectContaining({ code: 'not_passed_through', status: 404 })

describe('without operations', () => {
  it('a picture that fits is compressed, whatever may pass', () => {
    for (const passThrough of ['none', 'media', 'all'] as const) {
      expect(passedType(JPEG, facts(), config(passThrough))).toMatchObject({ compressible: true })
    }
  })

  it.each([
    ['is too large', { bytes: 10_000_001 }],
    ['has no length', { bytes: Number.NaN }],
  ])('a picture that %s passes as it is', (_, more) => {
    const type = passedType(JPEG, facts(more), config('none'))
    expect(type).toMatchObject({ compressible: false, contentType: 'image/jpeg', reason: 'source_too_large' })
  })

  it.each(['gzip', 'br', 'x-gzip', ' DEFLATE', 'zstd'])('what is packed (%s) is no picture to anybody', (encoding) => {
    const packed = facts({ contentEncoding: encoding })
    expect(() => passedType(JPEG, packed, config('media'))).toThrow(hidden)
    expect(() => passedType(FILM, packed, config('media'))).toThrow(hidden)
    const type = passedType(JPEG, packed, config('all'))
    expect(type.compressible).toBe(false)
    expect(passThroughHeaders(type, packed, 'public')).toMatchObject({ 'Content-Encoding': encoding })
  })

  it('active content is a download: a page, and a drawing that is too large to be made harmless', () => {
    const download = { contentType: 'application/octet-stream', contentDisposition: 'attachment' }
    expect(passedType(HTML, facts(), config('all'))).toMatchObject({ ...download, compressible: false })
    expect(passedType(SVG, facts({ bytes: MAX_SVG_BYTES }), config())).toMatchObject({ compressible: true })
    const large = passedType(SVG, facts({ bytes: MAX_SVG_BYTES + 1 }), config())
    expect(large).toMatchObject({ ...download, compressible: false, reason: 'active_content' })
    expect(passThroughHeaders(large, facts(), 'public')).toMatchObject({
      'Content-Type': 'application/octet-stream',
      'Content-Disposition': 'attachment',
      'X-Content-Type-Options': 'nosniff',
    })
  })

  it('the rest is let out by its kind alone', () => {
    expect(passedType(FILM, facts(), config('media')).contentType).toBe('video/mp4')
    expect(() => passedType(FILM, facts(), config('none'))).toThrow(hidden)
    expect(() => passedType(HTML, facts(), config('media'))).toThrow(hidden)
  })
})

describe('with operations', () => {
  it.each([
    ['a film', FILM, {}, 415],
    ['a packed picture', JPEG, { contentEncoding: 'gzip' }, 415],
    ['a picture that is too large', JPEG, { bytes: 10_000_001 }, 413],
    ['a picture without a length', JPEG, { bytes: Number.NaN }, 413],
  ])('%s: refused', (_, sniffed, more, status) => {
    expect(() => operableType(sniffed, facts(more), config())).toThrow(expect.objectContaining({ status }))
  })

  it('a picture that fits can be operated on, with a Content-Encoding that is none, too', () => {
    expect(operableType(JPEG, facts({ contentEncoding: 'utf-8' }), config()).compressible).toBe(true)
  })
})
