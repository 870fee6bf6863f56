import { type Fault, type FaultKind, faultKinds } from '../local/oss/faults/fault.ts'
import type { Random } from './random.ts'

// One that stalls is drawn apart; only the mirror can refuse.
const READ = faultKinds.filter((kind) => kind !== 'stall' && kind !== 'refused')
const WRITE = READ.filter((kind) => kind !== 'short' && kind !== 'corrupt')
// Not `corrupt`: between the function and OSS there is TLS, and the first reader's answer is on its way before OSS has the MD5 of it.
const MIRROR: readonly FaultKind[] = ['slow', 'reset', 'short', 'status', 'refused']

/**
 * Something that goes wrong once to three times. Of ten, one stalls: those take seconds each. Never on the readers' own side:
 * what they get is what is judged.
 */
export function anyFault(random: Random, originals: string, compressed: string): Fault {
  const stalls = random.next() < 0.1
  const shared = {
    times: 1 + random.below(3),
    seed: random.below(1e6),
    ms: 20 + random.below(200),
    status: random.pick([500, 502, 503]),
  }
  const place = random.below(10)
  const bytes = random.below(3000)
  if (place < 5) {
    const kind = stalls ? 'stall' : random.pick(READ)
    return { ...shared, match: { operation: 'read', bucket: originals }, kind, bytes }
  }
  if (place < 8) {
    const kind = stalls ? 'stall' : random.pick(WRITE)
    const when = (kind === 'reset' || kind === 'stall') && random.next() < 0.5 ? ({ when: 'after' } as const) : {}
    return { ...shared, ...when, match: { operation: random.pick(['put', 'copy'] as const), bucket: compressed }, kind }
  }
  return { ...shared, match: { operation: 'mirror', bucket: compressed }, kind: random.pick(MIRROR), bytes }
}
