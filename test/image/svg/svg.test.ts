import { readFileSync } from 'node:fs'
import { basename } from 'node:path'

import { parseXml, XmlElement } from '@rgrove/parse-xml'
import sharp from 'sharp'

import { compress } from '../../../src/image/compress.ts'
import { isHarmlessSvg } from '../../../src/image/svg/harmless.ts'
import { harmlessSvg } from '../../../src/image/svg/svg.ts'
import { corpusFiles } from '../../support/corpus.ts'
import { difference } from '../compare.ts'
import { attacks, bombs } from './attacks.ts'
import { drawings } from './drawings.ts'

const CANARY = 'http://canary.invalid'
const OPTIONS = {
  quality: 'balanced',
  format: 'keep',
  limits: { maxSourcePixels: 1e8, maxOutputPixels: 1e8 },
  msLeft: 8000,
} as const

/** What anybody would look for, without a parser. */
const SUSPECT =
  /canary|<\w*:|script|fetch|foreignObject|\son\w+=|javascript|data:(?!image\/(?:png|jpeg|gif|webp|avif);)|import|<[!?]/i

describe('an SVG that attacks', () => {
  it.each(Object.entries(attacks(CANARY)))('%s: harmless as a picture, or a download', async (_, source) => {
    const made = await compress(source, OPTIONS)
    if (made.contentType === 'image/svg+xml') {
      expect(made.bytes.toString('utf8')).not.toMatch(SUSPECT)
      expect(made.bytes.length).toBeLessThanOrEqual(source.length)
      await expect(sharp(made.bytes).metadata()).resolves.toMatchObject({ format: 'svg', width: 100 })
    } else {
      expect(made).toMatchObject({ contentType: 'application/octet-stream', download: true, reason: 'active_content' })
      expect(made.bytes.equals(source)).toBe(true)
    }
  })

  it('most of them stay pictures', async () => {
    const all = await Promise.all(Object.values(attacks(CANARY)).map((source) => compress(source, OPTIONS)))
    expect(all.filter(({ contentType }) => contentType === 'image/svg+xml').length).toBeGreaterThan(45)
  })

  it.each(Object.entries(bombs()))('%s is a download', async (_, source) => {
    const made = await compress(source, OPTIONS)
    expect(made).toMatchObject({ contentType: 'application/octet-stream', download: true })
  })

  it.each(Object.entries(attacks(CANARY)))('%s as it came does not pass the check by itself', (_, source) => {
    expect(isHarmlessSvg(source.toString('utf8'))).toBe(false)
  })
})

describe('an SVG that only draws', () => {
  it('looks the same, is smaller, and goes out as SVG', async () => {
    for (const [name, text] of Object.entries(await drawings())) {
      const source = Buffer.from(text)
      const made = await compress(source, OPTIONS)
      expect([name, made.contentType, made.outcome]).toEqual([name, 'image/svg+xml', 'compressed'])
      expect(made.bytes.length).toBeLessThan(source.length)
      const { max, mean } = await difference(await rendered(source), await rendered(made.bytes))
      // One or two edge pixels may be rounded otherwise.
      expect([name, max <= 24, mean < 0.05]).toEqual([name, true, true])
    }
  })

  it('so do those of the corpus', async () => {
    const files = corpusFiles('.').filter((file) => file.endsWith('.svg') && !file.includes('/hostile/'))
    for (const file of files) {
      const source = readFileSync(file)
      const made = await harmlessSvg(source)
      if (made === undefined) {
        expect(basename(file)).toBe('utf16.svg')
        continue
      }
      expect(made.bytes.length).toBeLessThanOrEqual(source.length)
      const { mean } = await difference(await rendered(source), await rendered(made.bytes))
      expect([basename(file), mean < 0.1]).toEqual([basename(file), true])
    }
    // Without a corpus there is nothing to show here; the reason was printed.
    expect(files.every((file) => file.endsWith('.svg'))).toBe(true)
  })

  it.each([
    '<style>.a{fill:url(#g)} g > .b:hover{fill:url("#g")} @media print{svg{fill:none}}</style>',
    '<g fill="url(#g)" clip-path="url(#c)"><g clip-path="url( #c )"><g clip-path="url(#c)">',
    '<g stroke="url(#g)" style="fill:url(#g);marker-end:url(#m)">',
    '<g mask="url(#m)" filter="url(#f)"><g font-family="inherit" opacity=".5">',
  ])('stays a picture with thousands of shapes that are painted as drawings are: %s', async (painted) => {
    const inside = `<defs><linearGradient id="g"><stop/><stop offset="1"/></linearGradient><clipPath id="c"><path d="M0 0h9v9z"/></clipPath><marker id="m"><path d="M0 0h1"/></marker><filter id="f"><feGaussianBlur stdDeviation="1"/></filter></defs>${painted}${'<path class="a b" d="M0 0h1v1z"/>'.repeat(5000)}${'</g>'.repeat(painted.split('<g').length - 1)}`
    const made = await harmlessSvg(Buffer.from(`<svg xmlns="http://www.w3.org/2000/svg">${inside}</svg>`))
    expect(made).toBeDefined()
  })

  it('keeps its style sheet where a comment ends or does not, and strings as they are', async () => {
    const text = `<svg xmlns="http://www.w3.org/2000/svg"><style>/* it's */rect{fill:red}/* /* */text{font-family:'a/b'}/* no end rect{fill:blue}</style><rect width="1" height="1"/><text>a</text></svg>`
    const made = (await harmlessSvg(Buffer.from(text)))?.bytes.toString('utf8')
    expect(made).toContain('rect{fill:red}')
    expect(made).toMatch(/text\{font-family:['"]?a\/b/)
    expect(made).not.toContain('blue')
  })

  it('keeps what pages refer to: ids, classes, unused symbols, titles, roles', async () => {
    const sprite = `<svg xmlns="http://www.w3.org/2000/svg" role="img" aria-label="icons"><title>Icons</title><symbol id="home" viewBox="0 0 24 24"><path class="roof" d="M2 12 L 12 2 L 22 12"/></symbol><g id="hidden" display="none"><path d="M0 0L9 9"/></g></svg>`
    const { bytes } = (await harmlessSvg(Buffer.from(sprite))) ?? {}
    const ids: string[] = []
    const visit = (element: XmlElement): void => {
      ids.push(...['id', 'class', 'role', 'aria-label'].flatMap((name) => element.attributes[name] ?? []))
      for (const child of element.children) if (child instanceof XmlElement) visit(child)
    }
    const { root } = parseXml(bytes?.toString('utf8') ?? '')
    if (root) visit(root)
    expect(ids.sort()).toEqual(['hidden', 'home', 'icons', 'img', 'roof'])
    expect(root?.text).toContain('Icons')
  })

  it('keeps its animations, but not those of references', async () => {
    const moving = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><rect width="3" height="3" fill="red"><animate attributeName="width" values="3;9;3" dur="2s" repeatCount="indefinite"/></rect><a><set attributeName="href" to="#b"/><circle r="1"/></a></svg>`
    const text = (await harmlessSvg(Buffer.from(moving)))?.bytes.toString('utf8')
    expect(text).toMatch(/<rect[^>]*><animate [^>]*attributeName="width"/)
    expect(text).not.toContain('<set')
  })

  it('cuts what pictures inside know about people', async () => {
    const photo = await sharp({ create: { width: 9, height: 9, channels: 3, background: '#123' } })
      .withExif({ IFD0: { Artist: 'someone' } })
      .jpeg()
      .toBuffer()
    expect(photo.includes('someone')).toBe(true)
    const source = `<svg xmlns="http://www.w3.org/2000/svg"><image width="9" height="9" href="data:image/jpeg;base64,${photo.toString('base64')}"/></svg>`
    const text = (await harmlessSvg(Buffer.from(source)))?.bytes.toString('utf8') ?? ''
    const inside = Buffer.from(/base64,([^"]*)/.exec(text)?.[1] ?? '', 'base64')
    expect(inside.includes('someone')).toBe(false)
    expect((await difference(photo, inside)).max).toBe(0)
  })

  it('is not touched where nothing is gained', async () => {
    const source = Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"><path d="M0 0h9v9z"/></svg>')
    expect(await harmlessSvg(source)).toEqual({ bytes: source, settings: 'original' })
  })

  it('of 20,000 shapes is cleaned without svgo, which would take minutes', async () => {
    const shapes = Array.from({ length: 20_000 }, (_, i) => `<path d="M${i} 0h1v1z"  />`).join('\n')
    const source = Buffer.from(`<svg xmlns="http://www.w3.org/2000/svg">${shapes}</svg>`)
    expect(await harmlessSvg(source)).toMatchObject({ settings: 'cleaned' })
  })
})

/** As browsers draw it, at 96 dots an inch. The renderer's own look at the bytes does not know prefixes. */
async function rendered(svg: Buffer): Promise<Buffer> {
  const plain = svg
    .toString('utf8')
    .replaceAll(/(<\/?)s:/g, '$1')
    .replace('xmlns:s=', 'xmlns=')
  return sharp(Buffer.from(plain), { density: 96 }).flatten({ background: '#fff' }).png().toBuffer()
}
