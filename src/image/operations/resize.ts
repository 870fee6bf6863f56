import { Impossible } from './impossible.ts'
import type { Execution } from './action.ts'
import type { Now, Step } from './steps.ts'
import type { Resize, ResizeInMark } from './types.ts'
import type { Limits } from '../types.ts'

interface Size {
  readonly width: number
  readonly height: number
}

/** A scale as an exact fraction: rounding half up must not hang on a float's last bit. */
interface Scale {
  readonly to: number
  readonly from: number
  /** The side it comes from. */
  readonly by?: 'width' | 'height'
}

/** side × scale, rounded half up, never 0. */
function scaled(side: number, { to, from }: Scale): number {
  return Math.max(1, Math.floor((2 * side * to + from) / (2 * from)))
}

function scaledSize(now: Size, scale: Scale): Size {
  return { width: scaled(now.width, scale), height: scaled(now.height, scale) }
}

const larger = (a: Scale, b: Scale): Scale => (a.to * b.from >= b.to * a.from ? a : b)
const smaller = (a: Scale, b: Scale): Scale => (a.to * b.from <= b.to * a.from ? a : b)

/** The box that is asked for; a side that is left out is free. */
function boxOf(operation: Resize, now: Size): { width?: number; height?: number } {
  const { w, h, l, s, m } = operation
  const landscape = now.width >= now.height
  const free = m === 'lfit' || m === 'mfit'
  if (w !== undefined || h !== undefined) {
    const width = w ?? (free ? undefined : h)
    const height = h ?? (free ? undefined : w)
    return { ...(width === undefined ? {} : { width }), ...(height === undefined ? {} : { height }) }
  }
  if (l !== undefined && s !== undefined) return landscape ? { width: l, height: s } : { width: s, height: l }
  const side = l ?? s
  if (side === undefined) throw new Impossible('Expected resize to have w, h, l, s or p, got no size')
  if (!free) return { width: side, height: side }
  return landscape === (l !== undefined) ? { width: side } : { height: side }
}

function scaleInto(now: Size, box: { width?: number; height?: number }, pick: typeof larger): Scale {
  const across = box.width === undefined ? undefined : ({ to: box.width, from: now.width, by: 'width' } as const)
  const down = box.height === undefined ? undefined : ({ to: box.height, from: now.height, by: 'height' } as const)
  if (across !== undefined && down !== undefined) return pick(across, down)
  return across ?? down ?? { to: 1, from: 1 }
}

/** Never more than the source, where that is asked for. */
function capped(scale: Scale, limited: boolean): Scale {
  return limited && scale.to > scale.from ? { to: 1, from: 1 } : scale
}

function stretch(size: Size): Step & { kind: 'resize' } {
  return { kind: 'resize', width: size.width, height: size.height }
}

/** In proportion. */
function scale(now: Size, by: Scale): Step {
  return { ...stretch(scaledSize(now, by)), ...(by.by === undefined ? {} : { by: by.by }) }
}

/** Source pixels on either side that the engine's kernel for enlarging looks at. */
const KERNEL_REACH = 3

/** What of one side has to be enlarged to get a window of the side as it would be enlarged whole. */
interface Part {
  /** Of the source. */
  readonly from: number
  readonly pixels: number
  /** Those pixels enlarged, and where the window begins in them. */
  readonly enlarged: number
  readonly at: number
}

/**
 * The part of a side that leads to pixels `at` to `at + length` of `enlarged`. It begins and ends where the enlarged pixels
 * do too, or nearly so: a shift by a fraction of a pixel would show where little is enlarged.
 */
function partFor(side: number, enlarged: number, at: number, length: number): Part {
  if (enlarged === length) return { from: 0, pixels: side, enlarged, at: 0 }
  const scale = enlarged / side
  const off = (edge: number) => Math.abs(edge * scale - Math.round(edge * scale))
  const tries = Array.from({ length: 1 + Math.ceil(16 / scale) }, (_, further) => KERNEL_REACH + further)
  const best = (edges: number[]) => edges.reduce((one, other) => (off(other) < off(one) ? other : one))
  const from = best(tries.map((reach) => Math.max(0, Math.floor(at / scale) - reach)))
  const to = best(tries.map((reach) => Math.min(side, Math.ceil((at + length) / scale) + reach)))
  const begin = Math.round(from * scale)
  return { from, pixels: to - from, enlarged: Math.round(to * scale) - begin, at: at - begin }
}

/** Scaled until it covers the target, the rest cut off evenly; nothing is enlarged but what stays. */
function fillFromPart(target: Size, now: Size): readonly Step[] {
  const cover = scaledSize(now, scaleInto(now, target, larger))
  const across = partFor(now.width, cover.width, Math.floor((cover.width - target.width) / 2), target.width)
  const down = partFor(now.height, cover.height, Math.floor((cover.height - target.height) / 2), target.height)
  return [
    { kind: 'crop', left: across.from, top: down.from, width: across.pixels, height: down.pixels },
    stretch({ width: across.enlarged, height: down.enlarged }),
    { kind: 'crop', left: across.at, top: down.at, ...target },
  ]
}

/** Scaled until it covers the target, the rest cut off: evenly, or where attention is not. */
function fill(target: Size, now: Now, attention: boolean, limits: Limits): readonly Step[] {
  const covering = scaleInto(now, target, larger)
  const cover = scaledSize(now, covering)
  const pixels = cover.width * cover.height * now.pages
  if (pixels <= limits.maxOutputPixels || cover.width <= now.width) {
    const left = Math.floor((cover.width - target.width) / 2)
    const top = Math.floor((cover.height - target.height) / 2)
    return [scale(now, covering), attention ? { kind: 'attention', ...target } : { kind: 'crop', left, top, ...target }]
  }
  // What covers a square with a banner may be thousands of times the square.
  if (!attention) return fillFromPart(target, now)
  const width = Math.min(now.width, Math.ceil((target.width * now.width) / cover.width))
  const height = Math.min(now.height, Math.ceil((target.height * now.height) / cover.height))
  return [{ kind: 'attention', width, height }, ...fillFromPart(target, { width, height })]
}

/** Steps for a box and a mode. https://help.aliyun.com/zh/oss/user-guide/resize-images-4 */
function fit(operation: Resize, now: Now, limited: boolean, limits: Limits): readonly Step[] {
  const box = boxOf(operation, now)
  if (operation.m === 'lfit') return [scale(now, capped(scaleInto(now, box, smaller), limited))]
  if (operation.m === 'mfit') return [scale(now, capped(scaleInto(now, box, larger), limited))]

  // What exceeds the source is cut back to it side by side: the documents leave open what happens where only one does.
  const width = limited ? Math.min(box.width ?? 1, now.width) : (box.width ?? 1)
  const height = limited ? Math.min(box.height ?? 1, now.height) : (box.height ?? 1)
  const target = { width, height }
  if (operation.m === 'fixed') return [stretch(target)]
  if (operation.m === 'fill') return fill(target, now, operation.g === 'auto', limits)
  const within = scaleInto(now, target, smaller)
  const inside = scaledSize(now, within)
  const left = Math.floor((width - inside.width) / 2)
  const top = Math.floor((height - inside.height) / 2)
  const right = width - inside.width - left
  const bottom = height - inside.height - top
  return [scale(now, within), { kind: 'extend', left, top, right, bottom, color: operation.color }]
}

function percent(p: number, now: Now, limited: boolean): readonly Step[] {
  return [scale(now, capped({ to: p, from: 100 }, limited))]
}

/** GIF: never enlarged whatever `limit` says, and a percentage leaves its first frame only (both documented). */
export const resize: Execution<Resize> = {
  steps(operation, now, { source, limits }) {
    const isGif = source.format === 'gif'
    const { w, h, l, s, p } = operation
    const sized = [w, h, l, s].some((side) => side !== undefined)
    if (!sized && p !== undefined) return percent(p, now, isGif)
    return fit(operation, now, isGif || operation.limit === 1, limits)
  },
  stills({ w, h, l, s, p }, source) {
    const byPercent = p !== undefined && [w, h, l, s].every((side) => side === undefined)
    return byPercent && source.format === 'gif'
  },
}

/** `P`: inside n percent of each side of the picture that is marked, enlarged if need be. */
export function resizeMark(operation: ResizeInMark, marked: Size): Resize {
  const { P, ...rest } = operation
  if (P === undefined) return rest
  const share = { to: P, from: 100 }
  return { ...rest, m: 'lfit', limit: 0, w: scaled(marked.width, share), h: scaled(marked.height, share) }
}
