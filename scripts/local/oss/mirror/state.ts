import { overQuota } from './failures.ts'
import type { Reader } from './reader.ts'
import type { MirrorSwitches } from './switches.ts'

/** An origin request under way that equal requests may still join. */
export interface Flight {
  readers: Reader[]
  /** False once the answer has started: too late to join. */
  open: boolean
  join: (reader: Reader) => void
  done: Promise<void>
}

/** What mirror requests of one server have in common. */
export interface MirrorState {
  /** Starts of mirror requests within the last second, in ms. */
  starts: number[]
  flights: Map<string, Flight>
}

const states = new WeakMap<object, MirrorState>()

/** The state that belongs to a server, known by its sink: the quota counts all buckets together. */
export function stateOf(sink: object): MirrorState {
  const known = states.get(sink)
  if (known) return known
  const fresh: MirrorState = { starts: [], flights: new Map() }
  states.set(sink, fresh)
  return fresh
}

/**
 * Counts a mirror request.
 * @throws OssError 503 or 424 when the last second held as many as the quota allows
 */
export function countAgainstQuota(state: MirrorState, quota: MirrorSwitches['quota'], nowMs: number): void {
  if (quota === null) return
  state.starts = state.starts.filter((start) => nowMs - start < 1000)
  if (state.starts.length >= quota.perSecond) throw overQuota(quota.status)
  state.starts.push(nowMs)
}
