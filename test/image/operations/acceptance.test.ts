import sharp from 'sharp'
import { readJpeg } from '../../../src/image/container/jpeg.ts'
import { ImageFault } from '../../../src/image/fault.ts'
import { jpegQuality } from '../../../src/image/probe/jpeg-quality.ts'
import { KeyFault } from '../../../src/key/fault.ts'
import { ACCEPTANCE, type Case, type Expected } from './acceptance.ts'
import { run } from './chain.ts'
import { picture, pixelAt } from './pictures.ts'

// Drawn once each: several cases share a source.
const drawn = new Map<string, Promise<Buffer>>()

function sourceOf({ source }: Case): Promise<Buffer> {
  const name = JSON.stringify(source)
  const made = drawn.get(name) ?? picture(source)
  drawn.set(name, made)
  return made
}

async function expectResult(bytes: Buffer, expected: Exclude<Expected, 'fault'>): Promise<void> {
  const found = await sharp(bytes, { animated: true }).metadata()
  const near = expected.near ?? 0
  expect(found.format).toBe(expected.format)
  expect(Math.abs(found.width - expected.width)).toBeLessThanOrEqual(near)
  expect(Math.abs((found.pageHeight ?? found.height) - expected.height)).toBeLessThanOrEqual(near)
  expect(found.pages ?? 1).toBe(expected.pages ?? 1)
  expect(found.orientation ?? 1).toBe(1)
  if (expected.progressive !== undefined) expect(found.isProgressive).toBe(expected.progressive)
  if (expected.quality !== undefined) expect(jpegQuality(readJpeg(bytes)?.tables.get(0) ?? [])).toBe(expected.quality)
  const tolerance = expected.format === 'jpeg' ? 40 : 12
  for (const [x, y, colour] of expected.pixels ?? []) {
    const found = await pixelAt(bytes, x, y)
    const off = found.map((value, i) => Math.abs(value - (colour[i] ?? 0)))
    if (Math.max(...off) > tolerance) throw new Error(`Expected ${colour.join()} at ${x}, ${y}, got ${found.join()}`)
  }
}

describe('the acceptance table', () => {
  for (const each of ACCEPTANCE)
    for (const chain of each.chains) {
      const { expected, n, source } = each
      const wanted =
        expected === 'fault' ? 'is refused' : `gives ${expected.format} ${expected.width} × ${expected.height}`
      it(`${n}: ${source.format} ${source.width} × ${source.height}, ${chain}, ${wanted}`, async () => {
        const bytes = await sourceOf(each)
        if (expected !== 'fault') {
          const made = await run(bytes, chain)
          await expectResult(made.bytes, expected)
          return
        }
        const fault: unknown = await Promise.resolve()
          .then(() => run(bytes, chain))
          .catch((thrown: unknown) => thrown)
        expect(fault instanceof KeyFault || fault instanceof ImageFault).toBe(true)
        expect(String(fault)).toMatch(/Expected .*, got /)
      })
    }
})
