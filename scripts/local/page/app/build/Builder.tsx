import { useMemo, useState } from 'preact/hooks'

import { explain } from '../../../../../src/key/explain.ts'
import { facts, keySettings } from '../facts.ts'
import { library } from '../library.ts'
import { go, place } from '../navigation.ts'
import { Copy } from '../parts/Copy.tsx'
import { useStore } from '../store.ts'
import { useWords } from '../words/words.ts'
import { type DialectName, spellingsOf } from './dialects.ts'
import { type Draft, draftKey, newDraft } from './draft.ts'
import { Explain } from './Explain.tsx'
import { Preview } from './Preview.tsx'
import { Snippets } from './Snippets.tsx'
import { Steps } from './Steps.tsx'
import type { Pixels } from '../photos/size-of.ts'

const DIALECT_WORDS = {
  suffix: 'dialectSuffix',
  style: 'dialectStyle',
  size: 'dialectSize',
  oss: 'dialectOss',
  cdn: 'dialectCdn',
  bce: 'dialectBce',
} as const satisfies Record<DialectName, string>

export function Builder() {
  const { say, language } = useWords()
  const { originals } = useStore(library)
  const { source: asked } = useStore(place)
  const [drafts, setDrafts] = useState<readonly Draft[]>(() => [newDraft('resize'), newDraft('format')])
  const [size, setSize] = useState<Pixels | undefined>(undefined)
  const newest = useMemo(
    () => originals.toSorted((a, b) => (a.lastModified < b.lastModified ? 1 : -1))[0]?.key,
    [originals],
  )
  const source = asked ?? newest
  const explained = useMemo(
    () => (source === undefined ? undefined : explain(draftKey(source, drafts), keySettings)),
    [source, drafts],
  )
  const reading = explained?.refusal === undefined ? explained?.reading : undefined
  const steps = reading?.steps.map(({ text }) => text) ?? []
  const change = (drafts: readonly Draft[]) => setDrafts(drafts)

  return (
    <section class="build">
      <div class="view-head">
        <h1>{say('buildTitle')}</h1>
        <p class="muted">{say('buildHint')}</p>
      </div>
      {source === undefined ? (
        <p class="notice">{say('photoNone')}</p>
      ) : (
        <div class="build-grid">
          <div class="panel build-steps">
            <label>
              <span>{say('photo')}</span>
              <select value={source} onChange={({ currentTarget }) => go('build', currentTarget.value)}>
                {originals.some(({ key }) => key === source) ? null : <option value={source}>{source}</option>}
                {originals.map(({ key }) => (
                  <option key={key} value={key}>
                    {key}
                  </option>
                ))}
              </select>
            </label>
            <Steps drafts={drafts} onChange={change} photos={originals.map(({ key }) => key)} />
          </div>
          <div class="build-result">
            {explained?.refusal === undefined ? null : (
              <div class="notice bad" role="alert" data-refused={explained.refusal.code}>
                <strong>{say('refused', { code: explained.refusal.words[language] })}</strong>
                <p>{explained.refusal.message}</p>
              </div>
            )}
            {reading === undefined ? null : (
              <>
                <Preview source={source} requestedKey={reading.canonicalKey} onSize={setSize} />
                <div class="panel">
                  <h2>{say('keyTitle')}</h2>
                  <dl class="spellings">
                    {spellingsOf({ sourceKey: source, canonicalKey: reading.canonicalKey, steps }, keySettings).map(
                      ({ dialect, text, setting }) => (
                        <div key={dialect} data-dialect={dialect}>
                          <dt>
                            {say(DIALECT_WORDS[dialect])}
                            <small>
                              {setting !== undefined
                                ? say('dialectStyleNote')
                                : dialect === 'size'
                                  ? say('dialectSizeOff')
                                  : ['oss', 'cdn', 'bce'].includes(dialect)
                                    ? say('dialectQueryNote')
                                    : ''}
                            </small>
                          </dt>
                          <dd>
                            <Copy text={text} name={say(DIALECT_WORDS[dialect])} />
                            {setting === undefined ? null : <Copy text={`STYLES=${setting}`} name="STYLES" />}
                          </dd>
                        </div>
                      ),
                    )}
                  </dl>
                </div>
                <Snippets
                  key={source}
                  sourceKey={source}
                  steps={steps}
                  size={size}
                  base={`${facts.oss}/${facts.compressed}`}
                />
              </>
            )}
          </div>
        </div>
      )}
      <Explain
        onTake={(key, taken) => {
          go('build', key)
          setDrafts(taken)
        }}
      />
    </section>
  )
}
