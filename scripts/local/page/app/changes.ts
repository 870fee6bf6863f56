// An original was replaced or deleted: what was made from it is watched until it has gone.
import { facts } from './facts.ts'
import { refreshLibrary, storedDerivatives } from './library.ts'
import { type ListedObject, remove } from './server.ts'
import { createStore } from './store.ts'

export interface Change {
  id: number
  sourceKey: string
  /** How many versions there were. */
  all: number
  /** Keys that are still there as they were. */
  left: readonly string[]
  isOver: boolean
}

export const changes = createStore<{ list: readonly Change[] }>({ list: [] })

const KEPT = 5
/** How long what was made from the old picture may take to go. */
const LEAVING_MS = 20_000
const LOOK_MS = 300

/** Waits until the old versions have gone or been made anew. @returns the keys of those that have not */
export async function watchLeaving(sourceKey: string, old: readonly ListedObject[]): Promise<readonly string[]> {
  if (old.length === 0) return []
  const id = (changes.get().list[0]?.id ?? 0) + 1
  const all = old.length
  const tell = (left: readonly string[], isOver: boolean) =>
    changes.set(({ list }) => ({
      list: [{ id, sourceKey, all, left, isOver }, ...list.filter((one) => one.id !== id)].slice(0, KEPT),
    }))
  tell(
    old.map(({ key }) => key),
    false,
  )
  const latest = Date.now() + LEAVING_MS
  for (;;) {
    const now = await storedDerivatives(sourceKey)
    const left = old.filter((before) => now.some((one) => isSame(one, before))).map(({ key }) => key)
    const isOver = left.length === 0 || Date.now() > latest
    tell(left, isOver)
    if (isOver) {
      void refreshLibrary()
      return left
    }
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS))
  }
}

function isSame(one: ListedObject, other: ListedObject): boolean {
  return one.key === other.key && one.etag === other.etag && one.lastModified === other.lastModified
}

/** Deletes an original as its owner, and watches. */
export async function deleteOriginal(sourceKey: string): Promise<void> {
  const old = await storedDerivatives(sourceKey)
  await remove(facts.originals, sourceKey)
  void refreshLibrary()
  await watchLeaving(sourceKey, old)
}

/** Removes what stayed, as the owner of the compressed bucket. */
export async function removeLeft({ id, left }: Change): Promise<void> {
  await Promise.all(left.map((key) => remove(facts.compressed, key)))
  changes.set(({ list }) => ({ list: list.map((one) => (one.id === id ? { ...one, left: [] } : one)) }))
  await refreshLibrary()
}
