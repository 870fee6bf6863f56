// All stored objects that are made from an original, whatever key they were stored under.
import { KeyFault } from '../key/fault.ts'
import { readKey, writeKey } from '../key/read.ts'
import { MARKER } from '../key/dialects/marker.ts'
import type { KeySettings } from '../key/settings.ts'
import type { OriginalFacts } from '../oss/bucket.ts'
import type { DerivativesBucket, ListedObject, StoredObject } from '../oss/derivatives-bucket.ts'
import { OssFault } from '../oss/fault.ts'
import { sizesInFront, spelledBehind } from './places.ts'

/** The part of the originals bucket that freshness looks at. */
export interface OriginalsHead {
  head(key: string, deadline: number): Promise<OriginalFacts>
}

export interface Derivative extends StoredObject {
  /**
   * The key names no original that exists, although it begins with this one's name: made under a style or dialect that is
   * configured no longer. It goes whatever the original is now.
   */
  lost: boolean
}

/** More keys that begin with the original's name and a mark but belong to others are left to the audit. */
const MOST_STRANGERS = 1000

/** Looked at together. */
const AT_ONCE = 16

/**
 * Everything made from an original that is stored now, with its metadata: three narrow listings and a HEAD for each object
 * found, for the plain key and for each size in front. What only has this original as its watermark is not found this way
 * (`objectsWithMark`).
 * @throws OssFault
 */
export async function* derivativesOf(
  sourceKey: string,
  derivatives: DerivativesBucket,
  originals: OriginalsHead,
  settings: KeySettings,
  deadline: number,
): AsyncGenerator<Derivative> {
  let strangers = 0
  const look = async (key: string): Promise<Derivative[]> => {
    const owner = sourceOf(key, settings)
    if (owner === undefined) return []
    const foreign = owner !== sourceKey
    if (foreign && ++strangers > MOST_STRANGERS) return []
    if (foreign && (await currentOriginal(owner, originals, deadline)) !== undefined) return []
    const stored = await derivatives.head(key, deadline)
    return stored === undefined ? [] : [{ ...stored, lost: foreign }]
  }
  let keys: string[] = []
  for await (const key of possibleKeys(sourceKey, derivatives, settings, deadline)) {
    keys.push(key)
    if (keys.length < AT_ONCE) continue
    for (const found of await Promise.all(keys.map(look))) yield* found
    keys = []
  }
  for (const found of await Promise.all(keys.map(look))) yield* found
}

/** Keys that may be there, each once: those that listings have, and those that can only be asked for. */
async function* possibleKeys(
  sourceKey: string,
  derivatives: DerivativesBucket,
  settings: KeySettings,
  deadline: number,
): AsyncGenerator<string> {
  const prefixes = spelledBehind(sourceKey)
  const sized = sizesInFront(sourceKey, settings)
  const signed = settings.signing === undefined ? [] : sized.map((key) => `${key}${MARKER}sig,`)
  for (const key of [sourceKey, ...sized]) if (sourceOf(key, settings) === sourceKey) yield key
  for (const prefix of [...prefixes, ...signed]) {
    for await (const { key } of derivatives.list(prefix, deadline)) yield key
  }
}

/** The original's state now; undefined where there is none. @throws OssFault for anything that is not a clear "no such object". */
export async function currentOriginal(
  sourceKey: string,
  originals: OriginalsHead,
  deadline: number,
): Promise<OriginalFacts | undefined> {
  try {
    return await originals.head(sourceKey, deadline)
  } catch (error) {
    if (error instanceof OssFault && error.kind === 'missing') return undefined
    throw error
  }
}

/** The original a stored key is made from: its own name where it cannot be read; undefined for what no key of ours can be. */
export function sourceOf(storedKey: string, settings: KeySettings): string | undefined {
  try {
    return readKey(storedKey, settings).sourceKey
  } catch (fault) {
    if (!(fault instanceof KeyFault)) throw fault
    return fault.code === 'bad_key' ? undefined : storedKey
  }
}

/** The key under which readers find an original's compressed version. */
export function plainKey(sourceKey: string, settings: KeySettings): string {
  return writeKey(sourceKey, [], settings)
}

/**
 * Everything made from originals whose names begin with `prefix`, from listings alone.
 * @throws OssFault
 */
export async function* derivativesBelow(
  prefix: string,
  derivatives: DerivativesBucket,
  settings: KeySettings,
  deadline: number,
): AsyncGenerator<ListedObject> {
  const inFront = sizesInFront(prefix, settings).filter((begin) => !begin.startsWith(prefix))
  for (const begin of [prefix, ...inFront]) {
    for await (const object of derivatives.list(begin, deadline)) {
      if (sourceOf(object.key, settings)?.startsWith(prefix) === true) yield object
    }
  }
}
