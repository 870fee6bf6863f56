import { changes, removeLeft } from '../changes.ts'
import { facts } from '../facts.ts'
import { useStore } from '../store.ts'
import { useWords } from '../words/words.ts'
import { BucketTable } from './BucketTable.tsx'

export function Buckets() {
  const { say } = useWords()
  const { list } = useStore(changes)
  return (
    <section class="buckets">
      <div class="view-head">
        <h1>{say('buckets')}</h1>
        <p class="muted">{say('bucketsHint')}</p>
      </div>
      <ul class="changes" role="status">
        {list.map((change) => {
          const { id, sourceKey, all, left, isOver } = change
          const values = { key: sourceKey, left: left.length, all }
          return (
            <li key={id} class={`notice ${left.length === 0 ? 'good' : ''}`} data-left={left.length}>
              {left.length === 0 ? say('allGone', values) : say(isOver ? 'someLeft' : 'watching', values)}{' '}
              {isOver && left.length > 0 ? (
                <button type="button" class="link" onClick={() => void removeLeft(change)}>
                  {say('removeLeft')}
                </button>
              ) : null}
            </li>
          )
        })}
      </ul>
      <div class="buckets-grid">
        <BucketTable bucket={facts.originals} name={say('originals')} />
        <BucketTable bucket={facts.compressed} name={say('compressed')} />
      </div>
    </section>
  )
}
