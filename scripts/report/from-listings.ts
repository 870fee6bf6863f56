// A report from what the buckets hold: sizes from the listings, formats and reasons from the objects' own metadata.
import type { KeySettings } from '../../src/key/settings.ts'
import { derivationReader } from '../listing/derivation.ts'
import { joinBuckets } from '../listing/join.ts'
import type { Lister } from '../listing/listed.ts'
import type { Progress } from '../running/progress.ts'
import { inBytes, inCount } from '../running/words.ts'
import { inParallel } from '../running/workers.ts'
import type { Item, ReportFacts } from './facts.ts'
import { createPlainTally, endingOf } from './plain.ts'
import { add, createGroups, createSample, newSum } from './tally.ts'

/** What a HEAD says of a compressed object. */
export interface StoredWord {
  contentType: string
  meta: Readonly<Record<string, string>>
}

export interface ListingsReport {
  originals: Lister
  compressed: Lister
  keySettings: KeySettings
  prefix: string
  /** How many objects are asked for their metadata; Infinity: all. */
  sample: number
  concurrency: number
  /** @returns undefined where it is gone. */
  head(key: string): Promise<StoredWord | undefined>
  about: string
  progress: Progress
  stop: AbortSignal
}

export async function reportFromListings(options: ListingsReport): Promise<ReportFacts> {
  const { originals, compressed, keySettings, prefix, sample, concurrency, progress, stop } = options
  const plain = createPlainTally()
  const derived = newSum()
  const styles = createGroups()
  const notMade = newSum()
  let lost = 0
  const asked = createSample<Item>(sample === Infinity ? 0 : sample)
  const formats = createGroups()
  const reasons = createGroups()
  let heads = 0
  const ask = async ({ key, before, after }: Item) => {
    const word = await options.head(key)
    if (word === undefined) return
    heads++
    formats.add(word.contentType.split(';')[0]?.trim().toLowerCase() || 'none', before, after)
    reasons.add(reasonOf(word), before, after)
  }

  const derivationOf = derivationReader(keySettings)
  for await (const { events, listed } of joinBuckets({ originals, compressed, derivationOf, prefix })) {
    const page: Item[] = []
    for (const { what } of events) {
      if (what.type === 'original') {
        if (what.made === 0) add(notMade, what.original.bytes, 0)
        continue
      }
      const { object, from, original } = what
      if (original === undefined || from === 'unreadable') {
        lost++
        continue
      }
      const item = { key: object.key, before: original.bytes, after: object.bytes }
      if (from.plain) {
        plain.add(item, endingOf(original.key))
        if (sample === Infinity) page.push(item)
        else asked.add(item)
      } else {
        add(derived, original.bytes, object.bytes)
        styles.add(
          from.style === undefined ? 'chains of operations' : `style ${from.style}`,
          original.bytes,
          object.bytes,
        )
      }
    }
    await inParallel(concurrency, page, ask)
    progress.update(listed, `${inBytes(plain.sum.before - plain.sum.after)} saved`)
    if (stop.aborted) break
  }
  await inParallel(concurrency, asked.items(), ask)
  progress.end()

  const all = `all ${inCount(plain.sum.count)}`
  const { endings, ...facts } = plain.facts(all)
  const word =
    heads < plain.sum.count ? `a sample of ${inCount(heads)} of ${inCount(plain.sum.count)}${margin(heads)}` : all
  return {
    source: 'listings',
    about: options.about,
    made: new Date().toISOString(),
    partial: stop.aborted,
    unit: 'objects',
    ...facts,
    derived,
    groupings: [
      endings,
      ...(heads === 0 ? [] : [formats.grouping('By format of the answer', word), reasons.grouping('By outcome', word)]),
      ...(derived.count === 0
        ? []
        : [styles.grouping('With operations: less to see, so less to send', `all ${inCount(derived.count)}`)]),
    ],
    times: [],
    failures: [],
    notes: [
      ...(notMade.count === 0
        ? []
        : [`Nothing was made yet from ${inCount(notMade.count)} originals (${inBytes(notMade.before)}).`]),
      ...(lost === 0 ? [] : [`${inCount(lost)} objects have no original beside them: npm run audit says more.`]),
    ],
  }
}

/** Half the width of the 95 % interval of a share, at its widest. */
function margin(heads: number): string {
  return heads === 0 ? '' : `, shares ±${(98 / Math.sqrt(heads)).toFixed(1)} points`
}

/** Without our metadata OSS was the last to store it. */
function reasonOf({ meta }: StoredWord): string {
  const { outcome, reason } = meta
  if (outcome === undefined) return 'not said'
  return [outcome, reason]
    .filter((part) => part !== undefined)
    .join(': ')
    .replaceAll('_', ' ')
}
