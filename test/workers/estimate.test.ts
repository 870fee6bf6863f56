import type { Operation } from '../../src/image/operations/types.ts'
import { estimateOf } from '../../src/workers/estimate.ts'
import type { Look } from '../../src/workers/look.ts'
import type { Task } from '../../src/workers/messages.ts'
import { compressing, LIMITS } from './support.ts'

const jpeg = (megapixels: number): Look => ({
  format: 'jpeg',
  width: megapixels * 1000,
  height: 1000,
  pixels: megapixels * 1e6,
  heldBytes: 0,
  lossless: false,
})
const keep: Task = { kind: 'compress', options: compressing() }
const avif: Task = { kind: 'compress', options: compressing({ format: 'avif' }) }
const resize = (w: number): Task => {
  const operation: Operation = { action: 'resize', m: 'lfit', w, limit: 1, color: 'ffffff', g: 'center' }
  return { kind: 'render', operations: [operation], options: { quality: 'balanced', limits: LIMITS, msLeft: 8000 } }
}

it('grows with the pixels', () => {
  const [one, twelve] = [estimateOf(keep, jpeg(1), 0), estimateOf(keep, jpeg(12), 0)]
  expect(twelve.leastMs).toBeGreaterThan(8 * one.leastMs)
  expect(twelve.needBytes).toBeGreaterThan(4 * one.needBytes)
})

it('AVIF takes longer than JPEG and several times its memory', () => {
  expect(estimateOf(avif, jpeg(12), 0).leastMs).toBeGreaterThan(2 * estimateOf(keep, jpeg(12), 0).leastMs)
  expect(estimateOf(avif, jpeg(12), 0).needBytes).toBeGreaterThan(3 * estimateOf(keep, jpeg(12), 0).needBytes)
})

it('a small result of a large picture is cheap', () => {
  expect(estimateOf(resize(800), jpeg(12), 0).mostMs).toBeLessThan(estimateOf(keep, jpeg(12), 0).mostMs / 5)
  expect(estimateOf(resize(800), jpeg(12), 0).needBytes).toBeLessThan(60e6)
})

it('what is beyond the limits costs nothing: it is not decoded', () => {
  expect(estimateOf(keep, jpeg(200), 1000).leastMs).toBeLessThan(20)
})

it('the source is held twice', () => {
  expect(estimateOf(keep, jpeg(1), 5e6).needBytes - estimateOf(keep, jpeg(1), 0).needBytes).toBe(10e6)
})
