import { useEffect, useRef, useState } from 'preact/hooks'

import { facts, keySettings } from '../facts.ts'
import { showBytes, showShare } from '../format.ts'
import { derivativesOf, plainKeyOf } from '../keys.ts'
import { library } from '../library.ts'
import { place } from '../navigation.ts'
import { Icon } from '../parts/Icon.tsx'
import { type Pixels, sizeOf } from '../photos/size-of.ts'
import { storedAddress } from '../server.ts'
import { useStore } from '../store.ts'
import { useWords } from '../words/words.ts'
import { Stage } from './Stage.tsx'
import { type Look, WHOLE } from './view.ts'

const ZOOMS: readonly Look['zoom'][] = ['fit', 1, 2, 4]

/** An original against anything that was made from it, in a window over the page. */
export function Compare({ source, asked }: { source: string; asked: string | undefined }) {
  const { say, language } = useWords()
  const { originals, compressed } = useStore(library)
  const versions = derivativesOf(source, compressed, keySettings)
  const [chosen, setChosen] = useState(asked ?? plainKeyOf(source, keySettings))
  const [look, setLook] = useState<Look>(WHOLE)
  const dialog = useRef<HTMLDialogElement>(null)
  const original = originals.find(({ key }) => key === source)
  const version = versions.find(({ key }) => key === chosen) ?? versions[0]
  const before = original === undefined ? undefined : storedAddress(facts.originals, source, original.etag)
  const after = version === undefined ? undefined : storedAddress(facts.compressed, version.key, version.etag)
  const sizes = [useSize(before), useSize(after)] as const

  useEffect(() => {
    dialog.current?.showModal()
  }, [])

  const keys = (event: KeyboardEvent) => {
    if (event.target instanceof HTMLSelectElement) return
    const zoom = ({ '0': 'fit', '1': 1, '2': 2, '4': 4 } as const)[event.key]
    if (zoom !== undefined) setLook((now) => ({ ...now, zoom }))
  }
  const share = original === undefined || version === undefined ? undefined : 1 - version.bytes / original.bytes

  return (
    <dialog
      ref={dialog}
      class="compare"
      aria-labelledby="compare-title"
      onClose={() => place.set({ compare: undefined })}
      onKeyDown={keys}
    >
      <header>
        <div>
          <h2 id="compare-title">{source}</h2>
          <p class="muted">
            {original === undefined ? '' : showBytes(original.bytes, language)} →{' '}
            <strong>{version === undefined ? '' : showBytes(version.bytes, language)}</strong>
            {share === undefined ? null : (
              <em class={share >= 0 ? 'good' : 'bad'}>
                {share >= 0
                  ? say('smaller', { percent: showShare(share, language) })
                  : say('larger', { percent: showShare(-share, language) })}
              </em>
            )}
          </p>
        </div>
        <button type="button" class="quiet icon-only" aria-label={say('close')} onClick={() => dialog.current?.close()}>
          <Icon name="close" />
        </button>
      </header>
      {before !== undefined && after !== undefined && sizes[0] !== undefined && sizes[1] !== undefined ? (
        <Stage before={before} after={after} size={sizes[0]} afterSize={sizes[1]} look={look} onLook={setLook} />
      ) : (
        <p class="stage-empty">
          {version === undefined
            ? say('noVersions')
            : sizes.some((size) => size === undefined)
              ? say('compareNone')
              : ''}
        </p>
      )}
      <footer>
        <label class="versions">
          <span>{say('compareWith')}</span>
          <select value={version?.key} onChange={({ currentTarget }) => setChosen(currentTarget.value)}>
            {versions.map(({ key, bytes }) => (
              <option key={key} value={key}>
                {key} · {showBytes(bytes, language)}
              </option>
            ))}
          </select>
        </label>
        <div class="zooms" role="group" aria-label={say('zoom')}>
          {ZOOMS.map((zoom) => (
            <button
              key={zoom}
              type="button"
              aria-pressed={look.zoom === zoom}
              onClick={() => setLook((now) => ({ ...now, zoom }))}
            >
              {zoom === 'fit' ? say('fit') : `${zoom}:1`}
            </button>
          ))}
        </div>
        <p class="muted help">{say('compareHelp')}</p>
      </footer>
    </dialog>
  )
}

/** Undefined until it is known, and for what does not show. */
function useSize(address: string | undefined): Pixels | undefined {
  const [size, setSize] = useState<Pixels | undefined>(undefined)
  useEffect(() => {
    let isGone = false
    setSize(undefined)
    if (address !== undefined) {
      void sizeOf(address).then((pixels) => {
        if (!isGone) setSize(pixels)
      })
    }
    return () => {
      isGone = true
    }
  }, [address])
  return size
}
