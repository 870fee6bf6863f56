import { ImageFault } from '../../src/image/fault.ts'
import type { Look } from '../../src/workers/look.ts'
import { memoryForRenders } from '../../src/workers/memory.ts'
import type { Task } from '../../src/workers/messages.ts'
import { withinMemoryOf } from '../../src/workers/within-memory.ts'
import { compressing, LIMITS } from './support.ts'

const MIB = 1_048_576
const two = memoryForRenders(2048 * MIB, 2)
const one = memoryForRenders(1024 * MIB, 2)

const picture = (format: Look['format'], megapixels: number, heldBytes: number): Look => {
  return {
    format,
    width: megapixels * 100,
    height: 10_000,
    frames: 1,
    pixels: megapixels * 1e6,
    heldBytes,
    lossless: false,
  }
}
const keep: Task = { kind: 'compress', options: compressing() }
const whole: Task = {
  kind: 'render',
  operations: [{ action: 'format', value: 'png' }],
  options: { quality: 'balanced', limits: LIMITS, msLeft: 8000 },
}

it.each([
  ['AVIF of 61 MP in 2 GB', two, picture('avif', 61, 12)],
  ['AVIF of 27 MP in 1 GB', one, picture('avif', 27, 12)],
  ['TIFF of 98 MP in 1 GB', one, picture('tiff', 98, 8)],
  ['WebP of 40 MP in 1 GB', one, picture('webp', 40, 4)],
  ['WebP of 100 MP in 2 GB', two, picture('webp', 100, 4)],
])('%s goes its ordinary way', (_, memoryBytes, seen) => {
  const { task, estimate } = withinMemoryOf(keep, seen, 5e6, memoryBytes)
  expect(task).toBe(keep)
  expect(estimate.needBytes).toBeLessThanOrEqual(memoryBytes)
})

it.each([60, 80])('WebP of %i MP in 1 GB is kept without being decoded', (megapixels) => {
  const { task, estimate } = withinMemoryOf(keep, picture('webp', megapixels, 4), 5e6, one)
  expect(task.options.limits.maxSourcePixels).toBe(0)
  expect(estimate).toEqual({ mostMs: 8, leastMs: 8, needBytes: 22_000_000 })
})

it('what fits in its own format only keeps that', () => {
  const avif: Task = { kind: 'compress', options: compressing({ format: 'avif' }) }
  const as = (megapixels: number, memoryBytes: number) =>
    withinMemoryOf(avif, picture('jpeg', megapixels, 0), 5e6, memoryBytes).task
  expect(as(20, one)).toBe(avif)
  expect(as(24, one)).toEqual(keep)
  expect(as(24, two)).toBe(avif)
})

it('with operations what does not fit is a fault that stays', () => {
  expect(() => withinMemoryOf(whole, picture('avif', 98, 12), 5e6, one)).toThrow(ImageFault)
  try {
    withinMemoryOf(whole, picture('avif', 98, 12), 5e6, one)
  } catch (error) {
    expect(error).toMatchObject({ code: 'source_too_large', passing: false })
  }
})

it('a drawing is tried, however long', () => {
  const drawing = picture('svg', 12, 4)
  expect(withinMemoryOf(keep, drawing, 60e6, 64e6).task).toBe(keep)
})
