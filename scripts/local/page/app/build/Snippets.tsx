import { useEffect, useState } from 'preact/hooks'

import { facts, keySettings } from '../facts.ts'
import { library } from '../library.ts'
import { Copy } from '../parts/Copy.tsx'
import { type Pixels, sizeOf } from '../photos/size-of.ts'
import { storedAddress } from '../server.ts'
import { useStore } from '../store.ts'
import { useWords } from '../words/words.ts'
import { snippetsOf } from './snippets-of.ts'

interface SnippetsFacts {
  sourceKey: string
  steps: readonly string[]
  size: Pixels | undefined
  /** Where readers read, to begin with. */
  base: string
}

export function Snippets({ sourceKey, steps, size, base: first }: SnippetsFacts) {
  const { say } = useWords()
  const { originals } = useStore(library)
  const [base, setBase] = useState(first)
  const [alt, setAlt] = useState('')
  const [sourceWidth, setSourceWidth] = useState<number | undefined>(undefined)
  const etag = originals.find(({ key }) => key === sourceKey)?.etag

  useEffect(() => {
    let isGone = false
    void sizeOf(storedAddress(facts.originals, sourceKey, etag)).then((pixels) => {
      if (!isGone) setSourceWidth(pixels?.width)
    })
    return () => {
      isGone = true
    }
  }, [sourceKey, etag])

  const snippets = snippetsOf({ sourceKey, steps, base, alt, size, sourceWidth }, keySettings)
  if (snippets.length === 0) return null
  return (
    <div class="panel">
      <h2>{say('htmlTitle')}</h2>
      <div class="fields two">
        <label>
          <span>{say('htmlBase')}</span>
          <input
            type="url"
            value={base}
            spellcheck={false}
            onInput={({ currentTarget }) => setBase(currentTarget.value)}
          />
        </label>
        <label>
          <span>{say('htmlAlt')}</span>
          <input type="text" value={alt} onInput={({ currentTarget }) => setAlt(currentTarget.value)} />
        </label>
      </div>
      <dl class="spellings">
        {snippets.map(({ name, html }) => (
          <div key={name} data-snippet={name}>
            <dt>{name === 'srcset' ? 'srcset' : `<${name}>`}</dt>
            <dd>
              <Copy text={html} name={name} />
            </dd>
          </div>
        ))}
      </dl>
    </div>
  )
}
