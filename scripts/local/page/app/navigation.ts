import { createStore } from './store.ts'

export const VIEWS = ['photos', 'build', 'buckets', 'faults'] as const
export type View = (typeof VIEWS)[number]

export interface Place {
  view: View
  /** The original in front, in build and faults. */
  source: string | undefined
  /** What is compared, in a window of its own. */
  compare: { source: string; version: string | undefined } | undefined
}

function fromAddress(): Pick<Place, 'view' | 'source'> {
  const [name, source] = location.hash.slice(1).split('/', 2)
  const view = VIEWS.find((known) => known === name) ?? 'photos'
  try {
    return { view, source: source === undefined || source === '' ? undefined : decodeURIComponent(source) }
  } catch {
    return { view, source: undefined }
  }
}

export const place = createStore<Place>({ ...fromAddress(), compare: undefined })

window.addEventListener('hashchange', () => place.set(fromAddress()))

/** The address tells the view and its photo, so that Back works and a link can be kept. */
export function addressOf(view: View, source?: string): string {
  return `#${view}${source === undefined ? '' : `/${encodeURIComponent(source)}`}`
}

export function go(view: View, source?: string): void {
  location.hash = addressOf(view, source)
}
