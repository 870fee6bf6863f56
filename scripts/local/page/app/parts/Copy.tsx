import { useState } from 'preact/hooks'

import { useWords } from '../words/words.ts'
import { Icon } from './Icon.tsx'

/** A line to copy, with its button. @param name what it is, for who does not see where it stands. */
export function Copy({ text, name }: { text: string; name: string }) {
  const { say } = useWords()
  const [isCopied, setCopied] = useState(false)
  const copy = async () => {
    await navigator.clipboard.writeText(text)
    setCopied(true)
    setTimeout(() => setCopied(false), 1600)
  }
  return (
    <div class="copy">
      <code tabIndex={0}>{text}</code>
      <button
        type="button"
        class="quiet icon-only"
        aria-label={`${say('copy')}: ${name}`}
        title={say('copy')}
        onClick={() => void copy()}
      >
        <Icon name={isCopied ? 'check' : 'copy'} />
      </button>
      <span class="sr" role="status">
        {isCopied ? say('copied') : ''}
      </span>
    </div>
  )
}
