import type { FaultName } from '../server.ts'
import type { Words } from '../words/en.ts'

/** What can go wrong, in the order of the way of a request. */
export const FAULTS: readonly { name: FaultName; words: keyof Words; hint: keyof Words }[] = [
  { name: 'slow-original', words: 'faultSlow', hint: 'faultSlowHint' },
  { name: 'late-original', words: 'faultLate', hint: 'faultLateHint' },
  { name: 'short-original', words: 'faultShort', hint: 'faultShortHint' },
  { name: 'damaged-original', words: 'faultDamaged', hint: 'faultDamagedHint' },
  { name: 'denied-original', words: 'faultDenied', hint: 'faultDeniedHint' },
  { name: 'failing-put', words: 'faultPut', hint: 'faultPutHint' },
  { name: 'function-down', words: 'faultDown', hint: 'faultDownHint' },
  { name: 'wrong-secret', words: 'faultSecret', hint: 'faultSecretHint' },
]
