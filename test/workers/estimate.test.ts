import type { Operation } from '../../src/image/operations/types.ts'
import { estimateOf } from '../../src/workers/estimate.ts'
import type { Look } from '../../src/workers/look.ts'
import type { Task } from '../../src/workers/messages.ts'
import { compressing, LIMITS } from './support.ts'

const jpeg = (megapixels: number): Look => ({
  format: 'jpeg',
  width: megapixels * 1000,
  height: 1000,
  frames: 1,
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

it('what is filled is as large as was asked for, whatever covers it', () => {
  const fill: Operation = { action: 'resize', m: 'fill', w: 300, h: 300, limit: 0, color: 'ffffff', g: 'center' }
  const task: Task = { ...(resize(300) as Task & { kind: 'render' }), operations: [fill] }
  const banner: Look = { ...jpeg(1), width: 20_000, height: 50 }
  const [filled, square] = [estimateOf(task, banner, 0), estimateOf(resize(300), jpeg(0.3), 0)]
  expect(filled.needBytes).toBeLessThan(square.needBytes + 4e6)
})

it('what is beyond the limits costs nothing: it is not decoded', () => {
  expect(estimateOf(keep, jpeg(200), 1000).leastMs).toBeLessThan(20)
})

describe('what is answered from the header', () => {
  const seen = (format: Look['format'], megapixels: number, more: Partial<Look> = {}): Look => {
    return { ...jpeg(megapixels), format, heldBytes: 12, ...more }
  }
  const info: Task = {
    kind: 'render',
    operations: [{ action: 'info' }],
    options: { quality: 'balanced', limits: LIMITS, msLeft: 8000 },
  }

  it.each([
    ['an AVIF too large to be made anew', keep, seen('avif', 61)],
    [
      'an AVIF too large for WebP, too',
      { kind: 'compress', options: compressing({ format: 'webp' }) },
      seen('avif', 61),
    ],
    ['a TIFF', keep, seen('tiff', 98)],
    ['an animation that is a film', keep, seen('gif', 90, { frames: 300 })],
    ['what the engine cannot decode', keep, seen('bmp', 90)],
    ['what the engine cannot decode, with operations', resize(800), seen('heic', 90)],
    ['the facts of a picture', info, seen('avif', 98)],
  ] as const)('%s costs next to nothing', (_, task, picture) => {
    expect(estimateOf(task as Task, picture, 1000)).toMatchObject({ mostMs: 8, leastMs: 8, needBytes: 12_002_000 })
  })

  it.each([
    ['an AVIF that is made anew', keep, seen('avif', 25)],
    ['an AVIF with operations', resize(800), seen('avif', 61)],
    ['a TIFF with operations', resize(800), seen('tiff', 98)],
    ['a large GIF that stands still', keep, seen('gif', 90)],
  ] as const)('%s is decoded', (_, task, picture) => {
    expect(estimateOf(task, picture, 1000).needBytes).toBeGreaterThan(300e6)
  })
})

it('a picture too large for the format that is wanted stays in its own', () => {
  expect(estimateOf(avif, jpeg(26), 0)).toEqual(estimateOf(keep, jpeg(26), 0))
  expect(estimateOf(avif, jpeg(16), 0).needBytes).toBeGreaterThan(3 * estimateOf(keep, jpeg(16), 0).needBytes)
})

it('the source is held twice', () => {
  expect(estimateOf(keep, jpeg(1), 5e6).needBytes - estimateOf(keep, jpeg(1), 0).needBytes).toBe(10e6)
})
