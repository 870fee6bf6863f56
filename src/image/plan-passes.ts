import { after, type Now, type Step, type StepKind } from './operations/steps.ts'

/**
 * Steps that the engine does in one go with the result of doing them one by one. Between passes the picture is raw 8-bit
 * sRGB in memory.
 */
export interface Pass {
  readonly steps: readonly Step[]
  readonly end: Now
  /** The frames of an animation go through one by one: some step mixes pixels with those beside them. */
  readonly framewise: boolean
}

/**
 * The engine's own order. Whatever the order of the calls, it runs: crop, resize, mirror, turn, window of attention, free
 * rotation, crop, extend, blur, sharpen, composite, linear. Only steps whose places rise can share a pass.
 * (libvips through sharp 0.35: src/pipeline.cc)
 */
const PLACE: Record<StepKind, number> = {
  crop: 1,
  resize: 2,
  mirror: 3,
  turn: 4,
  attention: 5,
  spin: 6,
  extend: 8,
  blur: 9,
  sharpen: 10,
  overlay: 11,
  linear: 12,
}

/** The second of the two places a crop can have. */
const LATE_CROP = 7

/** Over frames stacked in one tall picture these do what they do to each frame. */
const STACKABLE = new Set<StepKind>(['crop', 'resize', 'extend', 'linear'])

/** Work in whatever colour space and depth the source has. */
const COLOURLESS = new Set<StepKind>(['crop', 'resize', 'mirror', 'turn', 'attention', 'blur'])

interface OpenPass {
  steps: Step[]
  last: number
  has: Set<StepKind>
  readonly readsSource: boolean
  /** At its start. */
  readonly alpha: boolean
}

function openPass(readsSource: boolean, alpha: boolean): OpenPass {
  return { steps: [], last: 0, has: new Set(), readsSource, alpha }
}

/** Where a step would stand in a pass; undefined where it cannot join it. */
function placeIn(pass: OpenPass, step: Step, plain: boolean, animated: boolean): number | undefined {
  if (pass.readsSource && !plain && !COLOURLESS.has(step.kind)) return undefined
  if (pass.readsSource && animated && !STACKABLE.has(step.kind)) return undefined
  const [first] = pass.steps
  if (first === undefined) return PLACE[step.kind]
  if (animated && STACKABLE.has(step.kind) !== STACKABLE.has(first.kind)) return undefined
  const turned = pass.has.has('turn') || pass.has.has('spin')
  if (step.kind === 'crop') return pass.last < LATE_CROP ? LATE_CROP : undefined
  // The engine has one angle.
  if (step.kind === 'spin' && turned) return undefined
  // Transparency is multiplied in at the start of a pass if there is any then: not for corners that a rotation adds within
  // it, and twice for those of a rotation after a resize.
  if (step.kind === 'spin' && pass.alpha && pass.has.has('resize')) return undefined
  if (pass.has.has('spin') && (step.kind === 'blur' || step.kind === 'sharpen')) return undefined
  // The window is a kind of resize, and there is only one.
  if (step.kind === 'attention' && (pass.has.has('resize') || turned)) return undefined
  // Drawings over one another are laid down in their order.
  if (step.kind === 'overlay' && pass.last === PLACE.overlay) return PLACE.overlay
  return PLACE[step.kind] > pass.last ? PLACE[step.kind] : undefined
}

/**
 * A quarter turn and a resize that makes smaller change places without changing a pixel (one that enlarges does not), and
 * the resize can then shrink while decoding.
 */
function resizeBeforeTurn(pass: OpenPass, step: Step, now: Now): boolean {
  const turn = pass.steps.at(-1)
  if (step.kind !== 'resize' || turn?.kind !== 'turn') return false
  if (pass.has.has('resize') || pass.has.has('attention') || pass.has.has('mirror')) return false
  const { width, height } = step
  if (width > now.width || height > now.height) return false
  const by = step.by === undefined ? {} : { by: step.by === 'width' ? ('height' as const) : ('width' as const) }
  const resize: Step = turn.degrees === 180 ? step : { kind: 'resize', width: height, height: width, ...by }
  pass.steps.splice(-1, 1, resize, turn)
  pass.has.add('resize')
  return true
}

/**
 * Divides steps into as few passes as their order allows. There is always one, if only to decode.
 * @param plain the source is 8-bit sRGB, so every step can be done while it is read.
 */
export function passesOf(steps: readonly Step[], start: Now, plain: boolean): Pass[] {
  const animated = start.pages > 1
  const passes: Pass[] = []
  let now = start
  let open = openPass(true, start.alpha)
  const close = (): void => {
    passes.push({
      steps: open.steps,
      end: now,
      framewise: animated && open.steps.some(({ kind }) => !STACKABLE.has(kind)),
    })
    open = openPass(false, now.alpha)
  }
  for (const step of steps) {
    if (!resizeBeforeTurn(open, step, now)) {
      let place = placeIn(open, step, plain, animated)
      if (place === undefined) {
        close()
        place = placeIn(open, step, plain, animated)
      }
      open.steps.push(step)
      open.has.add(step.kind)
      open.last = place ?? PLACE[step.kind]
    }
    now = after(step, now)
  }
  close()
  return passes
}
