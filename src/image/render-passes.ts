import { performance } from 'node:perf_hooks'
import type { OverlayOptions, Sharp } from 'sharp'
import { decoding, encoding, open } from './engine.ts'
import { ImageFault } from './fault.ts'
import type { Pass } from './plan-passes.ts'
import type { Plan } from './plan.ts'
import { frameOf, fromRaster, type Raster } from './render-raster.ts'
import type { Step, Tools } from './operations/steps.ts'
import type { ImageFacts, ImageFormat } from './types.ts'

const TRANSPARENT = { r: 0, g: 0, b: 0, alpha: 0 }

/** Throws ImageFault `out_of_time` where nothing is left. */
export function checkTime(until: number): void {
  if (performance.now() >= until)
    throw new ImageFault('out_of_time', 'Expected the picture to be made in time, got no time left')
}

/** The engine gives up by itself too: whole seconds are all it knows. */
function inTime(image: Sharp, until: number): Sharp {
  return image.timeout({ seconds: Math.max(1, Math.min(3600, Math.ceil((until - performance.now()) / 1000))) })
}

/**
 * Asks for one step. Drawings are laid down all at once, at the end.
 * @param exact each side by its own factor, whatever the step says: the size is then certain.
 */
function ask(image: Sharp, step: Step, exact: boolean): void {
  switch (step.kind) {
    case 'crop':
      image.extract({ left: step.left, top: step.top, width: step.width, height: step.height })
      return
    case 'attention':
      // Without reduction the window is cut from the picture as it is.
      image.resize({
        width: step.width,
        height: step.height,
        fit: 'cover',
        position: 'attention',
        withoutReduction: true,
      })
      return
    case 'resize':
      if (exact || step.by === undefined) image.resize({ width: step.width, height: step.height, fit: 'fill' })
      else image.resize({ [step.by]: step[step.by] })
      return
    case 'mirror':
      image.flop()
      return
    case 'turn':
      image.rotate(step.degrees)
      return
    case 'spin':
      image.rotate(step.degrees, { background: TRANSPARENT })
      return
    case 'extend': {
      const { left, top, right, bottom, color } = step
      image.extend({ left, top, right, bottom, background: `#${color}` })
      return
    }
    case 'blur':
      image.blur({ sigma: step.sigma, minAmplitude: step.minAmplitude })
      return
    case 'sharpen':
      image.sharpen({ sigma: step.sigma, m1: step.flat, m2: step.jagged })
      return
    case 'overlay':
      return
    case 'linear':
      // The engine cuts off what is behind the point instead of rounding.
      image.linear(step.slope, step.offset + 0.5)
  }
}

/** Draws what a pass lays over the picture. It is the same for every frame. */
async function overlaysOf(pass: Pass, tools: Tools): Promise<OverlayOptions[]> {
  const overlays: OverlayOptions[] = []
  for (const step of pass.steps) {
    if (step.kind !== 'overlay') continue
    const { pixels, width, height, left, top, tile } = await step.draw(tools)
    overlays.push({
      input: pixels,
      raw: { width, height, channels: 4 },
      blend: step.mask ? 'dest-in' : 'over',
      ...(tile ? { tile, gravity: 'northwest' } : { left, top }),
    })
  }
  return overlays
}

interface Applied {
  pass: Pass
  overlays: OverlayOptions[]
  /** The picture comes from the source and is to be set upright by the engine. */
  orient: boolean
}

/** @param exact as `ask` has it */
function apply(image: Sharp, { pass, overlays, orient }: Applied, exact: boolean): Sharp {
  // A crop of the source has to see it upright. After a resize, saying so late keeps shrinking on load in use.
  const cropsFirst = pass.steps[0]?.kind === 'crop'
  if (orient && cropsFirst) image.autoOrient()
  for (const step of pass.steps) ask(image, step, exact)
  if (overlays.length > 0) image.composite(overlays)
  if (orient && !cropsFirst) image.autoOrient()
  image.toColourspace('srgb')
  return (pass.end.alpha ? image.ensureAlpha() : image.removeAlpha()).raw({ depth: 'uchar' })
}

/** After a resize, these leave its size to be seen; and the engine takes a side on its own for what it is after turning. */
const SHOWING_SIZE = new Set<Step['kind']>(['resize', 'mirror', 'extend', 'blur', 'sharpen', 'overlay', 'linear'])

/** Whether a resize of this pass can be left to the engine: nothing hides whether it rounds as the plan does. */
function showsProportion({ steps }: Pass): boolean {
  const at = steps.findIndex((step) => step.kind === 'resize' && step.by !== undefined)
  return at >= 0 && steps.slice(at).every(({ kind }) => SHOWING_SIZE.has(kind))
}

/**
 * What a pass makes of a picture. Resized in proportion the engine rounds the other side itself: where it does so otherwise
 * than the plan, where that could not be seen, and over frames stacked in one picture, each side gets its own factor.
 */
async function pixels(open: () => Sharp, applied: Applied, pages: number): Promise<Raster> {
  const { width, height, alpha } = applied.pass.end
  const channels = alpha ? 4 : 3
  if (pages === 1 && showsProportion(applied.pass)) {
    const { data, info } = await apply(open(), applied, false).toBuffer({ resolveWithObject: true })
    if (info.width === width && info.height === height && info.channels === channels)
      return { data, width, height, pages, channels }
  }
  const { data, info } = await apply(open(), applied, true).toBuffer({ resolveWithObject: true })
  if (info.width !== width || info.height !== height * pages || info.channels !== channels)
    throw new ImageFault(
      'encoder_fault',
      `Expected ${width} × ${height * pages} × ${channels} after a pass, got ${info.width} × ${info.height} × ${info.channels}`,
    )
  return { data, width, height, pages, channels }
}

/** Read from top to bottom as far as is needed; the others are decoded whole or not at all. */
const BY_LINES = new Set<ImageFormat>(['jpeg', 'png', 'tiff'])

/**
 * Decodes all of the source and keeps nothing. A pass that begins with a crop stops reading below it, and what is broken
 * further down would go unnoticed: a picture that cannot be decoded is refused whatever part of it is asked for.
 */
async function proveWhole(source: Buffer, facts: ImageFacts): Promise<void> {
  // Every row as stored: those that nobody asks for are not read.
  const rows = facts.orientation >= 5 ? facts.width : facts.height
  await decoding(() =>
    open(source, { maxPixels: facts.pixels })
      .resize(8, rows, { fit: 'fill', kernel: 'nearest', fastShrinkOnLoad: false })
      .raw()
      .toBuffer(),
  )
}

/** Where attention goes is decided on the first frame: a window that jumps from frame to frame is no crop. */
async function withWindow(pass: Pass, frame: Raster): Promise<Pass> {
  const at = pass.steps.findIndex(({ kind }) => kind === 'attention')
  const step = pass.steps[at]
  if (step?.kind !== 'attention') return pass
  const image = fromRaster(frame)
  for (const before of pass.steps.slice(0, at + 1)) ask(image, before, true)
  const { info } = await image.raw().toBuffer({ resolveWithObject: true })
  const left = -(info.cropOffsetLeft ?? 0)
  const top = -(info.cropOffsetTop ?? 0)
  const crop: Step = { kind: 'crop', left, top, width: step.width, height: step.height }
  return { ...pass, steps: pass.steps.with(at, crop) }
}

async function framewise(raster: Raster, pass: Pass, overlays: OverlayOptions[], until: number): Promise<Raster> {
  const placed = await withWindow(pass, frameOf(raster, 0))
  const made: Raster[] = []
  for (let page = 0; page < raster.pages; page++) {
    checkTime(until)
    const open = () => inTime(fromRaster(frameOf(raster, page)), until)
    made.push(await pixels(open, { pass: placed, overlays, orient: false }, 1))
  }
  const [first] = made
  if (first === undefined) throw new RangeError('Expected at least one frame, got none')
  return { ...first, data: Buffer.concat(made.map(({ data }) => data)), pages: raster.pages }
}

/**
 * Carries out a plan up to the pixels of its result. Throws ImageFault: `undecodable`, `encoder_fault`, `out_of_time`, what
 * drawing throws.
 * @param until performance.now() at which there is no time left
 */
export async function runPasses(
  source: Buffer,
  facts: ImageFacts,
  plan: Plan,
  tools: Tools,
  until: number,
): Promise<Raster> {
  let raster: Raster | undefined
  for (const pass of plan.passes) {
    checkTime(until)
    if (raster === undefined) {
      if (pass.steps[0]?.kind === 'crop' && BY_LINES.has(facts.format)) await proveWhole(source, facts)
      raster = await readSource(source, facts, plan, pass, tools, until)
      continue
    }
    const from: Raster = raster
    const overlays = await overlaysOf(pass, tools)
    raster = await encoding(async () => {
      if (pass.framewise) return framewise(from, pass, overlays, until)
      return pixels(() => inTime(fromRaster(from), until), { pass, overlays, orient: false }, from.pages)
    })
  }
  if (raster === undefined) throw new RangeError('Expected at least one pass, got none')
  return raster
}

async function readSource(
  source: Buffer,
  facts: ImageFacts,
  plan: Plan,
  pass: Pass,
  tools: Tools,
  until: number,
): Promise<Raster> {
  const overlays = await overlaysOf(pass, tools)
  const { pages } = plan.start
  const opened = () => {
    const image = open(source, { animated: pages > 1, maxPixels: facts.pixels })
    // sharp takes 16-bit pictures with a profile to Display P3 and forgets to say so.
    if (facts.space === 'rgb16' && facts.hasProfile) image.withIccProfile('srgb', { attach: false })
    return inTime(image, until)
  }
  return decoding(() => pixels(opened, { pass, overlays, orient: plan.orient }, pages))
}
