import type { KeySettings } from '../../src/key/settings.ts'
import { derivationReader } from '../listing/derivation.ts'
import { joinBuckets, START } from '../listing/join.ts'
import type { Lister } from '../listing/listed.ts'
import type { WarmSource, WarmStep } from './source.ts'
import type { Wanted } from './wanted.ts'

export interface BucketsSource {
  originals: Lister
  compressed: Lister
  keySettings: KeySettings
  prefix: string
  wanted: Wanted
  /** Objects in the originals bucket, where that is known. */
  count: number | undefined
}

/** Both buckets are listed: a thousand keys a request say what is missing, where a HEAD would say it of one. */
export function fromBuckets({ originals, compressed, keySettings, prefix, wanted, count }: BucketsSource): WarmSource {
  return {
    unit: 'originals',
    total: count,
    start: { join: START, originals: 0 },
    async *pages(from) {
      let passed = 'originals' in from ? from.originals : 0
      const pages = joinBuckets({
        originals,
        compressed,
        derivationOf: derivationReader(keySettings),
        // An empty object is a folder of a console, or no picture.
        wanted: ({ key, bytes }) => (bytes === 0 ? [] : wanted.of(key)),
        prefix,
        from: 'join' in from ? from.join : START,
      })
      for await (const { events, position: end } of pages) {
        const steps: WarmStep[] = []
        let [there, stale] = [0, 0]
        for (const { what, position } of events) {
          if (what.type === 'derivative') {
            if (what.original !== undefined && what.object.modifiedMs < what.original.modifiedMs) stale++
          } else {
            passed++
            there += what.wanted - what.unmade.length
            const last = what.unmade.at(-1)
            for (const key of what.unmade) {
              const item = { key, sourceBytes: what.original.bytes, listedMissing: true }
              const isLast = key === last && position !== undefined
              const behind = isLast ? { join: position, originals: passed } : undefined
              steps.push({ item, position: behind, there, stale })
              there = stale = 0
            }
          }
        }
        steps.push({ item: undefined, position: { join: end, originals: passed }, there, stale })
        yield steps
      }
    },
  }
}
