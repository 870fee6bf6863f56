// The same as the arithmetic, played through: pictures differ, a fleet starts cold, and what takes too long is tried again.
import type { ScaleInput } from './figures.ts'

export interface Played {
  /** Simulated seconds until the last one was made. */
  seconds: number
  perSecond: number
  /** Answers that came after the deadline and were asked for again. */
  late: number
  /** Time from asking to the last byte that 99 of 100 stay below, of answers in time. */
  p99Seconds: number
  /** Most instances at once. */
  instances: number
}

export interface PlayOptions {
  /** Keys to play; the pace is the same for more. */
  count: number
  /** Spread of encode times: standard deviation of their logarithm. */
  spread: number
  deadlineSeconds: number
  /** New instances a minute (https://help.aliyun.com/zh/functioncompute/fc/product-overview/limits). */
  instancesPerMinute: number
  /** From 0 up to 1. */
  random(): number
}

const STEP_SECONDS = 0.05

/** Steps of 50 ms; the processors of an instance are shared evenly by the requests it has. */
export function play(
  input: ScaleInput,
  { count, spread, deadlineSeconds, instancesPerMinute, random }: PlayOptions,
): Played {
  const mu = Math.log(input.cpuSeconds) - spread ** 2 / 2
  const draw = () => Math.exp(mu + spread * normal(random))
  const slots = input.shards * input.concurrency
  const pace = Math.min(input.mirrorQps, input.mirrorBits / 8 / input.madeBytes) * (1 - input.readersShare)
  const fleet: { left: number; begun: number }[][] = []
  const again: number[] = []
  const times: number[] = []
  const so = { asked: 0, late: 0, underWay: 0, turns: 0, now: 0 }

  const ask = () => {
    const most = Math.min(input.instances, Math.ceil(((so.now + STEP_SECONDS) / 60) * instancesPerMinute))
    while (so.turns >= 1 && so.underWay < slots && (so.asked < count || again.length > 0)) {
      const instance = place(fleet, input.perInstance, most)
      if (instance === undefined) return
      so.turns--
      so.underWay++
      if (again.length === 0) so.asked++
      instance.push({ left: again.pop() ?? draw(), begun: so.now })
    }
  }
  const work = (instance: { left: number; begun: number }[]) => {
    // Nobody uses more than one processor for one picture.
    const each = Math.min(1, input.vcpu / Math.max(1, instance.length)) * STEP_SECONDS
    for (const request of instance) request.left -= each
    return instance.filter(({ left, begun }) => {
      const seconds = so.now - begun
      if (left > 0 && seconds < deadlineSeconds) return true
      so.underWay--
      if (left <= 0) times.push(seconds)
      else {
        so.late++
        // Another moment, other neighbours: by then it may be faster, the picture is the same.
        again.push(draw())
      }
      return false
    })
  }

  while (times.length < count) {
    so.turns = Math.min(so.turns + pace * STEP_SECONDS, pace)
    ask()
    so.now += STEP_SECONDS
    for (const [at, instance] of fleet.entries()) fleet[at] = work(instance)
  }
  times.sort((a, b) => a - b)
  const p99Seconds = times[Math.floor(times.length * 0.99)] ?? 0
  return { seconds: so.now, perSecond: count / so.now, late: so.late, p99Seconds, instances: fleet.length }
}

/**
 * Filled one after the other, as far as they take more; then a new one, where there may be more. How Function Compute spreads
 * requests is not documented, and this way each of them takes longest.
 */
function place<T>(fleet: T[][], perInstance: number, most: number): T[] | undefined {
  const open = fleet.find((instance) => instance.length < perInstance)
  if (open !== undefined || fleet.length >= most) return open
  const fresh: T[] = []
  fleet.push(fresh)
  return fresh
}

/** Two even numbers to a normal one (Box and Muller). */
function normal(random: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random())
}

/** The same numbers for the same seed (mulberry32). */
export function seeded(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}
