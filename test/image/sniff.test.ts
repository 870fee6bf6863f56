import { gzipSync } from 'node:zlib'
import { SNIFF_BYTES, sniff } from '../../src/image/sniff.ts'

const latin1 = (text: string): Buffer => Buffer.from(text, 'latin1')
const box = (major: string, ...compatible: string[]): Buffer => {
  const body = latin1(`ftyp${major}\0\0\0\0${compatible.join('')}`)
  const size = Buffer.alloc(4)
  size.writeUInt32BE(body.length + 4)
  return Buffer.concat([size, body, Buffer.alloc(64)])
}

describe('sniff', () => {
  it.each([
    ['\xff\xd8\xff\xe0', 'image/jpeg', 'jpeg'],
    ['\x89PNG\r\n\x1a\n', 'image/png', 'png'],
    ['GIF87a', 'image/gif', 'gif'],
    ['GIF89a', 'image/gif', 'gif'],
    ['RIFF\x10\0\0\0WEBPVP8L', 'image/webp', 'webp'],
    ['II*\0\x08\0\0\0', 'image/tiff', 'tiff'],
    ['MM\0*\0\0\0\x08', 'image/tiff', 'tiff'],
    ['\0\0\x01\0\x01\0', 'image/x-icon', 'ico'],
    ['\0\0\0\x0cJXL \r\n\x87\n', 'image/jxl', 'jxl'],
    ['\xff\x0a\xfa\x1f', 'image/jxl', 'jxl'],
    ['\0\0\0\x0cjP  \r\n\x87\n', 'image/jp2', 'jp2'],
    [`BM\x46\0\0\0\0\0\0\0\x36\0\0\0\x28\0\0\0`, 'image/bmp', 'bmp'],
  ])('knows %j as a picture by its first bytes', (text, contentType, format) => {
    expect(sniff(latin1(text))).toEqual({ contentType, media: 'image', format })
  })

  it.each([
    [box('avif', 'mif1', 'miaf'), 'image/avif', 'avif'],
    [box('avis', 'avif', 'msf1'), 'image/avif', 'avif'],
    [box('mif1', 'avif', 'miaf'), 'image/avif', 'avif'],
    [box('heic', 'mif1', 'heic'), 'image/heic', 'heic'],
    [box('mif1', 'heic'), 'image/heic', 'heic'],
    [box('hevc', 'msf1'), 'image/heic-sequence', 'heic'],
  ])('tells AVIF from HEIF by the brands (%#)', (bytes, contentType, format) => {
    expect(sniff(bytes)).toEqual({ contentType, media: 'image', format })
  })

  it.each([
    [box('isom', 'mp42'), 'video/mp4', 'video'],
    [box('M4A ', 'isom'), 'audio/mp4', 'audio'],
    [box('qt  '), 'video/quicktime', 'video'],
    [latin1('ID3\x03\0'), 'audio/mpeg', 'audio'],
    [latin1('\xff\xfb\x90\x64'), 'audio/mpeg', 'audio'],
    [latin1('RIFF\0\0\0\0WAVEfmt '), 'audio/wav', 'audio'],
    [latin1('RIFF\0\0\0\0AVI LIST'), 'video/x-msvideo', 'video'],
    [latin1('\x1a\x45\xdf\xa3\x9f\x42\x82\x84webm'), 'video/webm', 'video'],
    [latin1('fLaC\0\0\0\x22'), 'audio/flac', 'audio'],
    [latin1('%PDF-1.7'), 'application/pdf', 'pdf'],
    [latin1('PK\x03\x04'), 'application/zip', 'other'],
    [latin1('8BPS\0\x01'), 'image/vnd.adobe.photoshop', 'image'],
  ])('knows other media (%#)', (bytes, contentType, media) => {
    expect(sniff(bytes)).toEqual({ contentType, media })
  })

  it.each([
    '<!DOCTYPE html><p>',
    ' \n\t<HTML>',
    '\uFEFF<script>alert(1)</script>',
    '<!-- a comment --><b>',
    '<iframe src=x>',
    '<img src=x onerror=alert(1)>',
    '<html><body><svg/></body></html>',
    '<?xml version="1.0"?><html xmlns="http://www.w3.org/1999/xhtml"/>',
  ])('takes %j for a page', (text) => {
    expect(sniff(Buffer.from(text))).toEqual({ contentType: 'text/html', media: 'active' })
  })

  it.each([
    ['plain', '<svg xmlns="http://www.w3.org/2000/svg"/>'],
    ['behind a declaration', '<?xml version="1.0"?>\n<svg width="1"/>'],
    ['behind a long comment', `<!--${'x'.repeat(3000)}--><svg/>`],
    ['behind a doctype with entities', '<!DOCTYPE svg [<!ENTITY a "b">]><svg>&a;</svg>'],
    ['with a prefix', '<?xml version="1.0"?><s:svg xmlns:s="http://www.w3.org/2000/svg"/>'],
  ])('takes SVG %s for active', (_, text) => {
    expect(sniff(Buffer.from(text))).toEqual({ contentType: 'image/svg+xml', media: 'active', format: 'svg' })
  })

  it('sees SVG in UTF-16 of either order and in gzip', () => {
    const svg = '<svg xmlns="http://www.w3.org/2000/svg"/>'
    const little = Buffer.from(svg, 'utf16le')
    const expected = { media: 'active', format: 'svg' }
    expect(sniff(little)).toMatchObject(expected)
    expect(sniff(Buffer.from(little).swap16())).toMatchObject(expected)
    expect(sniff(Buffer.concat([latin1('\xff\xfe'), little]))).toMatchObject(expected)
    expect(sniff(Buffer.concat([latin1('\xfe\xff'), Buffer.from(little).swap16()]))).toMatchObject(expected)
    expect(sniff(gzipSync(svg))).toMatchObject(expected)
    for (const other of ['hello', '<html><svg/></html>'])
      expect(sniff(gzipSync(other))).toEqual({ contentType: 'application/gzip', media: 'other' })
  })

  it.each([
    ['<?xml version="1.0"?><Error><Code>x</Code></Error>', 'text/xml'],
    ['<root attribute="1">', 'text/xml'],
    ['(function () { alert(1) })()', 'text/javascript'],
    ['// a comment\n/* another */ "use strict"; var a = 1', 'text/javascript'],
    ['import x from "./x.js"', 'text/javascript'],
    ['const { a } = await fetch("/")', 'text/javascript'],
    ['#!/usr/bin/env node\n', 'text/javascript'],
    ['document.write("x")', 'text/javascript'],
  ])('takes %j for active', (text, contentType) => {
    expect(sniff(Buffer.from(text))).toEqual({ contentType, media: 'active' })
  })

  it.each(['', 'a', 'name,size\n1,2\n', 'Better late than never', '{"a": 1}', 'constant reader', 'important <b>'])(
    'lets plain text %j be bytes',
    (text) => {
      expect(sniff(Buffer.from(text))).toEqual({ contentType: 'application/octet-stream', media: 'other' })
    },
  )

  it('calls a file that begins as a picture a picture, whatever follows', () => {
    expect(sniff(latin1('\xff\xd8\xff\xe0<script>alert(1)</script>')).contentType).toBe('image/jpeg')
    expect(sniff(latin1('GIF89a=1;alert(1)//')).contentType).toBe('image/gif')
    expect(sniff(latin1('ID3=>alert(1)')).contentType).toBe('audio/mpeg')
    expect(sniff(latin1('<script>/*\xff\xd8\xff*/')).media).toBe('active')
  })

  it('does not take every text that begins with BM for a bitmap', () => {
    expect(sniff(latin1('BM 12 bytes in\x29\0\0\0'))).toEqual({
      contentType: 'application/octet-stream',
      media: 'other',
    })
  })

  it('looks no further than it says', () => {
    const late = Buffer.concat([Buffer.from(`<!--${' '.repeat(SNIFF_BYTES)}-->`), Buffer.from('<svg/>')])
    expect(sniff(late)).toEqual(sniff(late.subarray(0, SNIFF_BYTES)))
    expect(sniff(late).media).toBe('active')
  })
})
