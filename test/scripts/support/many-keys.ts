// A bucket of as many keys as wanted, computed page by page.
import type { FakeBucket, FakeObject } from './fake-oss.ts'

const DIGITS = 9

/** Keys of a usual kind: a folder a hundred thousand, names in order. */
export function manyKeys(count: number, bytes: number, modified: string): FakeBucket {
  const keyAt = (at: number) => {
    const number = String(at).padStart(DIGITS, '0')
    return `uploads/${number.slice(0, 4)}/photo-${number}.jpg`
  }
  const indexOf = (key: string) => Number(key.slice(-DIGITS - 4, -4))
  return {
    page(after, most) {
      const start = after === '' ? 0 : indexOf(after) + 1
      return Array.from({ length: Math.max(0, Math.min(most, count - start)) }, (_, at): FakeObject => ({
        key: keyAt(start + at),
        bytes,
        modified,
      }))
    },
  }
}

/** Makes a command say on stderr how much memory it held at most. */
export const SAY_PEAK = {
  NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(
    "process.on('exit',()=>process.stderr.write('peak '+process.resourceUsage().maxRSS+' KB\\n'))",
  )}`,
}

/** Megabytes, from what SAY_PEAK makes a command say. */
export function peakIn(stderr: string): number {
  return Number(/peak (\d+) KB/.exec(stderr)?.[1]) / 1000
}
