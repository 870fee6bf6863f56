import { useMemo, useState } from 'preact/hooks'

import { keySettings } from '../facts.ts'
import { plainKeyOf } from '../keys.ts'
import { library } from '../library.ts'
import { useStore } from '../store.ts'
import { useWords } from '../words/words.ts'
import { Card } from './Card.tsx'
import { DropZone } from './DropZone.tsx'
import { photos } from './photos.ts'
import { Totals } from './Totals.tsx'

const AT_ONCE = 24

export function Photos() {
  const { say } = useWords()
  const { byKey } = useStore(photos)
  const { originals, compressed, error } = useStore(library)
  const [most, setMost] = useState(AT_ONCE)

  const stored = useMemo(() => new Map(compressed.map((object) => [object.key, object])), [compressed])
  const listed = useMemo(
    () => originals.toSorted((a, b) => (a.lastModified < b.lastModified ? 1 : -1)).filter(({ key }) => !byKey.has(key)),
    [originals, byKey],
  )
  // What was added on this page first, newest in front; then what was there.
  const keys = [...[...byKey.keys()].reverse(), ...listed.map(({ key }) => key)]
  const objects = useMemo(() => new Map(originals.map((object) => [object.key, object])), [originals])
  const busy = [...byKey.values()].filter(({ step }) => step !== 'done' && step !== 'failed').length

  return (
    <section class="photos" aria-label={say('photos')}>
      <div class="photos-top">
        <DropZone isSmall={keys.length > 0} />
        <Totals />
      </div>
      <p class="sr" role="status">
        {busy === 0 ? '' : say('working', { count: busy })}
      </p>
      {error === undefined ? null : (
        <p class="notice bad" role="alert">
          {say('listFailed')} {error}
        </p>
      )}
      <ul class="cards">
        {keys.slice(0, most).map((key) => (
          <Card
            key={key}
            name={key}
            photo={byKey.get(key)}
            original={objects.get(key)}
            stored={stored.get(plainKeyOf(key, keySettings))}
          />
        ))}
      </ul>
      {keys.length > most ? (
        <button type="button" class="more" onClick={() => setMost(most + AT_ONCE)}>
          {say('more', { count: Math.min(AT_ONCE, keys.length - most) })}
        </button>
      ) : null}
    </section>
  )
}
