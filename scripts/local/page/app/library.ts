// What both buckets hold, as last listed.
import { facts, keySettings } from './facts.ts'
import { derivativesOf } from './keys.ts'
import { listAll, type ListedObject } from './server.ts'
import { createStore } from './store.ts'

export interface Library {
  originals: ListedObject[]
  compressed: ListedObject[]
  loaded: boolean
  /** Why they could not be listed. */
  error: string | undefined
}

export const library = createStore<Library>({ originals: [], compressed: [], loaded: false, error: undefined })

let underWay: Promise<void> | undefined
let again = false

/** Lists both anew. Calls during a listing share the next one. */
export function refreshLibrary(): Promise<void> {
  if (underWay !== undefined) {
    again = true
    return underWay
  }
  underWay = listBoth().finally(() => {
    underWay = undefined
  })
  return underWay
}

async function listBoth(): Promise<void> {
  do {
    again = false
    try {
      const [originals, compressed] = await Promise.all([listAll(facts.originals), listAll(facts.compressed)])
      library.set({ originals, compressed, loaded: true, error: undefined })
    } catch (error) {
      library.set({ error: error instanceof Error ? error.message : String(error), loaded: true })
    }
  } while (again)
}

/** Everything stored that was made from this original, asked of the bucket now. */
export async function storedDerivatives(sourceKey: string): Promise<ListedObject[]> {
  return derivativesOf(sourceKey, await listAll(facts.compressed, sourceKey), keySettings)
}
