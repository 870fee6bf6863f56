import { Header } from './Header.tsx'
import { Photos } from './photos/Photos.tsx'
import { Compare } from './compare/Compare.tsx'
import { Flow } from './flow/Flow.tsx'
import { place, type View } from './navigation.ts'
import { connection } from './server.ts'
import { useStore } from './store.ts'
import { useWords } from './words/words.ts'
import type { ComponentType } from 'preact'
import { Builder } from './build/Builder.tsx'
import { Buckets } from './buckets/Buckets.tsx'
import { Faults } from './faults/Faults.tsx'

const VIEW_OF: Record<View, ComponentType> = { photos: Photos, build: Builder, buckets: Buckets, faults: Faults }

export function App() {
  const { say } = useWords()
  const { view, compare } = useStore(place)
  const { isStale } = useStore(connection)
  const Shown = VIEW_OF[view]
  return (
    <>
      <a class="skip" href="#main" onClick={skip}>
        {say('skip')}
      </a>
      <Header view={view} />
      <main id="main" tabIndex={-1}>
        {isStale ? (
          <p class="notice" role="alert">
            {say('stale')}{' '}
            <button type="button" class="link" onClick={() => location.reload()}>
              {say('reload')}
            </button>
          </p>
        ) : null}
        <Flow isBehind={view === 'build' || view === 'buckets'} />
        <Shown />
      </main>
      {compare === undefined ? null : <Compare key={compare.source} source={compare.source} asked={compare.version} />}
    </>
  )
}

/** The address belongs to the views, so the link moves the focus only. */
function skip(event: Event): void {
  event.preventDefault()
  document.querySelector<HTMLElement>('#main')?.focus()
}
