import type { ResultFormat, Settings, Situation } from './operations/action.ts'
import { sourceFormat } from './operations/format.ts'
import { executionOf } from './operations/list.ts'
import { passesOf, type Pass } from './plan-passes.ts'
import { after, type Now, type Step } from './operations/steps.ts'
import type { Operation } from './operations/types.ts'
import { ImageFault } from './fault.ts'
import type { ImageFacts, Limits } from './types.ts'

/** OSS's bound for every side of a result. https://help.aliyun.com/zh/oss/user-guide/overview-17 */
export const MAX_RESULT_SIDE = 16_384

/** What a file of each format can hold at most, in pixels a side. */
const MAX_SIDE: Record<ResultFormat, number> = {
  jpeg: 65_535,
  png: MAX_RESULT_SIDE,
  webp: 16_383,
  avif: 16_384,
  gif: 65_535,
  tiff: MAX_RESULT_SIDE,
  bmp: MAX_RESULT_SIDE,
}

const ANIMATED = new Set<ResultFormat>(['gif', 'webp'])

/** Everything that is done to one source, with every size known, before a pixel is decoded. */
export interface Plan {
  readonly settings: Settings
  /** Formats to encode; of two, the smaller file is the answer. */
  readonly formats: readonly [ResultFormat, ...ResultFormat[]]
  /** How the source is opened: upright by the engine, or as stored. */
  readonly orient: boolean
  /** As opened. */
  readonly start: Now
  readonly passes: readonly Pass[]
  readonly end: Now
  /** Bytes of pixels that are in memory at once, besides the source and what the engine itself needs. */
  readonly heldBytes: number
}

function settingsOf(source: ImageFacts, operations: readonly Operation[]): Settings {
  let settings: Settings = { orient: true, auto: false, format: sourceFormat(source) }
  for (const operation of operations)
    settings = executionOf(operation).settle?.(operation, settings, source) ?? settings
  return settings
}

/** The steps that set an animation upright: the engine itself turns single pictures only. */
function upright(orientation: number): Step[] {
  const turn = { 3: 180, 4: 180, 5: 90, 6: 90, 7: 270, 8: 270 } as const
  const degrees = turn[orientation as keyof typeof turn] as 90 | 180 | 270 | undefined
  const steps: Step[] = degrees === undefined ? [] : [{ kind: 'turn', degrees }]
  if ([2, 4, 5, 7].includes(orientation)) steps.push({ kind: 'mirror' })
  return steps
}

function changesNothing(step: Step, now: Now): boolean {
  if (step.kind === 'resize' || step.kind === 'crop') return step.width === now.width && step.height === now.height
  if (step.kind === 'extend') return step.left + step.top + step.right + step.bottom === 0
  return false
}

function pixelsOf({ width, height, pages }: Now): number {
  return width * height * pages
}

/** An operation may always make the picture smaller, but never larger than a result may be. */
function checkGrowth(before: Now, now: Now, limits: Limits): void {
  if (pixelsOf(now) > limits.maxOutputPixels && pixelsOf(now) > pixelsOf(before)) refuseSize(now, limits)
}

function refuseSize(now: Now, limits: Limits): never {
  const frames = now.pages > 1 ? ` × ${now.pages} frames` : ''
  throw new ImageFault(
    'result_too_large',
    `Expected a result of at most ${limits.maxOutputPixels} pixels, got ${now.width} × ${now.height}${frames}`,
  )
}

function checkResult(end: Now, formats: readonly ResultFormat[], limits: Limits): void {
  const side = Math.max(end.width, end.height)
  const [format] = formats
  const most = Math.min(MAX_RESULT_SIDE, ...formats.map((each) => MAX_SIDE[each]))
  if (side > most)
    throw new ImageFault(
      'result_too_large',
      `Expected sides of at most ${most} px for ${format}, got ${end.width} × ${end.height}`,
    )
  if (pixelsOf(end) > limits.maxOutputPixels) refuseSize(end, limits)
}

function formatsOf(settings: Settings, end: Now): readonly [ResultFormat, ...ResultFormat[]] {
  const webp = settings.auto && settings.format !== 'webp' && Math.max(end.width, end.height) <= MAX_SIDE.webp
  return webp ? [settings.format, 'webp'] : [settings.format]
}

/** Between two passes both what is read and what is made are in memory, four bytes a pixel at most. */
function heldBytes(passes: readonly Pass[]): number {
  let before = 0
  let most = 0
  for (const { end } of passes) {
    const made = 4 * pixelsOf(end)
    most = Math.max(most, before + made)
    before = made
  }
  return most
}

/** The picture as it is opened: the facts give it upright. */
function opened(source: ImageFacts, pages: number, stored: boolean): Now {
  const sideways = stored && source.orientation >= 5
  return {
    width: sideways ? source.height : source.width,
    height: sideways ? source.width : source.height,
    pages,
    alpha: source.hasAlpha,
  }
}

/** Steps of a chain and the picture they lead to. Throws ImageFault. */
export function stepsOf(
  operations: readonly Operation[],
  start: Now,
  situation: Situation,
): { steps: Step[]; end: Now } {
  const steps: Step[] = []
  let now = start
  for (const operation of operations) {
    const before = now
    for (const step of executionOf(operation).steps?.(operation, before, situation) ?? []) {
      if (changesNothing(step, now)) continue
      steps.push(step)
      now = after(step, now)
    }
    checkGrowth(before, now, situation.limits)
  }
  return { steps, end: now }
}

/**
 * Plans a chain, left to right: every action is checked and placed against the picture as it is at that point. Pure.
 * Throws ImageFault: `result_too_large`, and `Impossible` where an action cannot be done to this picture.
 */
export function plan(source: ImageFacts, operations: readonly Operation[], limits: Limits): Plan {
  const settings = settingsOf(source, operations)
  const moving =
    source.pages > 1 &&
    source.format !== 'tiff' &&
    ANIMATED.has(settings.format) &&
    !operations.some((operation) => executionOf(operation).stills?.(operation, source) ?? false)
  const pages = moving ? source.pages : 1
  const orient = settings.orient && !moving
  const stored = opened(source, pages, !orient)

  const first = moving && settings.orient ? upright(source.orientation) : []
  const start = first.reduce((now, step) => after(step, now), stored)
  const { steps, end } = stepsOf(operations, start, { source, settings, limits })
  const formats = formatsOf(settings, end)
  checkResult(end, formats, limits)

  // Colours in 8-bit sRGB are what sharpening, drawing and colouring count on.
  const plain = source.space === 'srgb' && source.depth <= 8
  const passes = passesOf([...first, ...steps], stored, plain)
  return { settings, formats, orient, start: stored, passes, end, heldBytes: heldBytes(passes) }
}
