import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import sharp from 'sharp'
import { cutMetadata } from '../../../src/image/metadata/cut.ts'
import { findPersonalMetadata } from './left.ts'
import { leaks, shownBy } from './checker.ts'

const CORPUS = path.resolve(process.cwd(), '..', 'shared', 'corpus')
const FORMATS = ['jpeg', 'png', 'webp', 'gif', 'heif']
/** Decoding these takes seconds each, and shows nothing that the others do not. */
const SLOW = /bombs|progressive-33mp|24mp|16bit-flag|20mp/

const manifest = path.join(CORPUS, 'manifest.json')
const files = existsSync(manifest)
  ? (JSON.parse(readFileSync(manifest, 'utf8')) as { file: string; format: string | null }[]).filter(
      ({ file }) => !/\/(?:names|svg)\//.test(file),
    )
  : []
if (files.length === 0) process.stdout.write(`Skipped: no picture corpus at ${CORPUS}\n`)
const groups = new Map<string, string[]>()
for (const { file } of files) {
  const folder = path.dirname(file)
  groups.set(folder, [...(groups.get(folder) ?? []), file])
}

/** The format by content, where it is one of those cut. */
async function formatOf(bytes: Buffer): Promise<string | undefined> {
  try {
    const { format } = await sharp(bytes, { limitInputPixels: false }).metadata()
    return FORMATS.includes(format) ? format : undefined
  } catch {
    return undefined
  }
}

/** Pixels, or what libvips said instead. */
async function decoded(bytes: Buffer): Promise<Buffer | string> {
  try {
    return await sharp(bytes, { animated: true, failOn: 'none' }).raw().toBuffer()
  } catch (error) {
    return String(error)
  }
}

const described = files.length === 0 ? describe.skip : describe
described('the picture corpus', () => {
  it.each([...groups])(
    'keeps its pixels and loses its secrets: %s',
    async (_, group) => {
      for (const file of group) {
        const source = readFileSync(path.join(CORPUS, file))
        for (const format of FORMATS) expect(() => cutMetadata(source, format)).not.toThrow()
        const format = await formatOf(source)
        if (format === undefined) continue
        const { bytes, changed, understood } = cutMetadata(source, format)
        if (!changed) expect(bytes).toBe(source)
        if (!understood) continue
        expect([file, findPersonalMetadata(bytes)]).toEqual([file, []])
        expect([file, await leaks(source, bytes)]).toEqual([file, []])
        if (!changed) continue
        expect([file, await shownBy(bytes)]).toEqual([file, await shownBy(source)])
        if (SLOW.test(file)) continue
        const [before, after] = [await decoded(source), await decoded(bytes)]
        expect([file, typeof before === 'string' || before.equals(after as Buffer)]).toEqual([file, true])
        if (typeof before === 'string') expect(typeof after).toBe('string')
      }
    },
    120_000,
  )

  it('is understood but for what is damaged', async () => {
    const strange: string[] = []
    for (const { file } of files) {
      const source = readFileSync(path.join(CORPUS, file))
      const format = await formatOf(source)
      if (format !== undefined && !cutMetadata(source, format).understood) strange.push(file)
    }
    expect(strange.filter((file) => !/^hostile\/(?:broken|metadata|bombs)\//.test(file))).toEqual([])
  }, 60_000)
})
