import { useState } from 'preact/hooks'

import { takeApart } from '../../../../explain/asked.ts'
import { explain, type Explanation, type Refusal } from '../../../../../src/key/explain.ts'
import { KeyFault } from '../../../../../src/key/fault.ts'
import { keyFromQuery } from '../../../../../src/key/query/key-from-query.ts'
import { facts, keySettings } from '../facts.ts'
import { Copy } from '../parts/Copy.tsx'
import { useWords } from '../words/words.ts'
import { type Draft, draftOf } from './draft.ts'

/** What a pasted key, address or query means, in the function's own words. */
export function Explain({ onTake }: { onTake: (sourceKey: string, drafts: readonly Draft[]) => void }) {
  const { say, language } = useWords()
  const [text, setText] = useState('')
  const asked = text.trim()
  const result = asked === '' ? undefined : explainAsked(asked)
  const reading = result?.explanation?.reading
  const drafts = reading?.steps.map(({ text }) => draftOf(text))
  const refusal = result?.explanation?.refusal

  return (
    <div class="panel explain">
      <h2>{say('explainTitle')}</h2>
      <label>
        <span>{say('explainHint')}</span>
        <input
          type="text"
          class="code"
          value={text}
          placeholder={say('explainPlaceholder')}
          spellcheck={false}
          autocomplete="off"
          onInput={({ currentTarget }) => setText(currentTarget.value)}
        />
      </label>
      <div aria-live="polite">
        {result?.fault === undefined && refusal === undefined ? null : (
          <div class="notice bad" data-refused={refusal?.code ?? 'bad_key'}>
            <strong>{say('refused', { code: refusal?.words[language] ?? result?.fault?.code ?? '' })}</strong>
            <p>{refusal?.message ?? result?.fault?.message}</p>
          </div>
        )}
        {reading === undefined ? null : (
          <dl class="explained">
            {result?.isFromQuery === true ? (
              <Row name={say('explainFromQuery')}>
                <Copy text={result.requestedKey} name={say('key')} />
              </Row>
            ) : null}
            <Row name={say('explainOriginal')}>
              <code>{reading.sourceKey}</code>
            </Row>
            <Row name={say('explainDialect')}>
              {reading.dialect === 'plain' ? say('plain') : reading.dialect}
              {reading.style === undefined ? '' : ` · ${reading.style}`}
            </Row>
            <Row name={say('explainSteps')}>
              {reading.steps.length === 0 ? (
                say('explainNoSteps')
              ) : (
                <ol>
                  {reading.steps.map(({ text, words }, at) => (
                    <li key={at}>
                      {words[language]} <code>{text}</code>
                    </li>
                  ))}
                </ol>
              )}
            </Row>
            <Row name={say('explainCanonical')}>
              <code>{reading.canonicalKey}</code>
            </Row>
            {reading.alsoReads.length === 0 ? null : (
              <Row name={say('explainReads')}>
                <code>{reading.alsoReads.join(', ')}</code>
              </Row>
            )}
            {reading.ignored.length === 0 ? null : <Row name={say('explainIgnored')}>{reading.ignored.join(', ')}</Row>}
            {reading.whenMissing === undefined ? null : (
              <Row name={say('explainWhenMissing')}>{missingWords(reading.whenMissing, language)}</Row>
            )}
          </dl>
        )}
        {reading !== undefined && drafts !== undefined && drafts.every((draft) => draft !== undefined) ? (
          <button type="button" onClick={() => onTake(reading.sourceKey, drafts)}>
            {say('explainUse')}
          </button>
        ) : null}
      </div>
    </div>
  )
}

function missingWords({ words, message }: Refusal, language: 'en' | 'zh'): string {
  return `${words[language]}: ${message}`
}

function Row({ name, children }: { name: string; children: preact.ComponentChildren }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  )
}

interface Asked {
  requestedKey: string
  isFromQuery: boolean
  explanation?: Explanation
  /** Where no key could be made of what was pasted. */
  fault?: KeyFault
}

function explainAsked(text: string): Asked {
  try {
    const { key, query } = takeApart(text, facts.compressed)
    const requestedKey = keyFromQuery(key, query, keySettings)
    return { requestedKey, isFromQuery: requestedKey !== key, explanation: explain(requestedKey, keySettings) }
  } catch (fault) {
    if (fault instanceof KeyFault) return { requestedKey: text, isFromQuery: false, fault }
    // Not an address at all, such as http://[: then it is a key.
    return { requestedKey: text, isFromQuery: false, explanation: explain(text, keySettings) }
  }
}
