// Two buckets, readers, uploaders and the platform's events in time that is only counted: what can happen between any two steps
// does happen for some seed.
import { createFreshness } from '../../src/freshness/freshness.ts'
import type { OssEventRecord } from '../../src/freshness/oss-event.ts'
import { readKey } from '../../src/key/read.ts'
import { createLog } from '../../src/log.ts'
import type { StoredObject } from '../../src/oss/derivatives-bucket.ts'
import { OssFault } from '../../src/oss/fault.ts'
import { testConfig } from '../support/settings.ts'
import { createTimeline, seededRandom } from './timeline.ts'

export interface WorldOptions {
  seed: number
  /** What is believed about how long a read under way can take to store; the readers here take up to 10 s. */
  settleMs?: number
  /** Who stores what readers ask for. */
  store?: 'function' | 'mirror' | 'both'
}

interface Original {
  etag: string
  bytes: number
  lastModified: number
}

/** `madeFrom` is the truth, which the program does not see; `meta` is what it sees. */
interface Stored extends StoredObject {
  madeFrom: string
}

export interface Outcome {
  /** Stored objects that do not show the original as it is, or whose original is gone. */
  wrong: string[]
  /** Originals whose plain version is not there. */
  unmade: string[]
  failedDeliveries: number
  stored: number
  removed: number
}

const START = Date.UTC(2026, 10, 21, 12)
const SOURCES = ['a.jpg', 'dir/b.jpg', 'a.jpg2', 'a.jpg!x', 'c d+e%41.jpg']
const STYLES = { thumb: 'image/resize,w_100', card: 'image/resize,w_300' }
const LAST_CHANGE_MS = 40_000
const CHANGES = 14
const READS = 40
const MIRROR_MS = 10_000

const config = testConfig({
  DIALECTS: 'suffix,style,size-prefix',
  STYLES: 'thumb=image/resize,w_100;card=image/resize,w_300',
  ALLOW: 'sizes=200,300x200;styles=thumb,card',
  PREGENERATE: 'thumb',
})

/** Every way in which readers ask for a version of this original. */
function spellings(source: string): string[] {
  const slash = source.lastIndexOf('/') + 1
  const sized = `${source.slice(0, slash)}300x200_max/${source.slice(slash)}`
  const styles = Object.keys(STYLES).flatMap((style) => [`${source}!${style}`, `${source}@!${style}`])
  const all = [source, `${source}__op__`, ...styles, `${source}__op__resize,w_200`, `300*200/${source}`, sized]
  return all.filter((key) => readKey(key, config.keySettings).sourceKey === source)
}

/** Read once: 200 worlds ask for the same few keys. */
const SPELLINGS = new Map(SOURCES.map((source) => [source, spellings(source)]))
const SOURCE_OF = new Map([...SPELLINGS].flatMap(([source, keys]) => keys.map((key) => [key, source] as const)))
const sourceOf = (key: string) => SOURCE_OF.get(key) ?? key
const PLAIN = new Map([...SPELLINGS].map(([source, keys]) => [source, plainAmong(keys)]))

function plainAmong(keys: readonly string[]): string {
  return keys.find((key) => readKey(key, config.keySettings).dialect === 'plain') ?? ''
}

export async function liveThrough({ seed, settleMs, store = 'both' }: WorldOptions): Promise<Outcome> {
  const random = seededRandom(seed)
  const upTo = (ms: number) => Math.floor(random() * ms)
  const pick = <T>(from: readonly T[]): T => from[Math.floor(random() * from.length)] as T
  const time = createTimeline(START)
  const originals = new Map<string, Original>()
  const compressed = new Map<string, Stored>()
  const outcome: Outcome = { wrong: [], unmade: [], failedDeliveries: 0, stored: 0, removed: 0 }
  const wholeSeconds = () => Math.floor(time.now() / 1000) * 1000
  let version = 0

  const save = (key: string, madeFrom: string, meta: Record<string, string>) => {
    outcome.stored++
    const etag = `D${outcome.stored}`
    compressed.set(key, {
      key,
      bytes: 1,
      etag,
      lastModified: wholeSeconds(),
      contentType: 'image/jpeg',
      meta,
      madeFrom,
    })
  }

  /** A read of a missing key: the mirror, the function behind it, and whoever stores, within the mirror's time. */
  async function read(key: string): Promise<void> {
    await time.sleep(upTo(LAST_CHANGE_MS + 5000))
    if (compressed.has(key)) return
    const end = time.now() + MIRROR_MS
    await time.sleep(upTo(3000))
    const original = originals.get(sourceOf(key))
    if (original === undefined) return
    const who = store === 'both' ? pick(['function', 'mirror', 'twice']) : store
    const rest = () => time.sleep(upTo(end - time.now()))
    if (who !== 'mirror') {
      await rest()
      save(key, original.etag, { 'source-etag': original.etag })
    }
    if (who !== 'function') {
      await rest()
      save(key, original.etag, {})
    }
  }

  async function change(): Promise<void> {
    await time.sleep(upTo(LAST_CHANGE_MS))
    const key = pick(SOURCES)
    const old = originals.get(key)
    const remove = old !== undefined && random() < 0.3
    const bytes = pick([1000, 1000, 2000])
    if (remove) originals.delete(key)
    // The same bytes again, now and then.
    else
      originals.set(key, {
        etag: random() < 0.1 && old ? old.etag : `V${++version}`,
        bytes,
        lastModified: wholeSeconds(),
      })
    const record: OssEventRecord = {
      eventName: remove ? 'ObjectRemoved:DeleteObject' : 'ObjectCreated:PutObject',
      eventTime: new Date(time.now()).toISOString(),
      oss: {
        bucket: { name: config.originals },
        object: {
          key: random() < 0.5 ? key : encodeURIComponent(key),
          size: bytes,
          deltaSize: remove ? -old.bytes : bytes - (old?.bytes ?? 0),
        },
      },
    }
    const copies = random() < 0.3 ? 2 : 1
    await Promise.all(Array.from({ length: copies }, () => deliver(record)))
  }

  /** At least once, late, in any order; again where it failed, also where it failed in the middle. */
  async function deliver(record: OssEventRecord): Promise<void> {
    await time.sleep(random() < 0.2 ? upTo(60_000) : upTo(2000))
    for (let attempt = 1; ; attempt++) {
      const dies = attempt < 4 && random() < 0.25 ? time.now() + upTo(20_000) : Infinity
      try {
        return await freshnessUntil(dies).handle(
          [record],
          { requestId: '', credentials: undefined, function: { name: '', memoryMb: 0, region: '' } },
          Infinity,
        )
      } catch {
        outcome.failedDeliveries++
        if (attempt > 12) throw new Error('Expected it to end well in twelve attempts')
        await time.sleep(5000 + upTo(5000))
      }
    }
  }

  /** The program under test in an instance that ends at some time: what it has sent arrives, it sends nothing more. */
  function freshnessUntil(dies: number) {
    const call = async <T>(action: () => T): Promise<T> => {
      if (time.now() >= dies) throw new Error('the instance has ended')
      await time.sleep(upTo(300))
      const result = action()
      await time.sleep(upTo(300))
      if (time.now() >= dies) throw new Error('the instance has ended')
      return result
    }
    return createFreshness({
      config,
      log: createLog('silent', () => undefined),
      clock: time,
      ...(settleMs === undefined ? {} : { settleMs }),
      origin: {
        async make(key) {
          const source = sourceOf(key)
          const original = await call(() => originals.get(source))
          if (original === undefined) throw new OssFault('missing', 'no such object')
          await time.sleep(random() < 0.3 ? upTo(40_000) : upTo(3000))
          if (random() < 0.15) throw new OssFault('server', 'it could not be made now')
          await call(() => {
            if (compressed.has(key)) throw new OssFault('conflict', 'it is there')
            save(key, original.etag, { 'source-etag': original.etag })
          })
          return { put: 'stored', sourceEtag: original.etag }
        },
      },
      buckets: () => ({
        originals: {
          head: (key) =>
            call(() => {
              const original = originals.get(key)
              if (original === undefined) throw new OssFault('missing', 'no such object')
              const lastModified = new Date(original.lastModified).toUTCString()
              return {
                etag: original.etag,
                bytes: original.bytes,
                lastModified,
                contentEncoding: undefined,
                crc64: undefined,
                contentMd5: undefined,
              }
            }),
        },
        derivatives: {
          async *list(prefix) {
            let after = ''
            for (;;) {
              const page = await call(() =>
                [...compressed.values()]
                  .filter(({ key }) => key.startsWith(prefix) && key > after)
                  .sort((one, other) => (one.key < other.key ? -1 : 1))
                  .slice(0, 2),
              )
              yield* page
              if (page.length < 2) return
              after = page[1]?.key ?? ''
            }
          },
          head: (key) => call(() => compressed.get(key)),
          remove: (keys) =>
            call(() => {
              for (const key of keys) if (compressed.delete(key)) outcome.removed++
            }),
        },
      }),
    })
  }

  const everything = [
    ...Array.from({ length: CHANGES }, change),
    ...Array.from({ length: READS }, () => read(pick(SPELLINGS.get(pick(SOURCES)) ?? []))),
  ]
  await Promise.all([time.run(), ...everything])
  for (const { key, madeFrom } of compressed.values()) {
    const original = originals.get(sourceOf(key))
    if (original?.etag !== madeFrom)
      outcome.wrong.push(`${key} (${madeFrom}, the original is ${original?.etag ?? 'gone'})`)
  }
  outcome.unmade = [...originals.keys()].filter((source) => !compressed.has(PLAIN.get(source) ?? ''))
  return outcome
}
