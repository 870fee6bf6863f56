import { facts } from '../facts.ts'
import { showBytes, showMs, showShare, showType } from '../format.ts'
import { addressOf, place } from '../navigation.ts'
import { type ListedObject, storedAddress } from '../server.ts'
import { type Say, useWords } from '../words/words.ts'
import { dropStale, type Photo, readPhoto } from './photos.ts'

interface CardFacts {
  name: string
  /** What this page did with it, if anything. */
  photo: Photo | undefined
  original: ListedObject | undefined
  stored: ListedObject | undefined
}

export function Card({ name, photo, original, stored }: CardFacts) {
  const { say, language } = useWords()
  const before = original?.bytes ?? photo?.before?.bytes
  const after = photo?.after?.bytes ?? (photo === undefined ? stored?.bytes : undefined)
  const isBusy = photo !== undefined && !['done', 'failed'].includes(photo.step)
  const slash = name.lastIndexOf('/') + 1
  const address =
    photo?.after?.address ??
    (stored === undefined || isBusy ? undefined : storedAddress(facts.compressed, stored.key, stored.etag))
  const open = () => place.set({ compare: { source: name, version: stored?.key } })

  return (
    <li class="card" data-key={name} data-step={photo?.step ?? 'listed'}>
      <div class="picture-box">
        <button
          type="button"
          class="picture"
          disabled={after === undefined}
          onClick={open}
          aria-label={`${say('compare')}: ${name}`}
        >
          {address === undefined ? null : (
            <img src={address} alt="" loading="lazy" decoding="async" onLoad={markLoaded} />
          )}
        </button>
        {before !== undefined && after !== undefined && after < before ? (
          <span class="badge" aria-hidden="true">
            −{showShare(1 - after / before, language)}
          </span>
        ) : null}
      </div>
      {photo?.step === 'uploading' ? (
        <progress max={1} value={photo.progress} aria-label={say('uploadOf', { key: name })} />
      ) : null}
      <div class="card-body">
        <h2 title={name}>
          <small>{name.slice(0, slash)}</small>
          {name.slice(slash)}
        </h2>
        <p class="numbers">
          <span>{before === undefined ? '' : showBytes(before, language)}</span>
          {after === undefined ? null : (
            <>
              <span aria-hidden="true">→</span>
              <span class="sr">, </span>
              <strong>{showBytes(after, language)}</strong>
              <em>{savedWords(before ?? 0, after, say, language)}</em>
            </>
          )}
        </p>
        <p class="facts">
          {factsOf(photo, stored, say, language).map((fact) => (
            <span key={fact}>{fact}</span>
          ))}
        </p>
        {photo?.error === undefined ? null : <p class="error">{say('failed', { why: photo.error })}</p>}
        {photo !== undefined && photo.stale.length > 0 ? (
          <p class="stale">
            {say('staleLeft', { count: photo.stale.length })}{' '}
            <button type="button" class="link" onClick={() => void dropStale(name)}>
              {say('dropStale')}
            </button>
          </p>
        ) : null}
        <div class="row card-actions">
          <button type="button" disabled={after === undefined} onClick={open}>
            {say('compare')}
          </button>
          <button type="button" class="quiet" disabled={isBusy} onClick={() => void readPhoto(name)}>
            {photo?.trace === undefined && stored === undefined ? say('read') : say('readAgain')}
          </button>
          <a class="button quiet" href={addressOf('build', name)}>
            {say('buildFrom')}
          </a>
        </div>
      </div>
    </li>
  )
}

function savedWords(before: number, after: number, say: Say, language: 'en' | 'zh'): string {
  if (after >= before) return say('sameSize')
  return say('saved', { percent: showShare(1 - after / before, language) })
}

function factsOf(
  photo: Photo | undefined,
  stored: ListedObject | undefined,
  say: Say,
  language: 'en' | 'zh',
): string[] {
  if (photo === undefined) return stored === undefined ? [say('notRead')] : []
  switch (photo.step) {
    case 'waiting':
      return [say('waiting')]
    case 'uploading':
      return [say('uploading', { percent: showShare(photo.progress, language) })]
    case 'leaving':
      return [say('leaving')]
    case 'reading':
      return [say('reading')]
    case 'failed':
      return []
    case 'done': {
      const { trace, after } = photo
      if (trace === undefined || after === undefined) return []
      const by = trace.stored?.by
      const who = { function: say('byFunction'), mirror: say('byMirror'), somebody: say('bySomebody') }
      return [
        showType(after.type),
        ...(after.pixels === undefined ? [] : [`${after.pixels.width} × ${after.pixels.height}`]),
        trace.bucket?.mirrored === true ? say('madeNow') : say('fromBucket'),
        // The events function was quicker than this page.
        ...(photo.isFirstRead && trace.bucket?.mirrored === false ? [say('madeAhead')] : []),
        ...(trace.read.ms === undefined ? [] : [say('inTime', { time: showMs(trace.read.ms, language) })]),
        ...(trace.coldStart ? [say('coldStart')] : []),
        by === undefined ? say('notStored') : say('storedBy', { who: who[by] }),
      ]
    }
    default:
      return []
  }
}

/** What a transparent picture lies on shows when it is there. */
function markLoaded({ currentTarget }: { currentTarget: HTMLImageElement }): void {
  currentTarget.classList.add('loaded')
}
