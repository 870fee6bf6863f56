// A bucket of as many keys as wanted, computed page by page.
import type { FakeBucket, FakeObject } from './fake-oss.ts'

const DIGITS = 9

export interface ManyKeys {
  count: number
  bytes: number
  /** ISO 8601. */
  modified: string
  /** Every so-manieth key is left out. */
  without?: number
}

/** Keys of a usual kind: folders of a hundred thousand, names in order. */
export function manyKeys({ count, bytes, modified, without = Infinity }: ManyKeys): FakeBucket {
  const keyAt = (at: number) => {
    const number = String(at).padStart(DIGITS, '0')
    return `uploads/${number.slice(0, 4)}/photo-${number}.jpg`
  }
  const indexOf = (key: string) => Number(key.slice(-DIGITS - 4, -4))
  return {
    page(after, most) {
      const page: FakeObject[] = []
      for (let at = after === '' ? 0 : indexOf(after) + 1; at < count && page.length < most; at++) {
        if (at % without !== 0 || without === Infinity) page.push({ key: keyAt(at), bytes, modified })
      }
      return page
    },
  }
}

// What resourceUsage() says begins, on Linux, with what the process that started it held: a large test runner, say.
const PEAK = `
import { readFileSync } from 'node:fs'
const peak = () => {
  try {
    return /VmHWM:\\s+(\\d+)/.exec(readFileSync('/proc/self/status', 'utf8'))[1]
  } catch {
    return process.resourceUsage().maxRSS
  }
}
process.on('exit', () => process.stderr.write('peak ' + peak() + ' KB\\n'))
`

/** Makes a command say on stderr how much memory it held at most. */
export const SAY_PEAK = `--import=data:text/javascript,${encodeURIComponent(PEAK)}`

/** Megabytes (1,000,000 bytes), from what SAY_PEAK makes a command say. */
export function peakIn(stderr: string): number {
  return (Number(/peak (\d+) KB/.exec(stderr)?.[1]) * 1024) / 1e6
}
