import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import sharp from 'sharp'
import { compress } from '../../src/image/compress.ts'
import type { CompressOptions } from '../../src/image/compress.ts'
import { inspect } from '../../src/image/inspect.ts'
import { difference } from './compare.ts'

const CORPUS = process.env['CORPUS'] ?? join(process.cwd(), '..', 'shared', 'corpus')
const present = existsSync(join(CORPUS, 'manifest.json'))

const options: CompressOptions = {
  quality: 'balanced',
  format: 'keep',
  limits: { maxSourcePixels: 40_000_000, maxOutputPixels: 20_000_000 },
  msLeft: 8000,
}

// Large ones would only repeat what smaller ones show, in seconds.
const MAX_BYTES = 1_300_000
const PHOTOS = /^photos\/(dog-beach|workshop|swan-lake)/

// Beyond it, effort and detail would be minutes of encoding and comparing: the same is asked with less of both.
const LARGE_PIXELS = 5_000_000
const LARGE = { msLeft: 1500, mostSide: 1000 }

interface Entry {
  file: string
  bytes: number
}

function chosen(): Entry[] {
  const manifest: unknown = JSON.parse(readFileSync(join(CORPUS, 'manifest.json'), 'utf8'))
  const entries = (Array.isArray(manifest) ? manifest : (manifest as { files: Entry[] }).files) as Entry[]
  return entries.filter(
    ({ file, bytes }) =>
      bytes <= MAX_BYTES && (file.startsWith('formats/') || file.startsWith('graphics/') || PHOTOS.test(file)),
  )
}

if (!present) process.stdout.write(`corpus tests skipped: no manifest.json in ${CORPUS} (set CORPUS)\n`)
const maybe = present ? describe : describe.skip

maybe('pictures of the corpus', () => {
  it.each(present ? chosen().map(({ file }) => file) : ['absent'])('%s', async (file) => {
    const source = readFileSync(join(CORPUS, file))
    const { width, height } = await sharp(source)
      .metadata()
      .catch(() => ({ width: 0, height: 0 }))
    const large = width * height > LARGE_PIXELS
    const result = await compress(source, large ? { ...options, msLeft: LARGE.msLeft } : options)
    expect(result.bytes.length).toBeLessThanOrEqual(source.length)
    if (result.outcome === 'original') {
      expect(result.reason).toBeDefined()
      if (!result.metadataCut) expect(result.bytes.equals(source)).toBe(true)
    }
    // What the engine cannot read can be compared by bytes alone.
    if (result.width === 0 || result.reason === 'undecodable' || result.reason === 'unsupported_format') return
    if (
      result.outcome === 'original' &&
      (await sharp(source)
        .stats()
        .catch(() => undefined)) === undefined
    )
      return

    const before = await inspect(source, options.limits)
    const after = await inspect(result.bytes, options.limits)
    expect([after.width, after.height, after.pages]).toEqual([before.width, before.height, before.pages])
    if (result.outcome === 'compressed') {
      const { exif, xmp, iptc } = await sharp(result.bytes).metadata()
      expect([exif, xmp?.includes('GPS') ?? false, iptc]).toEqual([undefined, false, undefined])
    }
    if (result.settings.endsWith('gainmap'))
      expect((await sharp(result.bytes).metadata()) as object).toHaveProperty('gainMap')
    const { bias, mean, max } = await difference(source, result.bytes, large ? LARGE.mostSide : undefined)
    if (result.outcome === 'original' || result.settings.includes('lossless')) expect(max).toBeLessThanOrEqual(1)
    expect(bias).toBeLessThan(1)
    expect(mean).toBeLessThan(9)
  })
})
