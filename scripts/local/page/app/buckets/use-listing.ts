import { useEffect, useRef, useState } from 'preact/hooks'

import { library } from '../library.ts'
import { type ListedObject, listPage } from '../server.ts'
import { useStore } from '../store.ts'

export interface BucketListing {
  objects: readonly ListedObject[]
  hasMore: boolean
  error: string | undefined
  isLoaded: boolean
  more: () => void
}

const PAUSE_MS = 150

/** The first pages of a bucket, from the server: a bucket may hold more than a page should. */
export function useListing(bucket: string, prefix: string): BucketListing {
  const { originals, compressed } = useStore(library)
  const [pages, setPages] = useState(1)
  const [state, setState] = useState<Omit<BucketListing, 'more'>>({
    objects: [],
    hasMore: false,
    error: undefined,
    isLoaded: false,
  })
  const round = useRef(0)

  useEffect(() => setPages(1), [bucket, prefix])
  useEffect(() => {
    const mine = (round.current += 1)
    const timer = setTimeout(() => {
      void list(bucket, prefix, pages).then((listed) => {
        if (mine === round.current) setState(listed)
      })
    }, PAUSE_MS)
    return () => clearTimeout(timer)
    // Whenever the page has seen a change, the listing is asked for anew.
  }, [bucket, prefix, pages, originals, compressed])

  return { ...state, more: () => setPages(pages + 1) }
}

async function list(bucket: string, prefix: string, pages: number): Promise<Omit<BucketListing, 'more'>> {
  const objects: ListedObject[] = []
  let after: string | undefined
  try {
    for (let page = 0; page < pages; page++) {
      const { objects: some, next } = await listPage(bucket, prefix, after)
      objects.push(...some)
      after = next
      if (after === undefined) break
    }
    return { objects, hasMore: after !== undefined, error: undefined, isLoaded: true }
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    return { objects, hasMore: false, error: why, isLoaded: true }
  }
}
