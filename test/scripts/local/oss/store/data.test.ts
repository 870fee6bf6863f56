import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openDataFiles } from '../../../../../scripts/local/oss/store/data.ts'
import type { Segment } from '../../../../../scripts/local/oss/store/data.ts'

const folder = join(mkdtempSync(join(tmpdir(), 'oss-')), 'data')
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const data = openDataFiles(folder, false)
async function write(bytes: Buffer): Promise<Segment> {
  const writer = data.openWriter()
  await writer.write(bytes)
  const { segment } = await writer.finish()
  if (!segment) throw new Error('Expected a file')
  return segment
}
const pathOf = ({ file }: Segment): string => join(folder, file.slice(0, 2), file)

describe('data files', () => {
  it('stay until their last reader is done, and go then', async () => {
    const segments = [await write(Buffer.from('one ')), await write(Buffer.from('two'))]
    const readers = [data.read(segments, 0, 6), data.read(segments, 2, 5)]
    data.remove(segments)
    const texts: string[] = []
    for (const reader of readers) {
      expect(segments.every((segment) => existsSync(pathOf(segment)))).toBe(true)
      let text = ''
      for await (const chunk of reader as AsyncIterable<Buffer>) text += chunk.toString()
      texts.push(text)
    }
    expect(texts).toEqual(['one two', 'e tw'])
    while (segments.some((segment) => existsSync(pathOf(segment))))
      await new Promise((resolve) => setImmediate(resolve))
  })

  it('go when a reader leaves early, too', async () => {
    const segment = await write(Buffer.alloc(1_000_000))
    const reader = data.read([segment], 0, 999_999)
    data.remove([segment])
    reader.destroy()
    while (existsSync(pathOf(segment))) await new Promise((resolve) => setImmediate(resolve))
  })

  it('are swept where nothing refers to them', async () => {
    const kept = await write(Buffer.from('kept'))
    await write(Buffer.from('stray'))
    mkdirSync(join(folder, 'ff'), { recursive: true })
    writeFileSync(join(folder, 'ff', 'ff00'), 'stray')
    expect(data.sweep(new Set([kept.file]))).toBe(2)
    const left = readdirSync(folder).flatMap((prefix) => readdirSync(join(folder, prefix)))
    expect(left).toEqual([kept.file])
  })
})
