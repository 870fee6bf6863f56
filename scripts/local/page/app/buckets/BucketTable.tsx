import { useMemo, useState } from 'preact/hooks'

import { facts, keySettings } from '../facts.ts'
import { showTime } from '../format.ts'
import { plainKeyOf } from '../keys.ts'
import { library, refreshLibrary } from '../library.ts'
import { type ListedObject, storedAddress } from '../server.ts'
import { useStore } from '../store.ts'
import { useWords } from '../words/words.ts'
import { Row } from './Row.tsx'
import { useListing } from './use-listing.ts'

const MOST_THUMB_BYTES = 2_000_000

/** One bucket as its owner sees it. */
export function BucketTable({ bucket, name }: { bucket: string; name: string }) {
  const { say, language } = useWords()
  const [prefix, setPrefix] = useState('')
  const { objects, hasMore, error, isLoaded, more } = useListing(bucket, prefix)
  const { compressed } = useStore(library)
  const stored = useMemo(() => new Map(compressed.map((object) => [object.key, object])), [compressed])
  const thumbOf = (object: ListedObject) => {
    // An original is shown by what readers get, where there is that: it may be large, and there may be hundreds.
    const small = bucket === facts.originals ? stored.get(plainKeyOf(object.key, keySettings)) : undefined
    if (small !== undefined) return storedAddress(facts.compressed, small.key, small.etag)
    return object.bytes > MOST_THUMB_BYTES ? undefined : storedAddress(bucket, object.key, object.etag)
  }
  return (
    <div class="panel bucket" data-bucket={bucket === facts.originals ? 'originals' : 'compressed'}>
      <div class="bucket-head">
        <h2>{name}</h2>
        <code>{bucket}</code>
        <button type="button" class="quiet" onClick={() => void refreshLibrary()}>
          {say('refresh')}
        </button>
      </div>
      <label>
        <span>{say('prefix')}</span>
        <input
          type="search"
          value={prefix}
          spellcheck={false}
          autocomplete="off"
          onInput={({ currentTarget }) => setPrefix(currentTarget.value)}
        />
      </label>
      {error === undefined ? null : (
        <p class="notice bad" role="alert">
          {say('listFailed')} {error}
        </p>
      )}
      {isLoaded && objects.length === 0 ? (
        <p class="muted none">{prefix === '' ? say('none') : say('noneWith')}</p>
      ) : null}
      <ul class="objects">
        {objects.map((object) => (
          <Row
            key={object.key}
            object={object}
            bucket={bucket}
            time={showTime(object.lastModified, language)}
            thumb={thumbOf(object)}
          />
        ))}
      </ul>
      {hasMore ? (
        <button type="button" class="more" onClick={more}>
          {say('more', { count: 500 })}
        </button>
      ) : null}
    </div>
  )
}
