import { useRef, useState } from 'preact/hooks'

import { deleteOriginal } from '../changes.ts'
import { facts, keySettings } from '../facts.ts'
import { showBytes } from '../format.ts'
import { sourceOf } from '../keys.ts'
import { refreshLibrary } from '../library.ts'
import { addressOf, place } from '../navigation.ts'
import { addFile, forget } from '../photos/photos.ts'
import { type ListedObject, remove } from '../server.ts'
import { useWords } from '../words/words.ts'

interface RowFacts {
  object: ListedObject
  bucket: string
  time: string
  /** Address of a small picture of it, if there is one. */
  thumb: string | undefined
}

/** An object and what its owner can do with it. */
export function Row({ object: { key, bytes }, bucket, time, thumb }: RowFacts) {
  const { say, language } = useWords()
  const [isAsking, setAsking] = useState(false)
  const [hasNoPicture, setNoPicture] = useState(false)
  const file = useRef<HTMLInputElement>(null)
  const isOriginal = bucket === facts.originals
  const source = isOriginal ? key : sourceOf(key, keySettings)

  const name = source !== undefined && key.startsWith(source) ? source : key

  const replace = ({ currentTarget }: { currentTarget: HTMLInputElement }) => {
    const [picked] = currentTarget.files ?? []
    currentTarget.value = ''
    if (picked !== undefined) void addFile({ key, file: picked })
  }
  const erase = async () => {
    setAsking(false)
    if (!isOriginal) {
      await remove(bucket, key)
      return refreshLibrary()
    }
    forget(key)
    return deleteOriginal(key)
  }

  return (
    <li class="object" data-key={key}>
      <span class="thumb">
        {hasNoPicture || thumb === undefined ? null : (
          <img src={thumb} alt="" loading="lazy" decoding="async" onError={() => setNoPicture(true)} />
        )}
      </span>
      <div class="object-text">
        <strong>
          {name}
          {name === key ? null : <span>{key.slice(name.length)}</span>}
        </strong>
        <small>
          {showBytes(bytes, language)} · {time}
          {!isOriginal && source !== undefined && source !== key ? ` · ${say('madeFrom', { key: source })}` : ''}
        </small>
      </div>
      <div class="object-actions">
        {isAsking ? (
          <>
            <span>{say('sureDelete')}</span>
            <button type="button" class="danger" onClick={() => void erase()}>
              {say('yesDelete')}
            </button>
            <button type="button" class="quiet" onClick={() => setAsking(false)}>
              {say('no')}
            </button>
          </>
        ) : (
          <>
            {source === undefined ? null : (
              <button
                type="button"
                class="quiet"
                aria-label={`${say('compare')}: ${key}`}
                onClick={() => place.set({ compare: { source, version: isOriginal ? undefined : key } })}
              >
                {say('compare')}
              </button>
            )}
            {isOriginal ? (
              <>
                <a class="button quiet" href={addressOf('build', key)} aria-label={`${say('buildFrom')}: ${key}`}>
                  {say('buildFrom')}
                </a>
                <button
                  type="button"
                  class="quiet"
                  aria-label={`${say('replace')}: ${key}`}
                  onClick={() => file.current?.click()}
                >
                  {say('replace')}
                </button>
                <input
                  ref={file}
                  type="file"
                  hidden
                  data-replace={key}
                  aria-label={say('replace')}
                  onChange={replace}
                />
              </>
            ) : null}
            <button
              type="button"
              class="quiet danger"
              aria-label={`${say('delete')}: ${key}`}
              onClick={() => setAsking(true)}
            >
              {say('delete')}
            </button>
          </>
        )}
      </div>
    </li>
  )
}
