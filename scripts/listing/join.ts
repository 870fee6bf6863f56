// Both buckets side by side, each listed once from beginning to end: which object is made from which original.
//
// Everything made from an original keeps its name as prefix (docs/keys.md), but other originals may sort between the two:
// «a b.jpg» comes after «a» and before «a!thumb». So a merge of the two listings keeps the originals whose names are prefixes
// of the key it has come to. In sorted order what begins with a name is one stretch: at its end the original is done with.
// There are never more open at once than a key has characters, and mostly one.
//
// Keys of the size-prefix dialect (`300*200/a.jpg`) sort elsewhere: they are handed on without an original.
import type { Derivation } from './derivation.ts'
import type { Listed, Lister } from './listed.ts'
import { compareKeys } from './order.ts'

/** An original whose stretch is not at its end. */
export interface OpenOriginal {
  readonly original: Listed
  /** How many objects made from it were seen. */
  readonly made: number
  /** How many keys ought to be made from it; of those, the ones not seen. */
  readonly wanted: number
  readonly unmade: readonly string[]
}

/** Where a join can go on: everything up to the key `after` is done with, except that these originals are open. */
export interface JoinPosition {
  readonly after: string
  readonly open: readonly OpenOriginal[]
}

export const START: JoinPosition = { after: '', open: [] }

export type Joined =
  /** An original, when nothing made from it can come any more. */
  | ({ type: 'original' } & OpenOriginal)
  | { type: 'derivative'; object: Listed; from: Derivation; original: Listed | undefined; elsewhere: boolean }

export interface JoinEvent {
  what: Joined
  /** Where to go on once this event and all before it are dealt with; undefined where only the next one knows. */
  position: JoinPosition | undefined
}

/** Some consecutive events, and where to go on after all of them. */
export interface JoinPage {
  events: readonly JoinEvent[]
  position: JoinPosition
  /** Keys listed so far in this run, both buckets together. */
  listed: number
}

export interface JoinOptions {
  originals: Lister
  compressed: Lister
  derivationOf(key: string): Derivation
  /** The keys that ought to be made from an original; empty where that is not asked. */
  wanted?(original: Listed): readonly string[]
  prefix?: string
  from?: JoinPosition
}

const NONE: readonly string[] = []

/** Keys (of either bucket) to a page. */
const PAGE_KEYS = 500

export async function* joinBuckets({
  originals,
  compressed,
  derivationOf,
  wanted,
  prefix = '',
  from = START,
}: JoinOptions): AsyncGenerator<JoinPage> {
  const left = await cursor(originals.pages({ prefix, after: from.after }))
  const right = await cursor(compressed.pages({ prefix, after: from.after }))
  let position = from
  let open = from.open
  let group: Joined[] = []
  let events: JoinEvent[] = []
  let listed = 0
  let inPage = 0

  const closeUntil = (key: string | undefined) => {
    for (let last = open.at(-1); last !== undefined; last = open.at(-1)) {
      if (key?.startsWith(last.original.key) === true) return
      group.push({ type: 'original', ...last })
      open = open.slice(0, -1)
    }
  }
  const seeDerivative = (object: Listed) => {
    const derivation = derivationOf(object.key)
    const sourceKey = derivation === 'unreadable' ? object.key : derivation.sourceKey
    const elsewhere = derivation !== 'unreadable' && !isBeside(object.key, sourceKey, prefix)
    const at = open.findLastIndex(({ original }) => original.key === sourceKey)
    const source = open[at]
    if (source !== undefined) {
      const unmade = source.unmade.includes(object.key)
        ? source.unmade.filter((key) => key !== object.key)
        : source.unmade
      open = open.with(at, { ...source, made: source.made + 1, unmade })
    }
    group.push({ type: 'derivative', object, from: derivation, original: source?.original, elsewhere })
  }
  // Only between two keys is there a place to go on from.
  const endGroup = (after: string) => {
    position = { after, open }
    const last = group.at(-1)
    for (const what of group) events.push({ what, position: what === last ? position : undefined })
    group = []
  }

  for (;;) {
    // One key at a time, of both buckets if both have it.
    const [a, b] = [left.value, right.value]
    if (a === undefined && b === undefined) break
    const order = a === undefined ? 1 : b === undefined ? -1 : compareKeys(a.key, b.key)
    const key = (order <= 0 ? a : b)?.key ?? ''
    closeUntil(key)
    if (a !== undefined && order <= 0) {
      const unmade = wanted?.(a) ?? NONE
      open = [...open, { original: a, made: 0, wanted: unmade.length, unmade }]
      if (!left.advance()) await left.fill()
    }
    if (b !== undefined && order >= 0) {
      seeDerivative(b)
      if (!right.advance()) await right.fill()
    }
    endGroup(key)
    listed += order === 0 ? 2 : 1
    if (++inPage < PAGE_KEYS) continue
    yield { events, position, listed }
    events = []
    inPage = 0
  }
  closeUntil(undefined)
  endGroup(position.after)
  yield { events, position, listed }
}

/** A source that lies outside the listed prefix is as far away as one that sorts elsewhere. */
function isBeside(key: string, sourceKey: string, prefix: string): boolean {
  return key.startsWith(sourceKey) && sourceKey.startsWith(prefix)
}

/** A listing read item by item; only a page's end has to be awaited. */
async function cursor(pages: AsyncIterable<readonly Listed[]>) {
  const iterator = pages[Symbol.asyncIterator]()
  let page: readonly Listed[] = []
  let at = 0
  const it = {
    value: undefined as Listed | undefined,
    /** @returns false where a further page is needed first. */
    advance(): boolean {
      it.value = page[++at]
      return at < page.length
    },
    async fill(): Promise<void> {
      const next = await iterator.next()
      page = next.done === true ? [] : next.value
      at = 0
      it.value = page[0]
    },
  }
  await it.fill()
  return it
}
