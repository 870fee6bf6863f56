// An SVG is cleaned and then looked at anew, so that a gap in one of the two lets nothing through. Here each holds alone.
import { parseXml } from '@rgrove/parse-xml'
import sharp from 'sharp'

import { isHarmlessValue } from '../../../src/image/svg/attribute.ts'
import { cleanSvg } from '../../../src/image/svg/clean.ts'
import { cleanCss, isHarmlessCss, isLocalReference } from '../../../src/image/svg/css.ts'
import { isHarmlessSvg } from '../../../src/image/svg/harmless.ts'
import { minifySvg } from '../../../src/image/svg/minify.ts'
import { cleanHref, isHarmlessHref } from '../../../src/image/svg/references.ts'
import { harmlessSvg } from '../../../src/image/svg/svg.ts'
import { write } from '../../../src/image/svg/tree.ts'
import { drawnElements, MAX_DRAWN_ELEMENTS } from '../../../src/image/svg/weight.ts'
import { bombs } from './attacks.ts'

const NAMESPACE = 'xmlns="http://www.w3.org/2000/svg"'
const XLINK = 'xmlns:xlink="http://www.w3.org/1999/xlink"'
const svg = (inside: string, more = '') => `<svg ${NAMESPACE}${more}>${inside}</svg>`
const nested = (depth: number) => svg('<g>'.repeat(depth) + '</g>'.repeat(depth))

describe('the look at what goes out', () => {
  it.each([
    svg('<rect fill="red"/>'),
    svg('<use xlink:href="#a"/>', ` ${XLINK}`),
    svg('<style>rect{fill:red}</style>'),
    nested(200),
  ])('lets through %.60s', (text) => expect(isHarmlessSvg(text)).toBe(true))

  it.each([
    ['something in front', ` ${svg('')}`],
    ['a byte order mark', `\uFEFF${svg('')}`],
    ['a comment', svg('<!-- a -->')],
    ['an instruction', svg('<?a b?>')],
    ['CDATA', svg('<style><![CDATA[rect{fill:red}]]></style>')],
    ['a declaration', `<!DOCTYPE svg>${svg('')}`],
    ['no namespace', '<svg><rect/></svg>'],
    ['another namespace', '<svg xmlns="http://www.w3.org/1999/xhtml"/>'],
    ['another root', `<svgs ${NAMESPACE}/>`],
    ['a namespace further in', svg(`<g ${NAMESPACE}/>`)],
    ['a prefix further in', svg(`<g ${XLINK}/>`)],
    ['an element that is not listed', svg('<script/>')],
    ['an element with a prefix', svg('<s:rect xmlns:s="http://www.w3.org/2000/svg"/>')],
    ['an attribute that is not listed', svg('', ' onload="a"')],
    ['a reference to the outside', svg('<use href="http://a/#b"/>')],
    ['a paint from the outside', svg('<rect fill="url(http://a/#b)"/>')],
    ['a style sheet that loads', svg('<style>@import "a";</style>')],
    ['an element in a style sheet', svg('<style><g/></style>')],
    ['too many levels', nested(300)],
    ['no end', `<svg ${NAMESPACE}>`],
  ])('refuses %s', (_, text) => expect(isHarmlessSvg(text)).toBe(false))

  const { 'a long chain': _long, ...small } = bombs()
  it.each(Object.entries(small))('refuses %s', (_, source) => {
    expect(isHarmlessSvg(source.toString('utf8'))).toBe(false)
  })

  it.each([
    ['fill', 'url(#a)', true],
    ['fill', 'url(http://a)', false],
    ['style', 'fill:red', true],
    ['style', 'fill:red}rect{fill:blue', false],
    ['attributeName', 'fill', true],
    ['attributeName', 'href', false],
    ['attributeName', 'onclick', false],
  ])('of the value %s="%s": %s', (name, value, expected) => {
    expect(isHarmlessValue('animate', name, value)).toBe(expected)
  })

  it('takes a style sheet for CSS and nothing else', () => {
    expect(isHarmlessValue('style', 'type', 'text/css')).toBe(true)
    expect(isHarmlessValue('style', 'type', 'text/less')).toBe(false)
  })
})

describe('CSS', () => {
  it.each([
    'fill:red',
    'fill:URL(#a)',
    `fill:url( "#a" )`,
    '@media print{rect{fill:none}}',
    'fill:url(data:image/png;base64,aaaa)',
  ])('%s is harmless', (css) => expect(isHarmlessCss(css)).toBe(true))

  it.each([
    'fill:r\\65 d',
    'fill:/**/red',
    'a{-moz-binding:none}',
    'behavior : none',
    'x:JavaScript:a',
    '@import "a"',
    '@charset "utf-7"',
    'x:expression(1)',
    'x:image-set("a" 1x)',
    'fill:url(http://a)',
    'fill:url(a)',
    'fill:url(#a',
    'fill:url("#a)',
    'fill:url(data:text/html;base64,aaaa)',
    'fill:url(data:image/svg+xml;base64,aaaa)',
    'fill:url(data:image/png;base64,aa%61a)',
  ])('%s is not', (css) => expect(isHarmlessCss(css)).toBe(false))

  it.each(['', 'a', '#', '#a b', '#%61', '#a(', '#a"', '#a\\62'])('%j is no reference as it stands', (address) =>
    expect(isLocalReference(address)).toBe(false),
  )

  it('loses what is not harmless, and only that', () => {
    expect(cleanCss('fill:red;mask:url(http://a);stroke:blue')).toBe('fill:red;stroke:blue')
    expect(cleanCss('@import "a";rect{fill:red}')).toBe('rect{fill:red}')
    expect(cleanCss('@document url(http://a){rect{fill:red}}g{fill:blue}')).toBe('g{fill:blue}')
    expect(cleanCss('rect{fill:/* a */red}')).toBe('rect{fill: red}')
  })
})

describe('a reference', () => {
  const inBase64 = async (format: 'png' | 'jpeg') =>
    (
      await sharp({ create: { width: 2, height: 2, channels: 3, background: '#123' } })
        .toFormat(format)
        .toBuffer()
    ).toString('base64')
  const drawing = Buffer.from(svg('')).toString('base64')

  it('to a picture stays on pictures, where it is what it says', async () => {
    const png = await inBase64('png')
    expect(isHarmlessHref('image', `data:image/png;base64,${png}`)).toBe(true)
    expect(isHarmlessHref('use', `data:image/png;base64,${png}`)).toBe(false)
    expect(isHarmlessHref('image', `data:image/png;a=b;base64,${png}`)).toBe(false)
    expect(isHarmlessHref('image', `data:image/png;base64,${png}%3d`)).toBe(false)
    expect(isHarmlessHref('image', `data:image/png;base64,${await inBase64('jpeg')}`)).toBe(false)
    expect(isHarmlessHref('image', `data:image/png;base64,${drawing}`)).toBe(false)
    expect(isHarmlessHref('image', 'http://a/b.png')).toBe(false)
  })

  it('is cleaned to what may stay', async () => {
    const png = await inBase64('png')
    expect(cleanHref('image', ` DATA:text/html;base64,${png}`)).toBe(`data:image/png;base64,${png}`)
    expect(cleanHref('use', `data:image/png;base64,${png}`)).toBeUndefined()
    expect(cleanHref('image', `data:image/png;base64,${drawing}`)).toBeUndefined()
    expect(cleanHref('image', 'http://a/b.png')).toBeUndefined()
    expect(cleanHref('use', ' #%61 ')).toBe('#a')
  })
})

describe('cleaning', () => {
  const cleaned = (text: string) => {
    const tag = cleanSvg(text)
    return tag && write(tag)
  }

  it.each([
    ['a script', '<script>a</script>', ''],
    ['HTML', '<h:rect xmlns:h="http://www.w3.org/1999/xhtml"/>', ''],
    ['a handler', '<rect onclick="a"/>', '<rect/>'],
    ['what another namespace calls fill', '<rect xmlns:x="urn:x" x:fill="red"/>', '<rect/>'],
    ['a paint from the outside', '<rect fill="url(http://a)"/>', '<rect/>'],
    ['a reference to the outside', '<use href="http://a"/>', '<use/>'],
    ['other letters of a name', '<use href=" #%61 "/>', '<use href="#a"/>'],
    ['a declaration that loads', '<rect style="x:y;mask:url(http://a)"/>', '<rect style="x:y;"/>'],
    ['a rule that loads', '<style>@import "a";b{c:d}</style>', '<style>b{c:d}</style>'],
    ['an animation of a reference', '<rect><set attributeName="href" to="#a"/></rect>', '<rect/>'],
    ['text where none is drawn', '<g>a</g>', '<g/>'],
  ])('takes out %s', (_, inside, left) => {
    expect(cleaned(svg(`${inside}<path/>`))).toBe(svg(`${left}<path/>`))
  })

  it.each([
    ['another root', `<g ${NAMESPACE}/>`],
    ['a root that is not SVG', '<svg xmlns="urn:x"/>'],
    ['declarations of its own', `<!DOCTYPE svg [<!ATTLIST rect fill CDATA "red">]>${svg('<rect/>')}`],
    ['too many levels', nested(300)],
    ['too many prefixes', svg('', Array.from({ length: 101 }, (_, i) => ` xmlns:p${i}="urn:x"`).join(''))],
    ['no end', `<svg ${NAMESPACE}>`],
  ])('gives up at %s', (_, text) => expect(cleanSvg(text)).toBeUndefined())

  it('writes what cannot be read as anything else', () => {
    const text = cleaned(svg(`<text id="a&quot;&lt;b&#10;">&lt;script>&amp;</text>`)) ?? ''
    expect(text).toBe(svg(`<text id="a&quot;&lt;b&#10;">&lt;script&gt;&amp;</text>`))
    expect(cleaned(text)).toBe(text)
  })
})

describe('a drawing that cannot be promised to look the same, harmless, and no larger, is a download', () => {
  it.each([
    ['over 4 MiB', Buffer.from(svg(`<desc>${'a'.repeat(4_194_304)}</desc>`))],
    ['of too many parts', Buffer.from(svg('<g/>'.repeat(150_000)))],
    ['not UTF-8', Buffer.from(svg('<text>\xe9</text>'), 'latin1')],
    ['that says it is not UTF-8', Buffer.from(`<?xml version="1.0" encoding="iso-8859-1"?>${svg('<text>a</text>')}`)],
    // Cleaned and made smaller alike it is longer than it came, as every > is written out.
    ['whose harmless form is larger', Buffer.from(svg(`<desc>${'>'.repeat(200)}</desc>`, ' onload="a"'))],
    ['whose only form is larger', Buffer.from(`<!---->${svg(`<desc>${'>'.repeat(200)}</desc>`)}`)],
  ])('%s', async (_, source) => expect(await harmlessSvg(source)).toBeUndefined())
})

describe('svgo is not asked for what would take it seconds', () => {
  const made = async (inside: string) => {
    const text = svg(inside)
    const tag = cleanSvg(text)
    if (tag === undefined) throw new Error('Expected a drawing, got none')
    return minifySvg(text, tag)
  }

  it('but for the rest', async () => expect(await made('<g> <path d="M 0 0 L 1 1"/> </g>')).toBeDefined())

  it.each([
    ['half a megabyte', `<desc>${'a'.repeat(530_000)}</desc>`],
    ['thousands of siblings', '<g/>'.repeat(4001)],
    ['hundreds of rules', `<style>${'a{fill:red}'.repeat(720)}</style>`],
    ['a long value', `<g transform="${'scale(1) '.repeat(6000)}"/>`],
    ['a long path', `<path d="M0 0${' 1'.repeat(23_000)}"/>`],
  ])('%s', async (_, inside) => expect(await made(inside)).toBeUndefined())
})

describe('what is drawn', () => {
  const drawn = (inside: string) => {
    const { root } = parseXml(svg(inside, ` ${XLINK}`))
    if (root === null) throw new Error('Expected a root, got none')
    return drawnElements(root)
  }

  it('is counted once for each way it is reached', () => {
    expect(drawn('<rect/>')).toBe(2)
    expect(drawn('<rect id="a"/><use href="#a"/>')).toBe(4)
    expect(drawn('<rect id="a"/><use xlink:href="#a"/>')).toBe(4)
  })

  it('has no end in a circle, or where references are stacked too high', () => {
    expect(drawn('<g id="a"><use href="#a"/></g>')).toBe(Infinity)
    const chain = (count: number) =>
      Array.from({ length: count }, (_, i) => `<use id="c${i}" href="#c${i + 1}"/>`).join('')
    expect(drawn(chain(100))).toBeLessThan(MAX_DRAWN_ELEMENTS)
    expect(drawn(chain(1000)) <= MAX_DRAWN_ELEMENTS).toBe(false)
  })
})
